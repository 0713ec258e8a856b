"""Neighbours of a case, by the image model where there is one, else by the reports' claims."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from pgvector.django import CosineDistance

from cases.models import Case
from domain.findings import concept_name
from domain.findings.overlap import claim_overlap
from similar.models import Embedding

NOT_TRAINED = (
    "The image model is not trained yet, so matching cases are ranked by the findings "
    "that their reports state, not by their images."
)
BY_IMAGES = "Ranked by the image model: cases whose images look alike."


@dataclass(frozen=True)
class Neighbour:
    """A case near another: `score` in 0..1, and the findings that both reports state."""

    case: Case
    score: float
    shared_findings: list[str]


@dataclass(frozen=True)
class Neighbours:
    """`ranked_by` is image_model or report_claims; `sentence` says so to the reader."""

    ranked_by: str
    sentence: str
    cases: list[Neighbour]


def embedding_of(case: Case) -> Embedding | None:
    """The newest embedding of the case's study."""
    return Embedding.objects.filter(study=case.study).order_by("-made_at").first()


def neighbours_of(case: Case, *, among: QuerySet[Case], at_most: int = 5) -> Neighbours:
    """The cases of `among` nearest to `case`, nearest first, itself left out."""
    others = among.exclude(study=case.study).select_related("report", "study")
    embedding = embedding_of(case)
    if embedding is not None:
        return Neighbours("image_model", BY_IMAGES, _by_images(case, embedding, others)[:at_most])
    return Neighbours("report_claims", NOT_TRAINED, _by_claims(case, others)[:at_most])


def _by_claims(case: Case, others: Iterable[Case]) -> list[Neighbour]:
    found = []
    for other in others:
        score, shared = claim_overlap(case.report.claims, other.report.claims)
        if shared:
            found.append(Neighbour(other, score, [concept_name(code) for code in shared]))
    return sorted(found, key=lambda neighbour: (-neighbour.score, neighbour.case.number))


def _by_images(case: Case, embedding: Embedding, others: QuerySet[Case]) -> list[Neighbour]:
    near = (
        Embedding.objects.filter(
            model_version=embedding.model_version, study__in=others.values("study")
        )
        .annotate(distance=CosineDistance("vector", embedding.vector))
        .order_by("distance")
        .values_list("study_id", "distance")
    )
    cases = {other.study_id: other for other in others}
    found = []
    for study_id, distance in near:
        other = cases[study_id]
        _, shared = claim_overlap(case.report.claims, other.report.claims)
        score = min(1.0, max(0.0, 1.0 - distance))
        found.append(Neighbour(other, score, [concept_name(code) for code in shared]))
    return found
