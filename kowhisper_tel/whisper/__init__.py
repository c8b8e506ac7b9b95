"""Whisper: resolving a model to a folder, features, the short-window encoder, both engines, decoding."""
