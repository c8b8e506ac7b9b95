"""Leaks between training and what is held out: recordings, sentences, names."""
