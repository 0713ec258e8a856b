"""Small vessels stamped onto a plane, and large ones laid as tubes."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from domain.phantom.chest import ChestPoints, Tube
from domain.phantom.planes import SlicePlane

Field = NDArray[np.float32]


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


def stamp(plane: SlicePlane, tubes: Iterable[Tube], thickness_mm: float) -> Field:
    """Coverage (rows, columns) of small tubes as chains of balls cut by a slice."""
    result = np.zeros((plane.rows, plane.columns), np.float32)
    half = 0.5 * thickness_mm
    for tube in tubes:
        if not meets(plane, tube, half):
            continue
        start, end = np.asarray(tube.start), np.asarray(tube.end)
        count = max(2, int(np.linalg.norm(end - start) / 1.6))
        share = np.linspace(0.0, 1.0, count)
        radii = tube.start_radius + share * (tube.end_radius - tube.start_radius)
        away = start + share[:, None] * (end - start) - plane.position
        overlap = radii + half - np.abs(away @ plane.normal)
        rows = away @ plane.column_direction / plane.pixel_mm
        columns = away @ plane.row_direction / plane.pixel_mm
        inside = (rows > 0) & (rows < plane.rows) & (columns > 0) & (columns < plane.columns)
        for index in np.flatnonzero((overlap > 0) & inside):
            _stamp_ball(
                result, float(rows[index]), float(columns[index]),
                float(radii[index]) / plane.pixel_mm, min(1.0, float(overlap[index]) / (2 * half)),
            )  # fmt: skip
    return result


def _stamp_ball(image: Field, row: float, column: float, radius: float, most: float) -> None:
    """Draws one ball of `radius` pixels at (row, column), covering `most` of a pixel (0 to 1)."""
    reach = int(radius) + 2
    top, left = max(0, int(row) - reach), max(0, int(column) - reach)
    window = image[top : int(row) + reach + 2, left : int(column) + reach + 2]
    y = np.arange(top, top + window.shape[0], dtype=np.float32)[:, None] - np.float32(row)
    x = np.arange(left, left + window.shape[1], dtype=np.float32) - np.float32(column)
    inside = np.float32(radius + 0.5) - np.sqrt(y * y + x * x)
    np.maximum(window, most * np.clip(inside, 0.0, 1.0), out=window)
