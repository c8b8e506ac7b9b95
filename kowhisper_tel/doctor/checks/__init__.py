"""The checks: one file each, with ``look(runs)``, which yields what it finds."""
