"""What a sentence says of a study, as a number: the targets of contrastive training.

No label is written by anybody. The grammar reads a study's report and every sentence of a shared
pool; a sentence holds for a study as far as its claims agree with the report's. Two normal reports
therefore support each other's sentences instead of being each other's negatives, and "no LGE"
contradicts "LGE" however alike they sound. Where the report is silent there is no target.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.findings import Claim, ParsedText, concept_name, parse
from domain.findings.vocabulary import phrases_of, vocabulary

_SPLIT = re.compile(r"(?<=[.;!?])\s+|\n+")
_HEADING = re.compile(r"^(?:-\s+|\d+[.)]\s*)?(?:[A-Z][A-Za-z ]{1,40}:\s+)?")
_SHORTEST = 6
_GRADES = {"mild": 0, "moderate": 1, "severe": 2}
SILENT = -1.0


@dataclass(frozen=True)
class Sentence:
    """A sentence with the claims that the grammar reads in it on its own."""

    text: str
    claims: tuple[Claim, ...]


def sentences_of(report: ParsedText) -> list[Sentence]:
    """The sentences of a report that say the same alone as they do in it.

    "Normal size." under the heading of the right ventricle says nothing of the ventricle on its
    own, and what stands under technique or indication is no finding: both are left out.
    """
    found = []
    start = 0
    for piece in _SPLIT.split(report.text):
        start = report.text.index(piece, start)
        place, start = (start, start + len(piece)), start + len(piece)
        text = _HEADING.sub("", piece.strip()).strip()
        if len(text) < _SHORTEST:
            continue
        sentence = read_sentence(text)
        if sentence.claims and all(_agrees(claim, report, place) for claim in sentence.claims):
            found.append(sentence)
    return found


def read_sentence(text: str) -> Sentence:
    """A sentence with its claims; claims that only follow from others are left out."""
    return Sentence(text, tuple(claim for claim in parse(text).claims if not claim.derived))


def _agrees(claim: Claim, report: ParsedText, place: tuple[int, int]) -> bool:
    """Whether the report makes the same claim, and makes it at that place."""
    stated = report.claim(claim.concept)
    return (
        stated is not None
        and stated.is_given == claim.is_given
        and any(start < place[1] and place[0] < end for start, end in stated.spans)
    )


def prompts_of(concept: str) -> tuple[list[str], list[str]]:
    """(sentences that assert, sentences that deny) a concept, from the vocabulary's phrases.

    Only those that the grammar reads as meant.
    """
    asserted, denied = [], []
    for phrase in _phrases(concept):
        for pattern in ("{}.", "There is {}.", "Findings of {}.", "{} is present."):
            asserted.append(pattern.format(phrase))
        for pattern in ("No {}.", "No evidence of {}.", "There is no {}.", "{} is absent."):
            denied.append(pattern.format(phrase))
    return (
        [text for text in asserted if _says(text, concept, present=True)],
        [text for text in denied if _says(text, concept, present=False)],
    )


def _phrases(concept: str) -> list[str]:
    """The concept's name and the longer phrases of its entry."""
    phrases = [concept_name(concept), *phrases_of(concept)]
    return list(dict.fromkeys(phrase for phrase in phrases if len(phrase) > 3))[:8]


def _says(text: str, concept: str, *, present: bool) -> bool:
    claims = read_sentence(text).claims
    return [claim.concept for claim in claims] == [concept] and (
        claims[0].is_given
    ) == present


def support(sentence: Sentence, report: ParsedText) -> float:
    """How far a report bears a sentence out: 1 wholly, 0 not at all, -1 where it is silent.

    The least of its claims decides. A denied claim is borne out or not; an asserted one loses .45
    for each grade that severity is off, and what layers and AHA segments do not share.
    """
    targets = [_claim_support(claim, report.claim(claim.concept)) for claim in sentence.claims]
    if any(target == 0.0 for target in targets):
        return 0.0
    if not targets or SILENT in targets:
        return SILENT
    return min(targets)


def _claim_support(claim: Claim, stated: Claim | None) -> float:
    if stated is None:
        return SILENT
    if stated.is_given != claim.is_given:
        return 0.0
    if not claim.is_given:
        return 1.0
    target = 1.0
    if claim.severity and stated.severity:
        target -= 0.45 * abs(_GRADES[claim.severity] - _GRADES[stated.severity])
    if claim.layers and stated.layers and not claim.layers & stated.layers:
        target *= 0.3
    if claim.segments and stated.segments:
        shared = len(claim.segments & stated.segments) / len(claim.segments | stated.segments)
        target *= 0.3 + 0.7 * shared
    return max(target, 0.05)


def support_matrix(
    sentences: Sequence[Sentence], reports: Sequence[ParsedText]
) -> NDArray[np.float32]:
    """(reports, sentences): `support` of every pair; equal claims are compared once."""
    kinds: dict[tuple[Claim, ...], list[int]] = {}
    for index, sentence in enumerate(sentences):
        kinds.setdefault(_bare(sentence.claims), []).append(index)
    matrix = np.full((len(reports), len(sentences)), SILENT, dtype=np.float32)
    for claims, places in kinds.items():
        one = Sentence("", claims)
        column = np.array([support(one, report) for report in reports], dtype=np.float32)
        matrix[:, places] = column[:, None]
    return matrix


def _bare(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Claims without where they stand, as a key."""
    return tuple(
        sorted(
            (
                Claim(one.concept, one.assertion, one.severity, one.layers, one.patterns,
                      one.segments)
                for one in claims
            ),
            key=lambda one: one.concept,
        )
    )  # fmt: skip


def concepts() -> list[str]:
    """All concept codes that a claim can have, in the vocabulary's order."""
    measures = vocabulary().measures
    return [code for code in vocabulary().names if code not in measures]
