"""Planes to finished stacks: view, order of slices, phases in place, and what is missing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from domain.imaging.geometry import (
    Array,
    median_spacing,
    missing_between,
    normal,
    position_along,
)
from domain.imaging.grouping import USUAL_LV_AXIS, PlaneImages, group_stacks, rr_interval
from domain.imaging.heart_frame import PlaneGeometry
from domain.imaging.phases import (
    expected_phases,
    frame_interval,
    frame_times,
    missing_phases_sentence,
    place_phases,
)
from domain.imaging.study import (
    CONTRAST_NAMES,
    VIEW_NAMES,
    Contrast,
    InstanceHeader,
    Slice,
    Stack,
    View,
    ViewSuggestion,
)
from domain.imaging.views import suggest_views

_CONTRAST_ORDER = tuple(Contrast)
_VIEW_ORDER = tuple(VIEW_NAMES)


def build_stacks(planes: Sequence[PlaneImages]) -> tuple[Stack, ...]:
    """All stacks of a study: cine first, then by view, labelled so that repeats differ."""
    groups = group_stacks(planes)
    suggestions = suggest_views([_geometry(group) for group in groups])
    pairs = sorted(zip(groups, suggestions, strict=True), key=_display_order)
    totals = Counter(_title(group[0].contrast, suggestion.view) for group, suggestion in pairs)
    seen: Counter[str] = Counter()
    stacks = []
    for group, suggestion in pairs:
        title = _title(group[0].contrast, suggestion.view)
        seen[title] += 1
        label = title if totals[title] == 1 else f"{title} {seen[title]}"
        stacks.append(_build_stack(group, suggestion, label))
    return tuple(stacks)


def relabelled(stack: Stack, view: View, contrast: Contrast, label: str | None = None) -> Stack:
    """`stack` with the view and contrast that a person chose, and its sentences to match."""
    name = label or _title(contrast, view)
    renamed = [
        tuple(line.replace(stack.label, name, 1) for line in lines)
        for lines in (stack.gaps, stack.notes)
    ]
    return replace(
        stack, view=view, contrast=contrast, label=name, gaps=renamed[0], notes=renamed[1]
    )


def _title(contrast: Contrast, view: View) -> str:
    return f"{VIEW_NAMES[view]} {CONTRAST_NAMES[contrast]}"


def _display_order(pair: tuple[list[PlaneImages], ViewSuggestion]) -> tuple[object, ...]:
    group, suggestion = pair
    return (
        _CONTRAST_ORDER.index(group[0].contrast),
        _VIEW_ORDER.index(suggestion.view),
        min(plane.order for plane in group),
    )


def _geometry(group: Sequence[PlaneImages]) -> PlaneGeometry:
    first = group[0].first
    return PlaneGeometry(
        orientation=first.image_orientation,
        positions=tuple(plane.first.image_position for plane in group),
        rows=first.rows,
        columns=first.columns,
        pixel_spacing=first.pixel_spacing,
    )


def _build_stack(group: Sequence[PlaneImages], suggestion: ViewSuggestion, label: str) -> Stack:
    planes = _slice_order(group, suggestion.view)
    direction = _direction(planes, suggestion.view)
    expected = expected_phases(planes)
    placed = [place_phases(plane, expected) for plane in planes]
    slices = tuple(
        _slice(index, plane, phases, position_along(plane.first.image_position, direction))
        for index, (plane, phases) in enumerate(zip(planes, placed, strict=True))
    )
    positions = [one.position_mm for one in slices]
    holes = missing_between(positions)
    intervals = [one.rr_ms for one in slices if one.rr_ms is not None]
    steps = [step for plane in planes if (step := frame_interval(plane, expected)) is not None]
    first = planes[0].first
    spacing = median_spacing(positions)
    return Stack(
        view=suggestion.view,
        contrast=planes[0].contrast,
        label=label,
        suggestion=suggestion,
        slices=slices,
        slice_spacing_mm=None if spacing is None else round(spacing, 3),
        pixel_spacing_mm=first.pixel_spacing,
        rows=first.rows,
        columns=first.columns,
        rr_ms=float(np.median(np.asarray(intervals, float))) if intervals else None,
        frame_times_ms=frame_times(
            placed, float(np.median(np.asarray(steps, float))) if steps else None
        ),
        expected_phases=expected,
        missing_slices=sum(count for _, count in holes),
        gaps=_gaps(label, slices, holes),
        notes=_notes(label, planes, slices),
    )


def _direction(planes: Sequence[PlaneImages], view: View) -> Array:
    """The stack's normal; for short-axis stacks the one that points from base to apex."""
    direction = normal(planes[0].first.image_orientation)
    if view is View.SAX and float(np.dot(direction, USUAL_LV_AXIS)) < 0:
        return -direction
    return direction


def _slice_order(group: Sequence[PlaneImages], view: View) -> list[PlaneImages]:
    direction = _direction(group, view)
    return sorted(
        group,
        key=lambda plane: (position_along(plane.first.image_position, direction), plane.order),
    )


def _slice(
    index: int, plane: PlaneImages, phases: Sequence[InstanceHeader | None], position: float
) -> Slice:
    return Slice(
        index=index,
        position_mm=round(position, 3),
        series_instance_uid=plane.series,
        image_position=plane.first.image_position,
        image_orientation=plane.first.image_orientation,
        rr_ms=rr_interval(plane.headers),
        phases=tuple(phases),
    )


def _gaps(label: str, slices: Sequence[Slice], holes: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    sentences = []
    for index, count in holes:
        distance = abs(slices[index + 1].position_mm - slices[index].position_mm)
        what = "a slice is" if count == 1 else f"{count} slices are"
        sentences.append(
            f"{label}: {what} missing between slices {index + 1} and {index + 2}, which are "
            f"{distance:.1f} mm apart."
        )
    for one in slices:
        where = f"slice {one.index + 1}" if len(slices) > 1 else ""
        sentence = missing_phases_sentence(label, one.phases, where)
        if sentence:
            sentences.append(sentence)
    return tuple(sentences)


def _notes(label: str, planes: Sequence[PlaneImages], slices: Sequence[Slice]) -> tuple[str, ...]:
    if planes[0].contrast is not Contrast.CINE:
        return ()
    notes = []
    if any(plane.ordered_by == "instance number" for plane in planes if len(plane.headers) > 1):
        notes.append(
            f"{label}: the trigger times are missing or repeated, so phases are in the order of "
            "instance number."
        )
    if all(one.rr_ms is None for one in slices):
        notes.append(f"{label}: the RR interval is not stated, so it plays at a nominal rate.")
    return tuple(notes)
