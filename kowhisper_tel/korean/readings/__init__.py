"""Readings: all that a written text may rightly be read as, and the readings of two texts that are nearest.

What is written in digits, signs or Latin letters can mostly be read in more ways than one (3번: 세 번, 삼 번;
010-1234-5678: 공일공 일이삼사 오육칠팔, 영일영에 일이삼사에 오육칠팔). ``lattice`` gives them for one text without a look
at any other, so that a comparison cannot bend a reading towards the other side; ``closest`` compares two lattices.
"""

from kowhisper_tel.korean.readings.closest import closest
from kowhisper_tel.korean.readings.lattice import Lattice, lattice

__all__ = ["Lattice", "closest", "lattice"]
