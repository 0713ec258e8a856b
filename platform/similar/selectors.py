"""Neighbours of a case, by the image model where there is one, else by the reports' claims.

`among` is always what the reader may see the answers of: nothing outside it is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from cases.models import Case, Report, Study
from common.models import Work
from common.queue import EMBED_STUDY
from similar.models import Clip, Embedding, ModelVersion, ReportEmbedding
from similar.roles import (
    NEAREST_NORMAL,
    NORMAL,
    SAME_FINDING,
    Neighbour,
    Neighbours,
    choose,
    is_normal,
    mimics,
    neighbour,
    stated,
)
from similar.search import nearest

BY_IMAGES = "Ranked by the image model: cases whose images look alike to it."
_BY_CLAIMS = (
    "so matching cases are ranked by the findings that their reports state, not by their images."
)
NOT_TRAINED = f"The image model is not trained or not configured yet, {_BY_CLAIMS}"
NOT_SEEN = f"The image model has not looked at this study yet, {_BY_CLAIMS}"
NOT_USABLE = f"The image model could not use the images of this study, {_BY_CLAIMS}"
# Of these many nearest cases the mimics are taken.
POOL = 50


# --- model versions ----------------------------------------------------------------------------


def serving_version() -> ModelVersion | None:
    """The version that ranks."""
    return ModelVersion.objects.filter(state="serving").first()


def wanted_version() -> ModelVersion | None:
    """The version that new studies are embedded with: the one that builds, else the serving one."""
    return ModelVersion.objects.filter(state="building").first() or serving_version()


def embedding_subject(study_id: object, version: ModelVersion) -> str:
    """The subject of EMBED_STUDY."""
    return f"{study_id}{subjects_end(version)}"


def subjects_end(version: ModelVersion) -> str:
    """What the subjects of a version's work end with."""
    return f":{version.pk}"


def lacking(version: ModelVersion) -> QuerySet[Study]:
    """Studies without an embedding by `version`."""
    made = Embedding.objects.filter(study=OuterRef("pk"), model_version=version)
    return Study.objects.filter(~Exists(made))


def given_up(version: ModelVersion) -> QuerySet[Study]:
    """Of `lacking`, those that the model refused or failed on for good, and that nobody has asked
    for again since."""
    work = Work.objects.filter(
        task=EMBED_STUDY,
        subject=Concat(Cast(OuterRef("pk"), CharField()), Value(subjects_end(version))),
    )
    return lacking(version).filter(
        Exists(work.filter(state="failed")), ~Exists(work.filter(state="waiting"))
    )


def pending(version: ModelVersion) -> QuerySet[Study]:
    """Of `lacking`, those that `version` may still embed."""
    return lacking(version).exclude(pk__in=given_up(version).values("pk"))


@dataclass(frozen=True)
class VersionProgress:
    """How far a version has come, in studies."""

    version: ModelVersion
    embedded: int
    pending: int
    given_up: int


def version_progress(version: ModelVersion) -> VersionProgress:
    version.refresh_from_db()
    return VersionProgress(
        version, version.embeddings.count(), pending(version).count(), given_up(version).count()
    )


# --- findings ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opinion:
    """What the model that ranks thinks of a study: how likely each finding is, by concept, for
    those that it was shown to be good enough for. `by` names its version, "" for nobody."""

    by: str
    probabilities: dict[str, float]


def opinion_on(study_id: object) -> Opinion:
    """The opinion of the version that ranks, or of one that builds where that has not seen the
    study. There is none on a study that has no embedding yet, and on one that is unlike those
    trained on, where nobody has shown what the model is worth."""
    embedding = (
        Embedding.objects.filter(study=study_id, model_version__state__in=["serving", "building"])
        .select_related("model_version")
        .order_by("-model_version__state")
        .first()
    )
    if embedding is None or embedding.familiar is False:
        return Opinion("", {})
    version = embedding.model_version
    table = version.calibration
    found = {
        code: 1 / (1 + exp(-(table[code]["slope"] * score + table[code]["intercept"])))
        for code, score in embedding.finding_scores.items()
        if code in table and table[code]["enabled"]
    }
    return Opinion(version.name if found else "", found)


# --- image -> image ----------------------------------------------------------------------------


def embedding_of(case: Case) -> Embedding | None:
    """The embedding of the case's study by the version that ranks."""
    return Embedding.objects.filter(
        study=case.study_id, model_version__state="serving"
    ).first()


def neighbours_of(case: Case, *, among: QuerySet[Case], at_most: int = 5) -> Neighbours:
    """The cases of `among` to put beside `case`, nearest first, itself left out.

    By images: the nearest of the same finding, the nearest normal, the most deceptive mimic, and
    then whatever is nearest.
    """
    embedding = embedding_of(case)
    if embedding is None:
        return Neighbours("report_claims", _why_claims(case), _by_claims(case, among)[:at_most])
    near = _near(case, embedding, among, POOL)
    wanted = [
        _nearest_same_finding(case, embedding, among),
        _nearest_normal(case, embedding, among),
        next(iter(mimics(case, near)), None),
    ]
    chosen = choose(near, wanted=wanted, at_most=at_most)
    return Neighbours("image_model", _by_images(embedding), chosen)


def _by_images(embedding: Embedding) -> str:
    """What the reader is told of a ranking by images, and of how far to trust it."""
    told = [BY_IMAGES]
    if embedding.model_version.trained_on:
        told.append(f"It was trained on {embedding.model_version.trained_on}.")
    if embedding.familiar is False:
        told.append("This study is unlike those, so do not rely on the order.")
    return " ".join(told)


def count_as_near(case: Case, *, among: QuerySet[Case], as_: Neighbours) -> int:
    """How many cases of `among` would stand among `as_`: those at least as near as its last, by
    images; those with a finding in common, by claims."""
    if as_.ranked_by == "report_claims":
        return len(_by_claims(case, among))
    embedding = embedding_of(case)
    if embedding is None:
        return 0
    last = min((one.score for one in as_.cases), default=0.0)
    return sum(one.score >= last for one in _near(case, embedding, among, POOL))


def mimics_of(case: Case, *, among: QuerySet[Case], at_most: int = 5) -> list[Neighbour]:
    """Cases that look like `case` and are reported otherwise, the most deceptive first; none where
    its images have no embedding."""
    embedding = embedding_of(case)
    near = _near(case, embedding, among, POOL) if embedding else []
    return mimics(case, near)[:at_most]


def nearest_normal_to(case: Case, *, among: QuerySet[Case]) -> Neighbour | None:
    """The normal case whose images are nearest; None for a normal `case`, for one without an
    embedding, and where there is no normal case."""
    embedding = embedding_of(case)
    return _nearest_normal(case, embedding, among) if embedding else None


def nearest_same_finding_to(case: Case, *, among: QuerySet[Case]) -> Neighbour | None:
    """The case whose images are nearest among those whose reports state a finding of `case`."""
    embedding = embedding_of(case)
    return _nearest_same_finding(case, embedding, among) if embedding else None


def _nearest_normal(
    case: Case, embedding: Embedding, among: QuerySet[Case]
) -> Neighbour | None:
    if is_normal(case):
        return None
    called_normal = _near(case, embedding, among.filter(_states(NORMAL)), POOL)
    first = next((one for one in called_normal if is_normal(one.case)), None)
    return replace(first, role=NEAREST_NORMAL) if first else None


def _nearest_same_finding(
    case: Case, embedding: Embedding, among: QuerySet[Case]
) -> Neighbour | None:
    any_of = Q(pk__in=[])
    for code in stated(case.report.claims):
        any_of |= _states(code)
    near = _near(case, embedding, among.filter(any_of), POOL)
    return next((one for one in near if one.role == SAME_FINDING), None)


def _states(code: str) -> Q:
    """Cases whose report names the finding; whether it states or denies it is looked at later,
    except that what is denied outright is left out here."""
    every = ("present", "probable", "possible")
    found = Q()
    for assertion in every:
        found |= Q(report__claims__claims__contains=[{"concept": code, "assertion": assertion}])
    return found


def _near(
    case: Case, embedding: Embedding, among: QuerySet[Case], at_most: int
) -> list[Neighbour]:
    others = among.exclude(study=case.study_id)
    found = nearest(
        studies_embedded(embedding.model_version, among=others),
        embedding.vector,
        key="study_id",
        at_most=at_most,
    )
    return [neighbour(case, other, score) for other, score in _cases_of(others, found)]


def studies_embedded(version: ModelVersion, *, among: QuerySet[Case]) -> QuerySet[Embedding]:
    """The embeddings by `version` of the studies of the cases."""
    return Embedding.objects.filter(
        model_version=version, study__in=among.order_by().values("study")
    )


def _cases_of(
    cases: QuerySet[Case], found: Sequence[tuple[Any, float]]
) -> list[tuple[Case, float]]:
    """The cases on the found studies, with their scores, in the same order."""
    on: dict[object, list[Case]] = {}
    for case in _with_reports(cases.filter(study__in=[study_id for study_id, _ in found])):
        on.setdefault(case.study_id, []).append(case)
    return [(case, score) for study_id, score in found for case in on.get(study_id, [])]


def _with_reports(cases: QuerySet[Case]) -> QuerySet[Case]:
    """With what neighbours need, and without the stacks, whose geometry is large."""
    return cases.select_related("report").prefetch_related(None)


def _by_claims(case: Case, among: QuerySet[Case]) -> list[Neighbour]:
    others = _with_reports(among.exclude(study=case.study_id))
    found = [one for one in (neighbour(case, other) for other in others) if one.shared_findings]
    return sorted(found, key=lambda one: (-one.score, one.case.number))


def _why_claims(case: Case) -> str:
    version = serving_version()
    if version is None:
        return NOT_TRAINED
    refused = given_up(version).filter(pk=case.study_id).exists()
    unusable = Clip.objects.filter(study=case.study_id, usable=False).exists()
    return NOT_USABLE if refused or unusable else NOT_SEEN


# --- texts -------------------------------------------------------------------------------------


def cases_like_text(
    vector: Sequence[float], *, version: ModelVersion, among: QuerySet[Case], at_most: int = 10
) -> list[tuple[Case, float]]:
    """Cases whose images are nearest to a text, with the cosine, nearest first.

    `vector`: the text as `version` embeds it (the model worker's `embed_text`).
    """
    found = nearest(
        studies_embedded(version, among=among), vector, key="study_id", at_most=at_most
    )
    return _cases_of(among, found)[:at_most]


def reports_like_images(
    case: Case, *, among: QuerySet[Case], at_most: int = 10
) -> list[tuple[Report, float]]:
    """Reports of the cases of `among` whose text is nearest to the case's images, with the cosine,
    nearest first; the case's own report is one of them where `among` holds it. None where the
    images have no embedding or the version has no text encoder at hand."""
    embedding = embedding_of(case)
    if embedding is None:
        return []
    rows = ReportEmbedding.objects.filter(
        model_version=embedding.model_version, report__in=among.order_by().values("report")
    )
    found = nearest(rows, embedding.vector, key="report_id", at_most=at_most)
    reports = Report.objects.in_bulk([report_id for report_id, _ in found])
    return [(reports[report_id], score) for report_id, score in found]
