"""Embeds studies, and the reports on them, with the trained model of this process.

A row's subject is study and model version. Claimed rows are decoded and embedded a few studies at
a time, so that a batch needs the memory of those few alone.
"""

import logging
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from celery.signals import worker_ready
from django.core.exceptions import ObjectDoesNotExist

from cases.models import Report, Study
from common.queue import EMBED_STUDY, TASKS, kick
from domain.errors import InputError
from reads.selectors import reads_without_opinion
from reads.services import ask_regrade
from similar.models import Embedding, ReportEmbedding
from similar.selectors import subjects_end
from similar.services import record_embedding, record_report_embedding, serve_if_complete
from workers.cmrclip.pixels import StudyPixels
from workers.decode import decode_study
from workers.drain import Outcome, drains_batches
from workers.serving import Serving, server

log = logging.getLogger(__name__)
CLAIMED = 64
# Some 40 MB of pixels each.
AT_ONCE = 8


def versions_own() -> str | None:
    """The end of the subjects that this process's model is asked for; None where it has none."""
    serving = server.serving()
    if serving is None:
        return None
    # Here too, because the last study may have been given up by a worker that then ended.
    serve_if_complete(version=serving.version)
    return subjects_end(serving.version)


@drains_batches(EMBED_STUDY, at_most=CLAIMED, mine=versions_own)
def embed_studies(subjects: Sequence[str]) -> Iterator[Outcome]:
    serving = server.serving()
    assert serving is not None, "rows are claimed for a model that is loaded"
    for start in range(0, len(subjects), AT_ONCE):
        yield from _embed(serving, subjects[start : start + AT_ONCE])
    if serve_if_complete(version=serving.version):
        log.info("neighbours are ranked by %s from now on", serving.version.name)


def embed_text(text: str) -> tuple[str, list[float]]:
    """(name of the model version, 512 numbers of length one) of a text, for a search by it.

    Raises InputError where no trained model is loaded here, or its checkpoint has no tokenizer.
    """
    serving = server.serving()
    if serving is None:
        raise InputError(
            "No trained image model is configured, so texts cannot be embedded; set"
            " CINEROUNDS_CHECKPOINT and start the model worker.",
            "no_model",
        )
    return serving.version.name, [float(value) for value in serving.embed_texts([text])[0]]


def _embed(serving: Serving, subjects: Sequence[str]) -> Iterator[Outcome]:
    """One outcome a subject. A study that cannot be decoded or embedded takes no other with it."""
    studies: dict[str, Study] = {}
    pixels: dict[str, StudyPixels] = {}
    for subject in subjects:
        try:
            study = Study.objects.get(pk=subject.partition(":")[0])
            if Embedding.objects.filter(study=study, model_version=serving.version).exists():
                yield Outcome(subject, partial(_store, serving, study, None))
            else:
                pixels[subject] = decode_study(study, serving.embedder.wanted_frames)
                studies[subject] = study
        except ObjectDoesNotExist:
            gone = InputError("The study is gone, so there is nothing to embed.", "gone")
            yield Outcome(subject, gone)
        except Exception as error:
            yield Outcome(subject, error)
    for subject, vector in _vectors(serving, pixels):
        if isinstance(vector, Exception):
            yield Outcome(subject, vector)
        else:
            yield Outcome(subject, partial(_store, serving, studies[subject], vector))


def _vectors(
    serving: Serving, pixels: dict[str, StudyPixels]
) -> Iterator[tuple[str, list[float] | Exception]]:
    """All at once; where that fails, one by one, to learn whose fault it is."""
    try:
        rows = serving.embed_studies(list(pixels.values()))
    except Exception as error:
        if len(pixels) == 1:
            yield next(iter(pixels)), error
            return
        for subject, one in pixels.items():
            yield from _vectors(serving, {subject: one})
        return
    for subject, row in zip(pixels, rows, strict=True):
        yield subject, [float(value) for value in row]


def _store(serving: Serving, study: Study, vector: list[float] | None) -> None:
    if vector is not None:
        (scores,) = serving.findings.read(np.array([vector], dtype=np.float32))
        record_embedding(
            study=study,
            model_version=serving.version,
            vector=vector,
            finding_scores=scores,
            familiar=serving.is_familiar(vector, study.manufacturer),
        )
        # Whoever read the study before gets the second reader's part now.
        ask_regrade(reads_without_opinion(study.pk))
    _store_reports(serving, study)


def embed_reports(study: Study) -> None:
    """Embeds the reports on a study that came after its images were embedded; nothing to do where
    those are not, because they bring the reports with them."""
    serving = server.serving()
    if serving and Embedding.objects.filter(study=study, model_version=serving.version).exists():
        _store_reports(serving, study)


def _store_reports(serving: Serving, study: Study) -> None:
    made = ReportEmbedding.objects.filter(model_version=serving.version).values("report")
    reports = list(Report.objects.filter(study=study).exclude(pk__in=made))
    if not reports:
        return
    try:
        rows = serving.embed_texts([report.text for report in reports])
    except InputError as error:
        # Neighbours need the images alone; only the search by text does without these.
        log.warning("the reports on %s are not embedded: %s", study.pk, error.sentence)
        return
    for report, row in zip(reports, rows, strict=True):
        record_report_embedding(
            report=report, model_version=serving.version, vector=[float(value) for value in row]
        )


def look_for_work(sender: object, **_: object) -> None:
    """A worker of the model's queue loads its checkpoint when it starts, not when the next study
    comes: the library may lack the embeddings of a new version."""
    queue = TASKS[EMBED_STUDY].queue
    if queue in sender.app.amqp.queues.consume_from:  # type: ignore[attr-defined]
        kick(EMBED_STUDY)


worker_ready.connect(look_for_work)
