"""Checks that a study's images can be shown to the image model, records the outcome, and asks for
the study's embedding where a trained model is in use."""

import hashlib

from cases.models import Study
from common.queue import PREPARE_CLIP
from domain.errors import InputError
from similar.services import ask_embedding, record_clip
from workers.cmrclip.tensor import build_clip
from workers.decode import decode_study
from workers.drain import drains


@drains(PREPARE_CLIP)
def prepare_clip(study_id: str) -> None:
    study = Study.objects.get(pk=study_id)
    try:
        clip = build_clip(decode_study(study).stacks)
    except InputError as error:
        record_clip(study=study, usable=False, sentence=error.sentence)
    else:
        digest = hashlib.sha256(clip.frames.numpy().tobytes()).hexdigest()
        record_clip(study=study, usable=True, sentence=clip.describe(), sha256=digest)
    # Whatever came of the published clip: another model may need less of a study.
    ask_embedding(study=study)
