"""Whose scanner a study resembles: its grey scale and how it files its images.

Manufacturer always says that the images are synthetic (`dicom`); what differs between makers is
how bright tissues come out, how many series a stack becomes, and in which order images are counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Vendor:
    """One maker's style.

    - `level`: grey value of the reference signal (blood); `offset`: grey value of no signal
    - `power`, `knee`: the intensity curve level ((1 + knee) s / (1 + knee s))^power of a signal s
      relative to the reference; a knee above 0 presses bright tissue together
    - `series_per_slice`: whether each short-axis cine slice is a series of its own
    - `phase_first`: whether instances are counted slice by slice within each phase
    - `sequence_name`: Sequence Name (0018,0024) of the cine, "" where the maker leaves it out
    """

    level: float
    offset: float = 0.0
    power: float = 1.0
    knee: float = 0.0
    series_per_slice: bool = True
    phase_first: bool = False
    sequence_name: str = ""

    def grey(self, signal: NDArray[np.floating]) -> NDArray[np.floating]:
        """Grey values of signals relative to the reference, 0 and above."""
        pressed = (1.0 + self.knee) * signal / (1.0 + self.knee * signal)
        result: NDArray[np.floating] = self.offset + self.level * pressed**self.power
        return result

    def brightest(self, maximum: float) -> float:
        """The relative signal that reaches grey `maximum`, at most 8."""
        pressed = float(((maximum - self.offset) / self.level) ** (1.0 / self.power))
        room = 1.0 + self.knee - self.knee * pressed
        return min(8.0, pressed / room) if room > 0 else 8.0


# "canon" is for held-out studies: no training set should hold its curve.
VENDORS: Mapping[str, Vendor] = {
    "siemens": Vendor(level=330.0, sequence_name="*tfi2d1_12"),
    "ge": Vendor(level=620.0, power=1.12, series_per_slice=False),
    "philips": Vendor(level=900.0, power=1.06),
    "canon": Vendor(
        level=1450.0, offset=45.0, power=0.82, knee=0.22, series_per_slice=False, phase_first=True
    ),
}  # fmt: skip
