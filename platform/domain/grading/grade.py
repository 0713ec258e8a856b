"""The grade: score = 100 * sum(w * s) / sum(w), then caps; the rows sum to the score exactly."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.findings import VOCABULARY_VERSION, Claim, ParsedText, concept_name
from domain.findings.claims import Span
from domain.grading.items import (
    Item,
    compare_absence,
    compare_finding,
    compare_measure,
    extra_finding,
    measure_agrees,
)
from domain.grading.override import NO_OVERRIDES, Overrides, lifts_cap, overridden
from domain.grading.second_reader import (
    NOBODY,
    Opinion,
    agreement,
    is_excused,
    sides_with_read,
)
from domain.grading.weights import weights

_MISSED_CAPS = (60.0, 40.0)
_FALSE_CAP = 70.0
_ABSENCE_SHARE = 0.25
_CENTS = 100


@dataclass(frozen=True)
class Row:
    """One reason of the score, with the spans of both texts that it rests on.

    `points` of `possible`, in hundredths of the score, so that sums are exact.
    """

    kind: str
    concept: str | None
    name: str
    points: float
    possible: float
    sentence: str
    report_spans: Sequence[Span]
    read_spans: Sequence[Span]
    disputed: bool = False
    may_be_omitted: bool = False
    overridden: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "concept": self.concept,
            "name": self.name,
            "points": self.points,
            "possible": self.possible,
            "sentence": self.sentence,
            "report_spans": [list(span) for span in self.report_spans],
            "read_spans": [list(span) for span in self.read_spans],
            "disputed": self.disputed,
            "may_be_omitted": self.may_be_omitted,
            "overridden": self.overridden,
        }


@dataclass(frozen=True)
class Cap:
    """The score may not pass `limit`, and why."""

    limit: float
    reason: str


@dataclass(frozen=True)
class Grade:
    """`raw` before caps and `score` after them, 0..100; None where there is nothing to grade.

    `agreed`, `compared`: on how many findings the image model and the read agree, of how many both
    speak about.
    """

    score: float | None
    raw: float | None
    caps: tuple[Cap, ...]
    rows: tuple[Row, ...]
    agreed: int = 0
    compared: int = 0

    def to_json(self) -> dict[str, Any]:
        return {
            "score": self.score,
            "raw": self.raw,
            "caps": [{"limit": cap.limit, "reason": cap.reason} for cap in self.caps],
            "rows": [row.to_json() for row in self.rows],
            "vocabulary_version": VOCABULARY_VERSION,
            "rules_version": weights().version,
        }


def grade(
    report: ParsedText,
    read: ParsedText,
    opinion: Opinion = NOBODY,
    overrides: Overrides = NO_OVERRIDES,
) -> Grade:
    """The read compared with the report, both parsed by the same grammar.

    `opinion`: what the image model thinks of the study, as second reader; it never lowers a score.
    `overrides`: what an educator decided about this read, which stands above both.
    """
    agreed, compared = agreement(read, opinion)
    items = [overridden(item, overrides) for item in _items(report, read, opinion)]
    items.sort(key=_instructive)
    total = sum(item.weight for item in items)
    if total == 0:
        return Grade(None, None, (), (), agreed, compared)
    rows = _rows(items, total)
    raw = sum(round(row.points * _CENTS) for row in rows) / _CENTS
    caps = _caps(report, read, opinion, overrides)
    score = min([raw, *(cap.limit for cap in caps)])
    if score < raw:
        reason = min(caps, key=lambda cap: cap.limit).reason
        less = -round((raw - score) * _CENTS) / _CENTS
        rows = (*rows, Row("CAP", None, "Cap", less, 0.0, reason, (), ()))
    return Grade(score, raw, caps, rows, agreed, compared)


def _items(report: ParsedText, read: ParsedText, opinion: Opinion) -> list[Item]:
    positive: list[Item] = []
    absences: list[Item] = []
    for expert in report.claims:
        answer = read.claim(expert.concept)
        if expert.is_given:
            agrees = expert.concept == "lv_dysfunction" and measure_agrees("lvef", report, read)
            positive.append(compare_finding(expert, answer, measure_agrees=agrees))
        elif (item := compare_absence(expert, answer)) is not None:
            absences.append(item)
    for name, measure in report.measures.items():
        positive.append(compare_measure(name, measure, read.measures.get(name)))
    says_normal = _says_normal(report)
    extras = [
        extra_finding(claim, opinion, says_normal=says_normal)
        for claim in read.claims
        if _is_extra(claim, report)
    ]
    compared = [*positive, *_limit_absences(absences, positive)]
    return [*(_disputed(item, read, opinion) for item in compared), *extras]


def _disputed(item: Item, read: ParsedText, opinion: Opinion) -> Item:
    """The item, marked where the model sides with the read against the report."""
    answer = read.claim(item.concept)
    if item.kind not in ("WRONG-NEGATION", "FALSE") or answer is None:
        return item
    sides = sides_with_read(item.concept, read_finds=answer.is_given, opinion=opinion)
    return replace(item, disputed=sides)


def _instructive(item: Item) -> tuple[int, float]:
    """What there is most to learn from first: findings by what they cost, then what was right, then
    numbers."""
    group = 2 if item.kind == "MEASURE" else 1 if item.kind == "HIT" else 0
    return group, -item.weight * (1.0 - item.credit)


def _says_normal(report: ParsedText) -> bool:
    """Whether the report itself, and nothing derived from it, calls the study normal."""
    normal = report.claim("dx_normal")
    return normal is not None and normal.is_given and not normal.derived


def _is_extra(claim: Claim, report: ParsedText) -> bool:
    return claim.is_given and not claim.derived and report.claim(claim.concept) is None


def _limit_absences(absences: list[Item], positive: list[Item]) -> list[Item]:
    """Agreed absences weigh at most a quarter of the positive findings together: ten of them must
    not hide a missed infarct."""
    agreed = sum(item.weight for item in absences if item.credit)
    room = _ABSENCE_SHARE * sum(item.weight for item in positive)
    factor = min(1.0, room / agreed) if agreed and positive else 1.0
    return [
        replace(item, weight=item.weight * factor) if item.credit else item for item in absences
    ]


def _rows(items: list[Item], total: float) -> tuple[Row, ...]:
    """Points in whole hundredths by largest remainder, so that they sum to the rounded score."""
    exact = [100 * _CENTS * item.weight * item.credit / total for item in items]
    cents = [int(value) for value in exact]
    short = round(sum(exact)) - sum(cents)
    order = sorted(range(len(items)), key=lambda i: cents[i] - exact[i])
    for i in order[:short]:
        cents[i] += 1
    return tuple(
        Row(
            item.kind,
            item.concept,
            item.name,
            points / _CENTS,
            max(points / _CENTS, round(100 * item.weight / total, 2)),
            item.sentence,
            item.report_spans,
            item.read_spans,
            item.disputed,
            item.may_be_omitted,
            item.overridden,
        )
        for item, points in zip(items, cents, strict=True)
    )


def _caps(
    report: ParsedText, read: ParsedText, opinion: Opinion, overrides: Overrides
) -> tuple[Cap, ...]:
    """A missed or denied critical finding, or one that is not there, bounds the score; where the
    report is silent, the image model can excuse it, and an educator always can."""
    caps = []
    missed, false = [], []
    for concept in sorted(weights().critical):
        if lifts_cap(concept, overrides):
            continue
        expert, answer = report.claim(concept), read.claim(concept)
        if expert is not None and expert.is_given and (answer is None or not answer.is_given):
            missed.append(concept)
        is_denied = expert is not None and not expert.is_given
        is_extra = expert is None and not is_excused(concept, opinion)
        if answer is not None and answer.is_given and (is_denied or is_extra):
            false.append(concept)
    if missed:
        limit = _MISSED_CAPS[min(len(missed), 2) - 1]
        caps.append(Cap(limit, f"A critical finding was missed: {_names(missed)}."))
    if false:
        caps.append(Cap(_FALSE_CAP, f"A critical finding is not there: {_names(false)}."))
    return tuple(caps)


def _names(concepts: list[str]) -> str:
    return ", ".join(concept_name(concept) for concept in concepts)
