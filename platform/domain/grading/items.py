"""One pure function per rule: what a single finding or measure earns.

An item's credit s is in 0..1; its weight goes into the denominator of the score.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.findings import Claim, Measurement, ParsedText, concept_name
from domain.findings.claims import Span
from domain.grading.second_reader import (
    NOBODY,
    Opinion,
    extra_penalty,
    may_be_omitted,
)
from domain.grading.weights import Tolerance, weights

_DENIED = 1.25
_AGREED_ABSENCE = 0.4
_OMITTED_ATTRIBUTE = 0.3
_SEVERITIES = ("mild", "moderate", "severe")
# Segments that touch on the AHA bull's-eye earn part credit (Cerqueira 2002).
_RINGS = ((1, 2, 3, 4, 5, 6), (7, 8, 9, 10, 11, 12), (13, 14, 15, 16))


@dataclass(frozen=True)
class Item:
    """One comparison: `weight` in the denominator, `credit` in 0..1 of it.

    `disputed`: the image model sides with the read against the report; `may_be_omitted`: it finds
    what the report does not mention. Both ask for an educator. `overridden`: one has decided.
    """

    kind: str
    concept: str
    weight: float
    credit: float
    sentence: str
    report_spans: Sequence[Span] = ()
    read_spans: Sequence[Span] = ()
    disputed: bool = False
    may_be_omitted: bool = False
    overridden: bool = False

    @property
    def name(self) -> str:
        return concept_name(self.concept)


def compare_finding(expert: Claim, read: Claim | None, *, measure_agrees: bool) -> Item:
    """A finding that the report gives: present, denied or passed over by the read."""
    weight = weights().of(expert.concept)
    item = Item("MISS", expert.concept, weight, 0.0, "", expert.spans)
    if read is None:
        return replace(item, sentence="The report finds it; your read does not mention it.")
    item = replace(item, read_spans=read.spans)
    if not read.is_given:
        return replace(
            item,
            kind="WRONG-NEGATION",
            weight=weight * _DENIED,
            sentence="The report finds it; your read says it is absent.",
        )
    certainty = 1 - (read.p - expert.p) ** 2
    attributes, wrong = attribute_credit(expert, read, measure_agrees=measure_agrees)
    credit = certainty * (0.55 + 0.45 * attributes)
    if read.p == expert.p and attributes == 1.0:
        return replace(item, kind="HIT", credit=1.0, sentence="You found it.")
    reasons = list(wrong)
    if read.p != expert.p:
        reasons.append(f"you say “{read.assertion}”, the report “{expert.assertion}”")
    return replace(
        item,
        kind="ATTRIBUTE" if wrong else "HIT",
        credit=credit,
        sentence=f"You found it; {', '.join(reasons)}.",
    )


def compare_absence(expert: Claim, read: Claim | None) -> Item | None:
    """A finding that the report denies: silence is free, agreement earns a little."""
    weight = weights().of(expert.concept)
    if read is None:
        return None
    if not read.is_given:
        return Item(
            "HIT", expert.concept, weight * _AGREED_ABSENCE, 1.0,
            "You and the report agree that it is absent.", expert.spans, read.spans,
        )
    return Item(
        "FALSE", expert.concept, weight, 0.0,
        "Your read finds it; the report says it is absent.", expert.spans, read.spans,
    )


def extra_finding(
    read: Claim, opinion: Opinion = NOBODY, *, says_normal: bool = False
) -> Item:
    """A finding that only the read gives: half a penalty, as reports leave things out, a whole one
    where the report calls the study normal, and less where the image model sees it too."""
    penalty = extra_penalty(read.concept, opinion, says_normal=says_normal)
    report = (
        "the report calls the study normal"
        if says_normal
        else "the report is silent on it and may have left it out"
    )
    sentence = f"Your read finds it; {report}."
    if penalty < extra_penalty(read.concept, NOBODY, says_normal=says_normal):
        report = report.removesuffix(" and may have left it out")
        sentence = f"Your read finds it and so does the image model; {report}."
    return Item(
        "EXTRA", read.concept, weights().of(read.concept) * penalty * read.p, 0.0, sentence,
        (), read.spans, may_be_omitted=may_be_omitted(read.concept, opinion),
    )  # fmt: skip


def compare_measure(name: str, expert: Measurement, read: Measurement | None) -> Item:
    """Full credit within tolerance, then linear to zero; an omitted number earns nothing."""
    tolerance = weights().measures[name]
    label = concept_name(name)
    item = Item("MEASURE", name, tolerance.weight, 0.0, "", (expert.span,))
    if read is None:
        sentence = f"The report gives {label} {expert.value:g} {expert.unit}; your read does not."
        return replace(item, sentence=sentence)
    off = abs(read.value - expert.value)
    return replace(
        item,
        credit=measure_credit(off, tolerance),
        read_spans=(read.span,),
        sentence=f"{label}: yours {read.value:g}, the report's {expert.value:g} {expert.unit}.",
    )


def measure_credit(off: float, tolerance: Tolerance) -> float:
    """1 within tolerance, 0 beyond its end, linear between."""
    if off <= tolerance.full:
        return 1.0
    return max(0.0, 1.0 - (off - tolerance.full) / (tolerance.none - tolerance.full))


def measure_agrees(name: str, report: ParsedText, read: ParsedText) -> bool:
    """Whether both texts give the measure and within its tolerance."""
    expert, answer = report.measures.get(name), read.measures.get(name)
    if expert is None or answer is None:
        return False
    return abs(expert.value - answer.value) <= weights().measures[name].full


def attribute_credit(
    expert: Claim, read: Claim, *, measure_agrees: bool
) -> tuple[float, list[str]]:
    """The mean credit, 0..1, of the attributes that the report states, and what was wrong.

    Layer .45 by Jaccard overlap, segments .35 by overlap with neighbours, severity .20; 1 where the
    report states none. A number within tolerance waives a difference of severity.
    """
    parts: list[tuple[float, float]] = []
    wrong: list[str] = []
    if expert.layers:
        credit = _OMITTED_ATTRIBUTE
        if read.layers:
            credit = len(expert.layers & read.layers) / len(expert.layers | read.layers)
        parts.append((0.45, credit))
        if credit < 1:
            wrong.append(f"the layer is {' and '.join(sorted(expert.layers))}")
    if expert.segments:
        credit = _OMITTED_ATTRIBUTE
        if read.segments:
            credit = segment_overlap(expert.segments, read.segments)
        parts.append((0.35, credit))
        if credit < 1:
            wrong.append(f"the segments are {', '.join(map(str, sorted(expert.segments)))}")
    if expert.severity:
        credit = 1.0 if measure_agrees else severity_credit(expert.severity, read.severity)
        parts.append((0.20, credit))
        if credit < 1:
            wrong.append(f"the report calls it {expert.severity}")
    total = sum(weight for weight, _ in parts)
    credit = sum(weight * credit for weight, credit in parts) / total if total else 1.0
    return (1.0 if not wrong else credit), wrong


def severity_credit(expert: str, read: str | None) -> float:
    """Less .45 a grade of difference; an omitted severity earns .3."""
    if read is None:
        return _OMITTED_ATTRIBUTE
    return max(0.0, 1 - 0.45 * abs(_SEVERITIES.index(expert) - _SEVERITIES.index(read)))


def segment_overlap(expert: frozenset[int], read: frozenset[int]) -> float:
    """Dice overlap of AHA segments in which a neighbour counts half."""
    def found(one: int, among: frozenset[int]) -> float:
        return 1.0 if one in among else 0.5 if neighbours(one) & among else 0.0

    hits = sum(found(one, read) for one in expert) + sum(found(one, expert) for one in read)
    return hits / (len(expert) + len(read))


def neighbours(segment: int) -> frozenset[int]:
    """The segments beside one in its ring, and the same wall one level up and down."""
    if segment == 17:
        return frozenset({13, 14, 15, 16})
    ring = next(ring for ring in _RINGS if segment in ring)
    place = ring.index(segment)
    beside = {ring[place - 1], ring[(place + 1) % len(ring)]}
    if segment <= 6:
        beside.add(segment + 6)
    elif segment <= 12:
        beside |= {segment - 6, (13, 14, 14, 15, 16, 16)[segment - 7]}
    else:
        beside |= {17} | {{13: 7, 14: 8, 15: 10, 16: 12}[segment]}
    return frozenset(beside)
