"""The tiny Whisper of the tests of training."""

from tests.train.conftest import corpus, tiny

__all__ = ["corpus", "tiny"]
