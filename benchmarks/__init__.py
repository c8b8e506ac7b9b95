"""Benchmarks and proofs: scripts that print what they measured, and on what machine. Not part of the packages.

``python -m benchmarks.NAME`` from the root. One thread each, set here, before numpy is imported; unless the environment
says otherwise, as ``make`` does for training and decoding.
"""

import os

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""How libraries are told of threads, before they are loaded."""
for _name in THREADS:
    os.environ.setdefault(_name, "1")
