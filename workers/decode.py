"""A stored study -> what a model is shown of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cases.models import Instance, Stack, Study
from common.storage import read_range
from domain.errors import InputError
from domain.imaging.headers import age_in_years
from workers.cmrclip.pixels import PatientFacts, Pixels, StackPixels, StudyPixels
from workers.frames import SAMPLES, Frame, decode_frames

# Slice and phase of a frame in its stack.
_Place = tuple[int, int]
# See `Embedder.wanted_frames`.
Wanted = Callable[[str, NDArray[np.bool_], NDArray[np.float64] | None], NDArray[np.bool_]]


def decode_study(study: Study, wanted: Wanted | None = None) -> StudyPixels:
    """All stacks of a stored study and the patient's facts; frames that are not `wanted` are left
    out as if they were missing.

    Pixels are (slices, phases, rows, columns) of uint16, or int16 where samples are signed, 0 where
    an image is missing. Raises InputError where stored frames are damaged, do not fit or are not
    in the index, and OSError where they cannot be read.
    """
    stacks = list(Stack.objects.filter(study=study).order_by("order"))
    instances = {
        instance.sop_instance_uid: instance
        for instance in Instance.objects.filter(series__study=study).select_related("series")
    }
    places: list[list[_Place]] = [_places(stack, wanted) for stack in stacks]
    stored = [
        _stored(instances.get(stack.geometry["slices"][s]["phases"][p]["sop_instance_uid"]))
        for stack, there in zip(stacks, places, strict=True)
        for s, p in there
    ]
    frames = iter(decode_frames(stored))
    decoded = [
        _stack(stack, [(place, next(frames)) for place in there])
        for stack, there in zip(stacks, places, strict=True)
    ]
    first = next(iter(instances.values()), None)
    return StudyPixels(tuple(decoded), patient_facts(first.metadata if first else {}))


def patient_facts(metadata: Mapping[str, Any]) -> PatientFacts:
    """Sex (0010,0040), age (0010,1010), size (0010,1020) and weight (0010,1030) out of
    de-identified DICOM JSON."""
    sex = str(_value(metadata, "00100040") or "")
    return PatientFacts(
        sex=sex if sex in ("M", "F") else "",
        age_years=age_in_years(str(_value(metadata, "00101010") or "")),
        size_m=_number(metadata, "00101020"),
        weight_kg=_number(metadata, "00101030"),
    )


def _places(stack: Stack, wanted: Wanted | None) -> list[_Place]:
    slices = stack.geometry["slices"]
    chosen = np.array([[phase is not None for phase in one["phases"]] for one in slices], np.bool_)
    if wanted is not None:
        chosen = wanted(stack.contrast, chosen, _cycle(stack.geometry))
    return [(int(s), int(p)) for s, p in np.argwhere(chosen)]


def _stored(instance: Instance | None) -> Frame:
    if instance is None:
        raise InputError("A stack names an image that is not stored; import the study again.")
    frame = read_range(instance.series.pack, instance.offset, instance.length)
    return frame, {tag: instance.metadata[tag] for tag in SAMPLES}


def _stack(stack: Stack, frames: Sequence[tuple[_Place, Pixels]]) -> StackPixels:
    geometry = stack.geometry
    slices = geometry["slices"]
    shape, size = (len(slices), geometry["phase_count"]), (geometry["rows"], geometry["columns"])
    dtypes = {frame.dtype for _, frame in frames} or {np.dtype(np.uint16)}
    # Neither integer holds both, where a stack has signed and unsigned samples.
    dtype = dtypes.pop() if len(dtypes) == 1 else np.dtype(np.float32)
    pixels = np.zeros((*shape, *size), dtype)
    missing = np.ones(shape, np.bool_)
    for place, frame in frames:
        if frame.shape != size:
            raise InputError(
                f"An image of {stack.label} is {frame.shape[0]} x {frame.shape[1]} where its stack"
                f" is {size[0]} x {size[1]}; import the study again.",
                "bad_pixels",
            )
        pixels[place] = frame
        missing[place] = False
    row_mm, column_mm = geometry["pixel_spacing_mm"]
    return StackPixels(
        view=stack.view,
        contrast=stack.contrast,
        pixels=pixels,
        pixel_spacing_mm=(float(row_mm), float(column_mm)),
        missing=missing,
        positions_mm=np.array([one["image_position"] for one in slices], np.float64),
        directions=np.array(slices[0]["image_orientation"], np.float64).reshape(2, 3),
        cycle=_cycle(geometry),
    )


def _cycle(geometry: Mapping[str, Any]) -> NDArray[np.float64] | None:
    """(slices, phases): trigger time over the RR interval of the slice, NaN where either is
    unknown; None where nothing is known."""
    cycle = np.full((len(geometry["slices"]), geometry["phase_count"]), np.nan)
    for s, one in enumerate(geometry["slices"]):
        for p, phase in enumerate(one["phases"]):
            if phase and phase["trigger_time_ms"] is not None and one["rr_ms"]:
                cycle[s, p] = phase["trigger_time_ms"] / one["rr_ms"]
    return cycle if np.isfinite(cycle).any() else None


def _value(metadata: Mapping[str, Any], tag: str) -> object:
    attribute = metadata.get(tag)
    values = attribute.get("Value") if isinstance(attribute, dict) else None
    return values[0] if values else None


def _number(metadata: Mapping[str, Any], tag: str) -> float | None:
    value = _value(metadata, tag)
    return float(value) if isinstance(value, int | float) and value > 0 else None
