"""Where each image lies: the planes that a technologist would plan through the heart.

Long-axis planes contain the left-ventricular axis and are turned about it from the direction of
the right ventricle: four-chamber -18, three-chamber 40, two-chamber 98 degrees (Kramer et al., J
Cardiovasc Magn Reson 2020;22:17: some 60 degrees apart). Short-axis planes stand across it, ordered
from base to apex.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from domain.phantom.frame import HeartFrame
from domain.phantom.study import Acquisition

Vector = NDArray[np.float64]

LONG_AXIS_DEGREES = {"lax4": -18.0, "lax3": 40.0, "lax2": 98.0}


@dataclass(frozen=True)
class SlicePlane:
    """One image plane in patient coordinates, mm.

    `position` (3,): centre of the first pixel, Image Position (Patient) (0020,0032).
    `row_direction` (3,): along a row, towards higher columns; `column_direction`: down a column;
    together Image Orientation (Patient) (0020,0037). `pixel_mm`: square pixels.
    """

    position: Vector
    row_direction: Vector
    column_direction: Vector
    rows: int
    columns: int
    pixel_mm: float

    @cached_property
    def normal(self) -> Vector:
        result: Vector = np.cross(self.row_direction, self.column_direction)
        return result

    @property
    def orientation(self) -> tuple[float, ...]:
        """Image Orientation (Patient), six cosines."""
        return (*map(float, self.row_direction), *map(float, self.column_direction))

    def points(self, offset_mm: float = 0.0) -> tuple[Vector, Vector, Vector]:
        """Patient x, y and z of every pixel centre, (rows, columns) each.

        `offset_mm` moves along the normal, for samples within the slice's thickness.
        """
        origin = self.position + offset_mm * self.normal
        across = np.arange(self.columns) * self.pixel_mm
        down = np.arange(self.rows)[:, None] * self.pixel_mm
        x, y, z = (
            origin[axis] + across * self.row_direction[axis] + down * self.column_direction[axis]
            for axis in range(3)
        )
        return x, y, z

    def pixel_of(self, point: Vector) -> tuple[float, float, float]:
        """(row, column, distance from the plane in mm) of a patient point (3,)."""
        away = np.asarray(point) - self.position
        return (
            float(away @ self.column_direction) / self.pixel_mm,
            float(away @ self.row_direction) / self.pixel_mm,
            float(away @ self.normal),
        )

    def moved(self, offset: Vector) -> "SlicePlane":
        """The same plane elsewhere by `offset` (3,) patient mm."""
        return replace(self, position=self.position + offset)


def short_axis_planes(
    frame: HeartFrame, length_mm: float, acquisition: Acquisition, seed: int
) -> list[SlicePlane]:
    """Planes across the axis from just above the mitral annulus to the apex, base first."""
    rng = np.random.default_rng([seed, 31])
    axis = frame.axes[2]
    lean = np.radians(rng.uniform(12.0, 40.0) if acquisition.style == "siemens" else 60.0)
    down = np.array([0.0, np.cos(lean), -np.sin(lean)])
    first = -2.0 + rng.uniform(0.0, 4.0)
    last = first + (acquisition.slice_count - 1) * acquisition.slice_spacing_mm
    middle = frame.to_patient(np.array([9.0, 0.0, 0.5 * (first + last)]))
    middle = middle + rng.normal(0.0, 4.0, 3) + np.array([0.0, 6.0, 0.0])
    plane = _plane(middle, axis, down, np.array([1.0, 0.0, 0.0]), acquisition)
    # Exactly at the planned depths, whatever the jitter of the field of view.
    on_axis = plane.moved(axis * (0.5 * (first + last) - (middle - frame.origin) @ axis))
    depths = np.arange(acquisition.slice_count) * acquisition.slice_spacing_mm
    return [on_axis.moved(axis * (depth - depths.mean())) for depth in depths]


def long_axis_plane(
    frame: HeartFrame, view: str, length_mm: float, acquisition: Acquisition, seed: int
) -> SlicePlane:
    """The plane of `view` (lax2, lax3 or lax4), which contains the left-ventricular axis."""
    rng = np.random.default_rng([seed, 32, int(LONG_AXIS_DEGREES[view]) + 180])
    turn = np.radians(LONG_AXIS_DEGREES[view] + rng.normal(0.0, 2.5))
    across = np.cos(turn) * frame.axes[0] + np.sin(turn) * frame.axes[1]
    normal = np.cross(frame.axes[2], across)
    towards_right = 14.0 if view == "lax4" else 4.0
    middle = frame.origin + 0.30 * length_mm * frame.axes[2] + towards_right * across
    middle = middle + rng.normal(0.0, 4.0) * frame.axes[2] + rng.normal(0.0, 3.0) * across
    if view == "lax4":
        return _plane(middle, normal, np.array([0.0, 1.0, 0.0]), np.array([1.0, 0, 0]), acquisition)
    return _plane(
        middle, normal, np.array([0.0, 0.0, -1.0]), np.array([0.0, 1.0, 0.0]), acquisition, True
    )


def _plane(
    middle: Vector,
    normal: Vector,
    down: Vector,
    right: Vector,
    acquisition: Acquisition,
    upright: bool = False,
) -> SlicePlane:
    """A plane across `normal`, its columns as nearly `down` and rows as nearly `right` as can be.

    `upright`: the longer side of the field of view stands.
    """
    column = down - (down @ normal) * normal
    column /= np.linalg.norm(column)
    row = np.cross(column, normal)
    row = row if row @ right >= 0 else -row
    rows, columns = acquisition.rows, acquisition.columns
    if upright:
        rows, columns = columns, rows
    pixel = acquisition.pixel_mm
    corner = middle - 0.5 * pixel * ((columns - 1) * row + (rows - 1) * column)
    return SlicePlane(corner, row, column, rows, columns, pixel)
