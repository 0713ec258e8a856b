"""Blood vessels around the heart: large ones as tubes, small ones as chains of balls.

Points are in DICOM patient coordinates, mm.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.phantom.planes import SlicePlane

Field = NDArray[np.float32]
_BALL_STEP_MM = 1.6


@dataclass(frozen=True)
class ChestPoints:
    """Pixels in patient coordinates, (samples, rows, columns)."""

    x: Field
    y: Field
    z: Field


@dataclass(frozen=True)
class Tube:
    """A blood vessel from `start` to `end` with a radius in mm at each end."""

    start: tuple[float, float, float]
    end: tuple[float, float, float]
    start_radius: float
    end_radius: float


@dataclass(frozen=True)
class Balls:
    """Small vessels: `centres` (count, 3) and `radii` (count,), mm."""

    centres: NDArray[np.float64]
    radii: NDArray[np.float64]


def balls_along(tubes: Iterable[Tube]) -> Balls:
    """Tubes as chains of overlapping balls."""
    # (tubes, 4): place and radius at either end.
    ends = [(*tube.start, tube.start_radius, *tube.end, tube.end_radius) for tube in tubes]
    start, end = np.split(np.array(ends), 2, axis=1)
    length = np.linalg.norm((end - start)[:, :3], axis=1)
    counts = np.maximum(2, (length / _BALL_STEP_MM).astype(int))
    first = np.repeat(np.cumsum(counts) - counts, counts)
    share = (np.arange(counts.sum()) - first) / np.repeat(counts - 1, counts)
    along = np.repeat(start, counts, axis=0)
    along += share[:, None] * np.repeat(end - start, counts, axis=0)
    return Balls(along[:, :3], along[:, 3])


def tube_distance(points: ChestPoints, tube: Tube) -> Field:
    """Distance (mm) into a tapered tube, positive inside."""
    start = np.asarray(tube.start, np.float32)
    axis = np.asarray(tube.end, np.float32) - start
    dx, dy, dz = points.x - start[0], points.y - start[1], points.z - start[2]
    share = np.clip((dx * axis[0] + dy * axis[1] + dz * axis[2]) / (axis @ axis), 0.0, 1.0)
    dx, dy, dz = dx - share * axis[0], dy - share * axis[1], dz - share * axis[2]
    radius = tube.start_radius + share * np.float32(tube.end_radius - tube.start_radius)
    distance: Field = radius - np.sqrt(dx * dx + dy * dy + dz * dz)
    return distance


def meets(plane: SlicePlane, tube: Tube, margin_mm: float) -> bool:
    """Whether a tube comes within `margin_mm` of the plane."""
    sides = [
        float((np.asarray(end) - plane.position) @ plane.normal) for end in (tube.start, tube.end)
    ]
    near = max(tube.start_radius, tube.end_radius) + margin_mm
    return min(sides) < near and max(sides) > -near


def stamp(plane: SlicePlane, balls: Balls, thickness_mm: float) -> Field:
    """Coverage (rows, columns) of small vessels cut by a slice."""
    half = 0.5 * thickness_mm
    away = balls.centres - plane.position
    overlap = balls.radii + half - np.abs(away @ plane.normal)
    rows = away @ plane.column_direction / plane.pixel_mm
    columns = away @ plane.row_direction / plane.pixel_mm
    shown = np.flatnonzero(
        (overlap > 0) & (rows > 0) & (rows < plane.rows) & (columns > 0) & (columns < plane.columns)
    )
    result = np.zeros((plane.rows, plane.columns), np.float32)
    if shown.size == 0:
        return result
    radii = balls.radii[shown] / plane.pixel_mm
    reach = int(radii.max()) + 2
    # Every ball is drawn in a square as large as the largest needs: (balls, rows, columns).
    step = np.arange(-reach, reach + 1)
    row = rows[shown].astype(int)[:, None, None] + step[:, None]
    column = columns[shown].astype(int)[:, None, None] + step
    apart = np.hypot(row - rows[shown, None, None], column - columns[shown, None, None])
    most = np.minimum(1.0, overlap[shown] / thickness_mm)[:, None, None]
    share = most * np.clip(radii[:, None, None] + 0.5 - apart, 0.0, 1.0)
    row, column = np.broadcast_arrays(row, column)
    drawn = (share > 0) & (row >= 0) & (row < plane.rows) & (column >= 0) & (column < plane.columns)
    place = row[drawn] * plane.columns + column[drawn]
    np.maximum.at(result.ravel(), place, share[drawn].astype(np.float32))
    return result
