"""Distances to simple bodies, and what borders made of them cover.

A distance is positive inside, in mm; a coverage is the share of a pixel that lies inside, from the
distance to the border beside the pixel's width, so that borders are as soft as partial volume makes
them. Arrays are float32 of one shape.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]


@dataclass(frozen=True)
class Capsule:
    """A tube from `start` to `end` (3,), heart mm, of the given `radius`."""

    start: Field
    end: Field
    radius: float


def coverage(distance: NDArray[np.floating], width: float) -> Field:
    """Share of a pixel of `width` mm inside a border at `distance` (positive inside)."""
    share: Field = distance * np.float32(1.0 / width)
    share += np.float32(0.5)
    np.clip(share, 0.0, 1.0, out=share)
    return share


def smooth_union(first: Field, second: Field, blend: float) -> Field:
    """Union of two distances whose meeting groove is filled over `blend` mm."""
    near = first - second
    np.abs(near, out=near)
    np.subtract(np.float32(blend), near, out=near)
    np.maximum(near, 0.0, out=near)
    near *= near
    near *= np.float32(0.25 / blend)
    near += np.maximum(first, second)
    return near


def capsule_distance(x: Field, y: Field, z: Field, tube: Capsule) -> Field:
    """Distance into a tube, positive inside."""
    axis = tube.end - tube.start
    dx, dy, dz = x - tube.start[0], y - tube.start[1], z - tube.start[2]
    share = dx * axis[0]
    share += dy * axis[1]
    share += dz * axis[2]
    share *= np.float32(1.0 / (axis @ axis))
    np.clip(share, 0.0, 1.0, out=share)
    dx -= share * axis[0]
    dy -= share * axis[1]
    dz -= share * axis[2]
    distance = _length(dx, dy, dz)
    np.subtract(np.float32(tube.radius), distance, out=distance)
    return distance


def _length(x: Field, y: Field, z: Field) -> Field:
    """Length of vectors; overwrites its arguments."""
    x *= x
    y *= y
    z *= z
    x += y
    x += z
    length: Field = np.sqrt(x, out=x)
    return length


def ellipsoid_distance(x: Field, y: Field, z: Field, half: tuple[float, float, float]) -> Field:
    """Approximate distance into an ellipsoid about the origin, positive inside.

    Overwrites its arguments.
    """
    inverse = [np.float32(1.0 / value) for value in half]
    for axis, factor in zip((x, y, z), inverse, strict=True):
        axis *= factor
    reach = np.sqrt(x * x + y * y + z * z)
    for axis, factor in zip((x, y, z), inverse, strict=True):
        axis *= factor
    slope = _length(x, y, z)
    slope += np.float32(1e-6)
    distance: Field = 1.0 - reach
    distance *= reach
    distance /= slope
    # The slope vanishes at the centre, which lies as deep as the shortest half axis.
    distance[reach < 0.05] += np.float32(min(half))
    return distance
