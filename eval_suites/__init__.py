"""Test suites for telephone speech: what is decoded, how it is scored, and how sure one can be of the result."""
