"""The heart's own axes, estimated from the planes that were laid through it.

- `axis`: unit vector from base to apex of the left ventricle
- `to_right_ventricle`: unit vector across the axis, from the left to the right ventricle
- `upward`: unit vector across both, towards the front and the head

The technologist has already found the heart: short-axis planes stand across its axis, long-axis
planes contain it, and the field of view is centred on it. Where a study has neither, the usual
directions of the chest stand in. Patient coordinates throughout (x left, y back, z head), mm.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.imaging.geometry import Array, angle_between, normal, pixel_point, unit
from domain.imaging.grouping import SHORT_AXIS_TOLERANCE_DEGREES, USUAL_LV_AXIS

# From the left to the right ventricle in most chests: to the right and the front.
_USUAL_TO_RIGHT_VENTRICLE: Array = np.array([-0.85, -0.50, -0.15])
# Left ventricle relative to the scanner's isocentre when nothing better is known. Only left-right
# and front-back carry meaning, since the table moves along z.
USUAL_LV_CENTRE: Array = np.array([25.0, -15.0, 0.0])
_PARALLEL_GROUP_DEGREES = 12.0
_ACROSS_DEGREES = 25.0
_BASAL_SHIFT_MM = 20.0


@dataclass(frozen=True)
class PlaneGeometry:
    """One stack as far as geometry goes.

    - `orientation`: Image Orientation (Patient), (6,)
    - `positions`: Image Position (Patient) of each slice, (n, 3)
    - `rows`, `columns`, `pixel_spacing` (between rows, between columns), mm
    """

    orientation: tuple[float, ...]
    positions: tuple[tuple[float, float, float], ...]
    rows: int
    columns: int
    pixel_spacing: tuple[float, float]

    @property
    def normal(self) -> Array:
        return normal(self.orientation)

    @property
    def centre(self) -> Array:
        """Centre (3,) of the field of view, averaged over the slices."""
        corner = np.mean(np.asarray(self.positions, dtype=np.float64), axis=0)
        half = ((self.rows - 1) / 2, (self.columns - 1) / 2)
        return pixel_point(tuple(corner), self.orientation, self.pixel_spacing, *half)


@dataclass(frozen=True)
class HeartFrame:
    """The heart's axes and centre, and how they were found.

    `source`: "short axis", "long axes" or "usual anatomy". `short_axis`: indices of the planes
    that stand across the axis. `centre_spread_mm`: how far the centre may be off, one sigma.
    """

    axis: Array
    to_right_ventricle: Array
    upward: Array
    centre: Array
    centre_spread_mm: float
    source: str
    short_axis: frozenset[int]


def is_straight(direction: Array) -> bool:
    """Whether a normal runs along a patient axis within 3 degrees: a scout or a survey."""
    return bool(np.abs(direction).max() > np.cos(np.radians(3.0)))


def estimate_heart_frame(planes: Sequence[PlaneGeometry]) -> HeartFrame:
    """The frame of the heart that `planes` were laid through; `planes` must not be empty."""
    short_axis = _short_axis_group(planes)
    if short_axis:
        axis = _mean_direction([planes[index].normal for index in short_axis])
        largest = max(short_axis, key=lambda index: len(planes[index].positions))
        return _frame(axis, planes[largest].centre, 14.0, "short axis", frozenset(short_axis))
    oblique = [plane for plane in planes if not is_straight(plane.normal)] or planes
    centre = np.mean([plane.centre for plane in oblique], axis=0)
    from_long_axes = _axis_of_long_axes(planes)
    if from_long_axes is not None:
        # Long-axis fields of view are centred nearer the mitral valve than the mid ventricle.
        middle = centre + _BASAL_SHIFT_MM * from_long_axes
        return _frame(from_long_axes, middle, 25.0, "long axes", frozenset())
    centre = np.array([USUAL_LV_CENTRE[0], USUAL_LV_CENTRE[1], centre[2]])
    return _frame(USUAL_LV_AXIS, centre, 30.0, "usual anatomy", frozenset())


def _frame(
    axis: Array, centre: Array, spread: float, source: str, short_axis: frozenset[int]
) -> HeartFrame:
    axis = axis if float(np.dot(axis, USUAL_LV_AXIS)) >= 0 else -axis
    across = _USUAL_TO_RIGHT_VENTRICLE - np.dot(_USUAL_TO_RIGHT_VENTRICLE, axis) * axis
    to_right = unit(across)
    return HeartFrame(
        axis=axis,
        to_right_ventricle=to_right,
        upward=np.cross(to_right, axis),
        centre=centre,
        centre_spread_mm=spread,
        source=source,
        short_axis=short_axis,
    )


def turned(frame: HeartFrame, degrees: float) -> HeartFrame:
    """`frame` with the right ventricle turned about the axis, towards `upward`."""
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    to_right = cosine * frame.to_right_ventricle + sine * frame.upward
    return HeartFrame(
        axis=frame.axis,
        to_right_ventricle=to_right,
        upward=np.cross(to_right, frame.axis),
        centre=frame.centre,
        centre_spread_mm=frame.centre_spread_mm,
        source=frame.source,
        short_axis=frame.short_axis,
    )


def _mean_direction(normals: Sequence[Array]) -> Array:
    reference = normals[0]
    return unit(np.sum([one if np.dot(one, reference) >= 0 else -one for one in normals], axis=0))


def _short_axis_group(planes: Sequence[PlaneGeometry]) -> list[int]:
    """Indices of the parallel planes most likely to stand across the left ventricle."""
    best: tuple[float, list[int]] = (0.0, [])
    for candidate in planes:
        direction = candidate.normal
        members = [
            index for index, plane in enumerate(planes)
            if angle_between(plane.normal, direction) <= _PARALLEL_GROUP_DEGREES
        ]  # fmt: skip
        score = _short_axis_score(direction, members, planes)
        if score > best[0]:
            best = (score, members)
    return best[1]


def _short_axis_score(
    direction: Array, members: Sequence[int], planes: Sequence[PlaneGeometry]
) -> float:
    """How well planes across `direction` fit as short axis, 0 where they do not.

    Many slices, other planes that contain the direction, and the usual direction in the chest all
    speak for it.
    """
    slices = max(len(planes[index].positions) for index in members)
    others = [plane for index, plane in enumerate(planes) if index not in members]
    crossing = [angle_between(plane.normal, direction) >= 90 - _ACROSS_DEGREES for plane in others]
    share = sum(crossing) / len(crossing) if crossing else 0.0
    from_usual = angle_between(direction, USUAL_LV_AXIS)
    usual = from_usual <= SHORT_AXIS_TOLERANCE_DEGREES
    related = slices >= 5 and share >= 0.6
    if not (usual or related) or (is_straight(direction) and (len(others) < 2 or not related)):
        return 0.0
    return min(slices, 8) / 8 + share + 1 - from_usual / 90


def _axis_of_long_axes(planes: Sequence[PlaneGeometry]) -> Array | None:
    """The direction that all long-axis planes contain; None if they do not settle it."""
    normals = [
        plane.normal for plane in planes
        if angle_between(plane.normal, USUAL_LV_AXIS) >= 90 - 35 and not is_straight(plane.normal)
    ]  # fmt: skip
    if len(normals) < 2:
        return None
    values, vectors = np.linalg.eigh(sum(np.outer(one, one) for one in normals) / len(normals))
    axis: Array = vectors[:, 0]
    well_spread = values[1] > 0.12
    plausible = angle_between(axis, USUAL_LV_AXIS) <= SHORT_AXIS_TOLERANCE_DEGREES
    return axis if well_spread and plausible else None
