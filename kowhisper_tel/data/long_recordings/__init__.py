"""Long recordings: whole calls with a transcript but no times, cut into utterances at pauses."""
