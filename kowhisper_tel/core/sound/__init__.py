"""The one door that audio files come in by: checked, decoded behind limits, or refused with a code (see ``audio``)."""
