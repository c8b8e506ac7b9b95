"""Doctor: what of this machine works, what is missing, and how to get it. Nothing is downloaded or installed."""
