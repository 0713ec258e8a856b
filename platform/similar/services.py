"""Storing what the image model made of a study."""

from collections.abc import Sequence

from django.utils import timezone

from cases.models import Study
from similar.models import EMBEDDING_WIDTH, Clip, Embedding


def record_clip(*, study: Study, usable: bool, sentence: str, sha256: str = "") -> Clip:
    """The outcome of checking a study's clip, replacing an earlier one."""
    clip, _ = Clip.objects.update_or_create(
        study=study,
        defaults={
            "usable": usable,
            "sentence": sentence,
            "sha256": sha256,
            "checked_at": timezone.now(),
        },
    )
    return clip


def record_embedding(*, study: Study, model_version: str, vector: Sequence[float]) -> Embedding:
    """Stores one embedding a study and model version. Raises ValueError for a wrong width."""
    if len(vector) != EMBEDDING_WIDTH:
        raise ValueError(f"an embedding has {EMBEDDING_WIDTH} numbers, not {len(vector)}")
    embedding, _ = Embedding.objects.update_or_create(
        study=study,
        model_version=model_version,
        defaults={"vector": list(vector), "made_at": timezone.now()},
    )
    return embedding
