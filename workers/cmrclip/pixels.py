"""What a model is shown of a study: decoded stacks with their geometry, and the patient's size."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from domain.errors import InputError

Pixels = NDArray[np.float32] | NDArray[np.uint16] | NDArray[np.int16]


@dataclass(frozen=True)
class StackPixels:
    """One decoded stack: parallel slices of one view and contrast.

    - `view`: sax, lax2, lax3, lax4, rv2, rvot or other; `contrast`: cine, lge or other
    - `pixels`: (slices, phases, rows, columns), slices from base to apex where that is known,
      phases by trigger time; floating point or integers
    - `pixel_spacing_mm`: Pixel Spacing (0028,0030), between rows and between columns, mm; None
      means square pixels of unknown size
    - `missing`: (slices, phases), True where no image exists. A frame of NaN throughout is missing
      too.
    - `positions_mm`: (slices, 3), Image Position (Patient) (0020,0032); None where unknown
    - `directions`: (2, 3), Image Orientation (Patient) (0020,0037): along a row, down a column
    - `cycle`: (slices, phases), Trigger Time (0018,1060) over the RR interval, 0..1; None means
      evenly spread phases
    """

    view: str
    contrast: str
    pixels: Pixels
    pixel_spacing_mm: tuple[float, float] | None = None
    missing: NDArray[np.bool_] | None = None
    positions_mm: NDArray[np.float64] | None = None
    directions: NDArray[np.float64] | None = None
    cycle: NDArray[np.float64] | None = None

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        """(slices, phases), True where an image exists."""
        there: NDArray[np.bool_] = np.logical_not(np.isnan(self.pixels).all(axis=(2, 3)))
        return there if self.missing is None else np.logical_and(there, ~self.missing)


@dataclass(frozen=True)
class PatientFacts:
    """What volumes are judged by. `sex`: M, F or "" for unknown; None for what is not known.

    `age_years`; `size_m` (0010,1020), metres; `weight_kg` (0010,1030), kilograms.
    """

    sex: str = ""
    age_years: float | None = None
    size_m: float | None = None
    weight_kg: float | None = None


@dataclass(frozen=True)
class StudyPixels:
    """All stacks of one study and whose heart it is."""

    stacks: tuple[StackPixels, ...]
    patient: PatientFacts = PatientFacts()


def check_stack(stack: StackPixels) -> None:
    """Raises InputError for pixels of the wrong shape and for spacing that is none."""
    shape = stack.pixels.shape
    named = f"the {stack.view} {stack.contrast}"
    if len(shape) != 4 or 0 in shape:
        raise InputError(
            f"The pixels of {named} have shape {shape}; slices, phases, rows and columns are"
            " needed. Import the study again.",
            "bad_pixels",
        )
    if stack.missing is not None and stack.missing.shape != shape[:2]:
        raise InputError(
            f"The missing frames of {named} are marked for {stack.missing.shape} slices and"
            f" phases, but there are {shape[:2]}. Import the study again.",
            "bad_pixels",
        )
    spacing = stack.pixel_spacing_mm
    if spacing is not None and not all(np.isfinite(mm) and mm > 0 for mm in spacing):
        raise InputError(
            f"The pixel spacing of {named} is {spacing}; it must be positive millimetres."
            " Correct Pixel Spacing (0028,0030) and import the study again.",
            "bad_pixels",
        )
