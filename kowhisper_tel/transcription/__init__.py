"""Recordings in, transcripts out: which tracks are heard, by which model, and what is written of it where."""
