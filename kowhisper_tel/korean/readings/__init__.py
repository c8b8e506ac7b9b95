"""Readings: all that a written text may rightly be read as, and the readings of two texts that are nearest.

What is written in digits, signs or Latin letters can mostly be read in more ways than one (3번: 세 번, 삼 번;
02-123-4567: 공이 일이삼 사오육칠, 영이에 일이삼에 사오육칠). ``lattice`` gives them for one text without a look at any
other, so that a comparison cannot bend a reading towards the other side; ``closest`` compares two lattices.
"""

from kowhisper_tel.korean.readings.closest import closest
from kowhisper_tel.korean.readings.lattice import Lattice, lattice

__all__ = ["Lattice", "closest", "lattice"]
