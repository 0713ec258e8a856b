"""From loose images to slices and stacks, by geometry and trigger time.

Nothing here reads a series description. Three steps:

1. images of one series that share plane, matrix and echo are one slice; a slice that holds the
   same trigger times twice was acquired twice and is taken apart;
2. parallel slices of the same matrix, spacing and contrast are one stack, whether they came in
   one series or one series each; a plane acquired again in another series starts a stack of its
   own, so that repeats never mix;
3. within a slice the phases are put in the order of trigger time, and the phases that did not
   arrive are left as holes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from domain.imaging.contrast import contrast_of
from domain.imaging.geometry import Array, angle_between, normal, position_along, unit
from domain.imaging.study import Contrast, InstanceHeader

# The direction from base to apex in most chests: to the left, the front and the feet.
USUAL_LV_AXIS: Array = unit((0.62, -0.65, -0.42))
# Within this angle of it a slice normal belongs to a short-axis plane.
SHORT_AXIS_TOLERANCE_DEGREES = 40.0

_PARALLEL_DEGREES = 1.5
_SAME_PLANE_MM = 1.0
_LONG_AXIS_NEIGHBOUR_MM = 12.0
_SIDEWAYS_MM = 40.0
# So many parallel planes are a short-axis stack, however the heart lies in the chest.
_SURELY_A_STACK = 4


@dataclass(frozen=True)
class PlaneImages:
    """All images of one plane from one acquisition, in phase order.

    `ordered_by`: "trigger time" or "instance number".
    """

    headers: tuple[InstanceHeader, ...]
    contrast: Contrast
    ordered_by: str

    @property
    def first(self) -> InstanceHeader:
        return self.headers[0]

    @property
    def series(self) -> str:
        return self.first.series_instance_uid

    @property
    def order(self) -> tuple[int, int, str]:
        """Acquisition order as far as numbers tell; the UID settles ties."""
        first = min(self.headers, key=lambda header: header.instance_number or 0)
        return (first.series_number or 0, first.instance_number or 0, first.sop_instance_uid)

    @property
    def expected(self) -> int | None:
        return self.first.cardiac_number_of_images


def group_planes(headers: Iterable[InstanceHeader]) -> list[PlaneImages]:
    """Step 1: images to single planes; the result does not depend on the order of `headers`."""
    by_kind: dict[tuple[object, ...], list[list[InstanceHeader]]] = defaultdict(list)
    for header in sorted(headers, key=lambda one: one.sop_instance_uid):
        clusters = by_kind[_kind(header)]
        for cluster in clusters:
            if _same_plane(cluster[0], header):
                cluster.append(header)
                break
        else:
            clusters.append([header])
    planes = [
        _plane_images(acquisition)
        for clusters in by_kind.values()
        for members in clusters
        for acquisition in _split_repeats(members)
    ]
    return sorted(planes, key=lambda plane: plane.order)


def _kind(header: InstanceHeader) -> tuple[object, ...]:
    return (
        header.series_instance_uid,
        header.rows,
        header.columns,
        tuple(round(value, 2) for value in header.pixel_spacing),
        round(header.echo_time_ms or 0.0, 1),
        _component(header),
    )


def _same_plane(first: InstanceHeader, second: InstanceHeader) -> bool:
    """Same position within 0.2 mm and same direction cosines within 0.005."""
    return bool(
        np.allclose(first.image_position, second.image_position, rtol=0, atol=0.2)
        and np.allclose(first.image_orientation, second.image_orientation, rtol=0, atol=0.005)
    )


def _split_repeats(members: list[InstanceHeader]) -> list[list[InstanceHeader]]:
    """Takes apart images of one plane in which the same trigger times come more than once."""
    if len(members) < 2 or any(header.trigger_time_ms is None for header in members):
        return [members]
    times = Counter(header.trigger_time_ms for header in members)
    if max(times.values()) == 1 or len(times) == 1:
        return [members]
    by_acquisition: dict[int | None, list[InstanceHeader]] = defaultdict(list)
    for header in members:
        by_acquisition[header.acquisition_number].append(header)
    groups = list(by_acquisition.values())
    if len(groups) > 1 and all(_times_are_unique(group) for group in groups):
        return groups
    rounds: dict[int, list[InstanceHeader]] = defaultdict(list)
    seen: Counter[float | None] = Counter()
    for header in sorted(members, key=_instance_order):
        rounds[seen[header.trigger_time_ms]].append(header)
        seen[header.trigger_time_ms] += 1
    return list(rounds.values())


def _times_are_unique(headers: Sequence[InstanceHeader]) -> bool:
    return len({header.trigger_time_ms for header in headers}) == len(headers)


def _instance_order(header: InstanceHeader) -> tuple[int, str]:
    return (header.instance_number or 0, header.sop_instance_uid)


def _plane_images(members: list[InstanceHeader]) -> PlaneImages:
    times = [header.trigger_time_ms for header in members]
    known = [time for time in times if time is not None]
    by_time = len(known) == len(members) and len(set(known)) == len(members)
    if by_time:
        ordered = sorted(
            members, key=lambda one: (one.trigger_time_ms or 0.0, _instance_order(one))
        )
    else:
        ordered = sorted(members, key=_instance_order)
    beat = rr_interval(members)
    span = (max(known) - min(known)) / beat if known and beat else 0.0
    return PlaneImages(
        headers=tuple(ordered),
        contrast=contrast_of(ordered[0], len(ordered), span),
        ordered_by="trigger time" if by_time else "instance number",
    )


def rr_interval(headers: Sequence[InstanceHeader]) -> float | None:
    """Mean RR interval in ms of the images of one slice, None where the data does not say.

    Nominal Interval (0018,1062) where positive, else 60,000 / Heart Rate (0018,1088).
    """
    intervals = [one.nominal_interval_ms for one in headers if (one.nominal_interval_ms or 0) > 0]
    if intervals:
        return float(np.median(np.asarray(intervals, dtype=np.float64)))
    rates = [one.heart_rate for one in headers if (one.heart_rate or 0) > 0]
    if rates:
        return 60_000.0 / float(np.median(np.asarray(rates, dtype=np.float64)))
    return None


def group_stacks(planes: Sequence[PlaneImages]) -> list[list[PlaneImages]]:
    """Step 2: planes to stacks; the planes of a stack run along their common normal."""
    families: list[list[PlaneImages]] = []
    for plane in planes:
        for family in families:
            if _same_family(family[0], plane):
                family.append(plane)
                break
        else:
            families.append([plane])
    return [stack for family in families for stack in _split_family(family)]


def _same_family(first: PlaneImages, second: PlaneImages) -> bool:
    a, b = first.first, second.first
    return (
        first.contrast == second.contrast
        and (a.rows, a.columns) == (b.rows, b.columns)
        and np.allclose(a.pixel_spacing, b.pixel_spacing, rtol=0.01)
        and _same_expectation(first, second)
        and set(a.scanning_sequence) == set(b.scanning_sequence)
        and _component(a) == _component(b)
        and angle_between(normal(a.image_orientation), normal(b.image_orientation))
        < _PARALLEL_DEGREES
        and angle_between(unit(a.image_orientation[:3]), unit(b.image_orientation[:3]))
        < _PARALLEL_DEGREES
        and _sideways_distance(a, b) < _SIDEWAYS_MM
    )


def _same_expectation(first: PlaneImages, second: PlaneImages) -> bool:
    if first.expected is None or second.expected is None:
        return True
    return first.expected == second.expected


def _component(header: InstanceHeader) -> tuple[str, ...]:
    return tuple(sorted(set(header.image_type) & {"M", "P", "R", "I", "PHASE", "VELOCITY"}))


def _sideways_distance(first: InstanceHeader, second: InstanceHeader) -> float:
    """How far two parallel images are shifted within their plane, mm."""
    shift = np.subtract(second.image_position, first.image_position)
    direction = normal(first.image_orientation)
    return float(np.linalg.norm(shift - np.dot(shift, direction) * direction))


def _split_family(family: list[PlaneImages]) -> list[list[PlaneImages]]:
    """Parallel planes into stacks: repeats apart, and distant long-axis planes apart."""
    direction = normal(family[0].first.image_orientation)
    units: dict[str, list[PlaneImages]] = defaultdict(list)
    for plane in family:
        units[plane.series].append(plane)
    stacks: list[list[PlaneImages]] = []
    for members in sorted(units.values(), key=lambda one: (-len(one), one[0].order)):
        for layer in _layers(members, direction):
            _place(layer, stacks, direction)
    return [part for stack in stacks for part in _split_distant(stack, direction)]


def _layers(members: list[PlaneImages], direction: Array) -> list[list[PlaneImages]]:
    """The planes of one series, so that no layer holds a plane twice."""
    layers: list[list[PlaneImages]] = []
    for plane in sorted(members, key=lambda one: one.order):
        for layer in layers:
            if not _collides([plane], layer, direction):
                layer.append(plane)
                break
        else:
            layers.append([plane])
    return layers


def _place(layer: list[PlaneImages], stacks: list[list[PlaneImages]], direction: Array) -> None:
    for stack in stacks:
        if not _collides(layer, stack, direction) and not _overlaps(layer, stack, direction):
            stack.extend(layer)
            return
    stacks.append(layer)


def _along(plane: PlaneImages, direction: Array) -> float:
    return position_along(plane.first.image_position, direction)


def _collides(layer: list[PlaneImages], stack: list[PlaneImages], direction: Array) -> bool:
    """Whether a plane of `layer` lies on a plane of `stack`, give or take half a slice."""
    half = [(plane.first.slice_thickness or 0.0) / 2 for plane in stack]
    if len(layer) > 1 or layer[0].series == stack[0].series:
        half = [0.0] * len(stack)
    return any(
        abs(_along(one, direction) - _along(other, direction)) < max(_SAME_PLANE_MM, reach)
        for one in layer
        for other, reach in zip(stack, half, strict=True)
    )


def _overlaps(layer: list[PlaneImages], stack: list[PlaneImages], direction: Array) -> bool:
    """Whether two whole series interleave: they were planned apart and stay apart."""
    if len(layer) < 2 or len({plane.series for plane in stack}) == len(stack):
        return False
    here = [_along(plane, direction) for plane in layer]
    there = [_along(plane, direction) for plane in stack]
    return min(here) < max(there) and min(there) < max(here)


def _split_distant(stack: list[PlaneImages], direction: Array) -> list[list[PlaneImages]]:
    """Takes apart parallel long-axis planes from different series that lie far apart.

    A right-ventricular plane is often copied from the left-ventricular one; short-axis planes
    stay together however wide the gap, since a missing slice must show as a gap.
    """
    ordered = sorted(stack, key=lambda plane: (_along(plane, direction), plane.order))
    usual = angle_between(direction, USUAL_LV_AXIS) <= SHORT_AXIS_TOLERANCE_DEGREES
    if usual or len(ordered) >= _SURELY_A_STACK:
        return [ordered]
    parts = [[ordered[0]]]
    for before, after in pairwise(ordered):
        distance = _along(after, direction) - _along(before, direction)
        if before.series != after.series and distance > _LONG_AXIS_NEIGHBOUR_MM:
            parts.append([])
        parts[-1].append(after)
    return parts
