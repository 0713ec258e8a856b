"""Planes in the patient coordinate system, from Image Position and Image Orientation (Patient).

Vectors are NumPy float64 arrays of shape (3,), millimetres, DICOM patient axes (x left, y back,
z head). A plane is given by a point and a unit normal whose sign carries no meaning.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Two neighbouring slices this many times further apart than usual have a slice missing between.
MISSING_SLICE_RATIO = 1.6


def unit(vector: Sequence[float] | Array) -> Array:
    """`vector` (3,) scaled to length one. Raises ValueError for a zero vector."""
    array = np.asarray(vector, dtype=np.float64)
    length = float(np.linalg.norm(array))
    if not np.isfinite(length) or length < 1e-9:
        raise ValueError("a direction needs a length")
    result: Array = array / length
    return result


def normal(orientation: Sequence[float]) -> Array:
    """Unit normal (3,) of a plane from Image Orientation (Patient) (0020,0037), six cosines.

    Row direction cross column direction (PS3.3 C.7.6.2.1.1).
    """
    return unit(np.cross(np.asarray(orientation[:3], float), np.asarray(orientation[3:], float)))


def position_along(position: Sequence[float], direction: Array) -> float:
    """Image Position (Patient) (0020,0032) projected on `direction`, mm."""
    return float(np.dot(np.asarray(position, dtype=np.float64), direction))


def is_orthonormal(orientation: Sequence[float], tolerance: float = 0.02) -> bool:
    """Whether the six direction cosines are two perpendicular unit vectors."""
    row, column = np.asarray(orientation[:3], float), np.asarray(orientation[3:], float)
    return bool(
        abs(np.linalg.norm(row) - 1) < tolerance
        and abs(np.linalg.norm(column) - 1) < tolerance
        and abs(np.dot(row, column)) < tolerance
    )


def angle_between(first: Array, second: Array) -> float:
    """Angle between two undirected lines, degrees, 0 to 90."""
    return float(np.degrees(np.arccos(np.clip(abs(np.dot(unit(first), unit(second))), 0.0, 1.0))))


def pixel_point(
    position: Sequence[float],
    orientation: Sequence[float],
    spacing: tuple[float, float],
    row: float,
    column: float,
) -> Array:
    """The point (3,) in mm under pixel (`row`, `column`), PS3.3 equation C.7.6.2.1-1."""
    along_row = np.asarray(orientation[:3], float) * spacing[1] * column
    along_column = np.asarray(orientation[3:], float) * spacing[0] * row
    result: Array = np.asarray(position, float) + along_row + along_column
    return result


def median_spacing(positions: Sequence[float]) -> float | None:
    """Median distance between neighbouring positions, mm; None below two positions."""
    if len(positions) < 2:
        return None
    return float(np.median(np.diff(np.sort(np.asarray(positions, dtype=np.float64)))))


def missing_between(positions: Sequence[float]) -> list[tuple[int, int]]:
    """Where slices are missing in a stack whose `positions` (n,) mm run in slice order.

    Returns (i, count): `count` slices are missing between slice i and i + 1, judged by a distance
    of about `count` + 1 times the median. Two slices say nothing about their spacing.
    """
    if len(positions) < 3:
        return []
    steps = np.abs(np.diff(np.asarray(positions, dtype=np.float64)))
    usual = float(np.median(steps))
    if len(steps) == 2:
        # With two distances the median is their mean, which hides a gap: the smaller is the rule.
        usual = float(steps.min())
    if usual <= 0:
        return []
    return [
        (index, round(float(step) / usual) - 1)
        for index, step in enumerate(steps)
        if step >= MISSING_SLICE_RATIO * usual
    ]
