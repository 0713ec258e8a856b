"""Storing what the image model made of a study, and changing from one model version to the next.

A worker that has loaded a trained checkpoint registers its version. A new version builds: every
study is asked for, while the old version goes on ranking. When no study is left that the new one
could still embed, the two change places in one transaction.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from cases.models import Report, Study
from common.queue import EMBED_STUDY, ask, ask_many, withdraw
from similar.models import EMBEDDING_WIDTH, Clip, Embedding, ModelVersion, ReportEmbedding
from similar.selectors import embedding_subject, lacking, pending, subjects_end, wanted_version


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


def record_embedding(
    *,
    study: Study,
    model_version: ModelVersion,
    vector: Sequence[float],
    finding_scores: Mapping[str, float] | None = None,
    familiar: bool | None = None,
) -> Embedding:
    """Stores one embedding a study and model version. Raises ValueError for a wrong width."""
    embedding, _ = Embedding.objects.update_or_create(
        study=study,
        model_version=model_version,
        defaults=_of_vector(vector)
        | {"finding_scores": dict(finding_scores or {}), "familiar": familiar},
    )
    return embedding


def record_report_embedding(
    *, report: Report, model_version: ModelVersion, vector: Sequence[float]
) -> ReportEmbedding:
    """Stores one embedding a report and model version. Raises ValueError for a wrong width."""
    embedding, _ = ReportEmbedding.objects.update_or_create(
        report=report, model_version=model_version, defaults=_of_vector(vector)
    )
    return embedding


def _of_vector(vector: Sequence[float]) -> dict[str, object]:
    if len(vector) != EMBEDDING_WIDTH:
        raise ValueError(f"an embedding has {EMBEDDING_WIDTH} numbers, not {len(vector)}")
    return {"vector": list(vector), "made_at": timezone.now()}


def ask_embedding(*, study: Study) -> None:
    """Asks for the study's embedding by the version that is wanted, where a worker has named one
    and the study lacks it."""
    version = wanted_version()
    if version is not None and lacking(version).filter(pk=study.pk).exists():
        ask(EMBED_STUDY, embedding_subject(study.pk, version))


def ask_library(*, version: ModelVersion, given_up_too: bool = False) -> None:
    """Asks for every study that lacks an embedding; those that were given up only if told to."""
    studies = lacking(version) if given_up_too else pending(version)
    ids = studies.order_by("imported_at").values_list("pk", flat=True)
    ask_many(EMBED_STUDY, (embedding_subject(pk, version) for pk in ids.iterator()))


@transaction.atomic
def register_version(
    *,
    name: str,
    trained_on: str = "",
    calibration: Mapping[str, Mapping[str, Any]] | None = None,
) -> ModelVersion:
    """The version of a trained checkpoint that a worker has just loaded, with its work asked for.

    One that does not serve yet, or does no longer, begins to build; another that was building is
    set aside, because the checkpoint loaded last is the one that is wanted.
    """
    _lock_versions()
    now = timezone.now()
    version = ModelVersion.objects.filter(name=name).first()
    for other in ModelVersion.objects.filter(state="building").exclude(name=name):
        _retire(other)
    if version is None:
        version = ModelVersion.objects.create(name=name, state="building", created_at=now)
    elif version.state == "retired":
        version.state, version.retired_at = "building", None
        version.save()
    version.trained_on = trained_on
    # It may be measured anew for weights that stay the same.
    version.calibration = {code: dict(one) for code, one in (calibration or {}).items()}
    version.save(update_fields=["trained_on", "calibration"])
    ask_library(version=version)
    return version


@transaction.atomic
def serve_if_complete(*, version: ModelVersion) -> bool:
    """Puts a building version in the place of the serving one, once every study that it can embed
    is embedded; returns whether it did.

    A version that could embed nothing of a library never serves: something is wrong with it.
    """
    if not ModelVersion.objects.filter(pk=version.pk, state="building").exists():
        return False
    _lock_versions()
    version.refresh_from_db()
    if version.state != "building" or pending(version).exists():
        return False
    if Study.objects.exists() and not version.embeddings.exists():
        return False
    for former in ModelVersion.objects.filter(state="serving"):
        _retire(former)
    version.state, version.served_at = "serving", timezone.now()
    version.save()
    return True


def forget_retired() -> int:
    """Removes the retired versions with their vectors; returns how many versions those were.

    They are kept until then, so that going back to one needs no second embedding."""
    retired = ModelVersion.objects.filter(state="retired")
    count = retired.count()
    retired.delete()
    return count


def _retire(version: ModelVersion) -> None:
    version.state, version.retired_at = "retired", timezone.now()
    version.save()
    withdraw(EMBED_STUDY, subject_ends=subjects_end(version))


def _lock_versions() -> None:
    """One change of versions at a time; looking at them waits for nobody."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"LOCK TABLE {ModelVersion._meta.db_table} IN SHARE ROW EXCLUSIVE MODE"
        )
