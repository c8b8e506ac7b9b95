"""Simulation: files as they are heard through a channel, with the records that make them again."""
