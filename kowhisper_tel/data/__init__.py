"""Corpora in, manifests out: importers, prepare, splits, windows."""
