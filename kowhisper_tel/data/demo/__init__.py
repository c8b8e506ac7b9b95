"""The embedded demo corpus: sentences written for this project, spoken by espeak-ng. Synthetic: never evidence."""
