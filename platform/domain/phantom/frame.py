"""Where the heart lies in the chest: heart coordinates in DICOM patient coordinates.

Patient coordinates are DICOM's: x to the left, y to the back, z to the head, mm.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.floating]

# From the left to the right ventricle in most chests.
_TO_RIGHT_VENTRICLE = np.array([-0.85, -0.50, -0.15])


@dataclass(frozen=True)
class HeartFrame:
    """`origin` (3,): centre of the mitral annulus at end-diastole, patient mm.

    `axes` (3, 3): rows are heart x (towards the right ventricle), y (upward) and z (base to apex)
    as unit vectors in patient coordinates.
    """

    origin: Vector
    axes: Vector

    def to_heart(self, points: Vector) -> Vector:
        """Patient mm (..., 3) -> heart mm (..., 3)."""
        result: Vector = (np.asarray(points) - self.origin) @ self.axes.T
        return result

    def to_patient(self, points: Vector) -> Vector:
        """Heart mm (..., 3) -> patient mm (..., 3)."""
        result: Vector = np.asarray(points) @ self.axes + self.origin
        return result

    def direction_to_heart(self, direction: Sequence[float]) -> NDArray[np.float32]:
        """A patient direction (3,) as a unit vector in heart coordinates."""
        turned = self.axes @ np.asarray(direction, dtype=np.float64)
        return (turned / np.linalg.norm(turned)).astype(np.float32)


def draw_frame(seed: int, length_mm: float) -> HeartFrame:
    """A heart lying as hearts do, differently in each person.

    The axis points left, forward and down; the middle of the ventricle lies left of the midline.
    """
    rng = np.random.default_rng([seed, 11])
    axis = np.array([0.60, -0.60, -0.53]) + rng.normal(0.0, (0.07, 0.04, 0.07))
    axis /= np.linalg.norm(axis)
    right = _TO_RIGHT_VENTRICLE + rng.normal(0.0, 0.06, 3)
    right -= (right @ axis) * axis
    right /= np.linalg.norm(right)
    upward = np.cross(right, axis)
    middle = np.array([34.0, -24.0, 0.0]) + rng.normal(0.0, (4.0, 3.0, 4.0))
    return HeartFrame(middle - 0.45 * length_mm * axis, np.stack([right, upward, axis]))
