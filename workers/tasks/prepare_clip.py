"""Checks that a study's images can be shown to the image model, and records the outcome.

No trained checkpoint exists yet, so nothing is embedded here.
"""

import hashlib

import numpy as np

from cases.models import Instance, Stack, Study
from common.queue import PREPARE_CLIP
from common.storage import read_range
from domain.errors import InputError
from domain.imaging import decode_frame
from similar.services import record_clip
from workers.cmrclip.pixels import StackPixels
from workers.cmrclip.tensor import build_clip
from workers.drain import drains


@drains(PREPARE_CLIP)
def prepare_clip(study_id: str) -> None:
    study = Study.objects.get(pk=study_id)
    try:
        clip = build_clip([decode_stack(stack) for stack in Stack.objects.filter(study=study)])
    except InputError as error:
        record_clip(study=study, usable=False, sentence=error.sentence)
        return
    digest = hashlib.sha256(clip.frames.numpy().tobytes()).hexdigest()
    record_clip(study=study, usable=True, sentence=clip.describe(), sha256=digest)


def decode_stack(stack: Stack) -> StackPixels:
    """The stored stack's pixels, (slices, phases, rows, columns), NaN where a phase is missing."""
    geometry = stack.geometry
    shape = (len(geometry["slices"]), geometry["phase_count"])
    pixels = np.full((*shape, geometry["rows"], geometry["columns"]), np.nan, np.float32)
    instances = {
        instance.sop_instance_uid: instance
        for instance in Instance.objects.filter(series__study=stack.study).select_related("series")
    }
    for s, one in enumerate(geometry["slices"]):
        for p, phase in enumerate(one["phases"]):
            if phase is not None:
                instance = instances[phase["sop_instance_uid"]]
                frame = read_range(instance.series.pack, instance.offset, instance.length)
                pixels[s, p] = decode_frame(frame, instance.metadata)
    return StackPixels(stack.view, stack.contrast, pixels)
