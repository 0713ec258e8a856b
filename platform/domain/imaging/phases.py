"""Which phase of the cardiac cycle each image of a slice shows, and which phases are missing."""

from collections.abc import Sequence

import numpy as np

from domain.imaging.grouping import PlaneImages, rr_interval
from domain.imaging.study import InstanceHeader

# How far a step between trigger times may be from a whole number of frame intervals.
_STEP_TOLERANCE = 0.15


def expected_phases(planes: Sequence[PlaneImages]) -> int:
    """Phases per slice: Cardiac Number of Images (0018,1090), or the most that any slice holds."""
    most = max(len(plane.headers) for plane in planes)
    said = max((plane.expected or 0 for plane in planes), default=0)
    return max(said, most)


def place_phases(plane: PlaneImages, expected: int) -> tuple[InstanceHeader | None, ...]:
    """The images of `plane` at their phase index, None where an image is missing."""
    present = len(plane.headers)
    if present >= expected:
        return plane.headers
    indices = _indices_from_times(plane, expected) or list(range(present))
    places: list[InstanceHeader | None] = [None] * expected
    for index, header in zip(indices, plane.headers, strict=True):
        places[index] = header
    return tuple(places)


def _indices_from_times(plane: PlaneImages, expected: int) -> list[int] | None:
    """Phase index of each image from its trigger time; None where the times do not fit."""
    times = [
        header.trigger_time_ms for header in plane.headers if header.trigger_time_ms is not None
    ]
    if len(times) != len(plane.headers) or plane.ordered_by != "trigger time":
        return None
    step = frame_interval(plane, expected)
    if step is None:
        return None
    # A cine starts within one frame interval of the R wave; that remainder is its offset.
    offset = float(times[0] % step)
    if step - offset < _STEP_TOLERANCE * step:
        offset -= step
    indices = [round((time - offset) / step) for time in times]
    fits = len(set(indices)) == len(indices) and indices[0] >= 0 and indices[-1] < expected
    return indices if fits else None


def frame_interval(plane: PlaneImages, expected: int) -> float | None:
    """Time between neighbouring phases, ms.

    RR / phases where the trigger times are multiples of it (retrospective gating), otherwise the
    smallest step between trigger times (prospective gating covers only part of the RR interval).
    """
    times = np.asarray(
        [one.trigger_time_ms for one in plane.headers if one.trigger_time_ms is not None], float
    )
    beat = rr_interval(plane.headers)
    even = beat / expected if beat else None
    if len(times) < 2:
        return even
    smallest = float(np.diff(times).min())
    if even is not None and smallest > 0:
        ratio = smallest / even
        if round(ratio) >= 1 and abs(ratio - round(ratio)) <= _STEP_TOLERANCE:
            return even
    return smallest if smallest > 0 else None


def frame_times(
    places: Sequence[Sequence[InstanceHeader | None]], step: float | None
) -> tuple[float, ...] | None:
    """Trigger time of each phase, ms, median over slices; None where no trigger times exist.

    `places`: (slices, phases). A phase that no slice holds is set `step` after the one before.
    """
    columns: list[float | None] = []
    for phase in zip(*places, strict=True):
        known = [one.trigger_time_ms for one in phase if one and one.trigger_time_ms is not None]
        columns.append(float(np.median(np.asarray(known, float))) if known else None)
    anchors = [index for index, time in enumerate(columns) if time is not None]
    if not anchors or (step is None and len(anchors) < len(columns)):
        return None
    result: list[float] = []
    for index, time in enumerate(columns):
        if time is None:
            nearest = min(anchors, key=lambda anchor: abs(anchor - index))
            time = (columns[nearest] or 0.0) + (index - nearest) * (step or 0.0)
        result.append(round(time, 3))
    return tuple(result) if len(set(result)) == len(result) else None


def missing_phases_sentence(
    subject: str, phases: Sequence[InstanceHeader | None], where: str = ""
) -> str | None:
    """ "Two-chamber cine: 2 of 25 phases are present; missing 3–25." or None when complete."""
    absent = [index + 1 for index, phase in enumerate(phases) if phase is None]
    if not absent:
        return None
    total = len(phases)
    place = f" of {where}" if where else ""
    return (
        f"{subject}: {total - len(absent)} of {total} phases{place} are present; "
        f"missing {as_ranges(absent)}."
    )


def as_ranges(numbers: Sequence[int]) -> str:
    """[3, 4, 5, 9] -> "3–5, 9"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
