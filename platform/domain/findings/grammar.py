"""Text -> claims.

Tokens keep their offsets and typing errors are repaired (`reading`); the longest phrase at each
place wins (`clause`); within a clause, cues of negation, doubt and time reach the findings before
or behind them (`scopes`); layers, patterns and segments are given to the finding they describe
(`places`); findings, and chambers and properties that stand together, make claims (`claiming`);
numbers are measures (`measuring`); the claims of all clauses are merged, and what follows from them
is added (`derive`).
"""

from dataclasses import dataclass, replace
from functools import lru_cache

from domain.errors import InputError
from domain.findings.claiming import claims_of
from domain.findings.claims import ASSERTIONS, Claim, Measurement, ParsedText, Span
from domain.findings.clause import Clause, Token
from domain.findings.derive import derive
from domain.findings.measuring import measures_of
from domain.findings.places import NOWHERE, PLACE_KINDS, Place, whole_place
from domain.findings.reading import read_clauses, read_tokens, unparsed
from domain.findings.references import ANYBODY, Person
from domain.findings.vocabulary import vocabulary

MAX_LENGTH = 1_000_000
_CLAUSES_KEPT = 8_192
_NEEDS_CONTRAST = frozenset({"lge", "infarct", "mvo", "pericardial_enhancement"})
_CONTRAST_WORDS = {"contrast", "gad", "gadolinium", "gbca", "acquired"}
_CONTRAST_REACH = 3


def parse(text: str, about: Person = ANYBODY) -> ParsedText:
    """The claims, measures and gaps of a text; `about`: whom it is about, for what numbers mean.

    Raises InputError beyond MAX_LENGTH characters."""
    if len(text) > MAX_LENGTH:
        raise InputError(f"The text is longer than {MAX_LENGTH:,} characters. Shorten it.")
    claims: list[Claim] = []
    measures: dict[str, Measurement] = {}
    gaps: list[Span] = []
    unassessed: set[str] = set()
    chambers: tuple[str, ...] = ()
    last: Claim | None = None
    for tokens, heading in read_clauses(read_tokens(text)):
        said = _said(tuple(token.word for token in tokens), tuple(heading) or chambers)
        for name, measure in said.measures:
            measures.setdefault(name, replace(measure, span=_in_text(measure.span, tokens)))
        if said.unassessed:
            unassessed |= said.unassessed
            continue
        found = [_placed_in_text(claim, tokens) for claim in said.claims]
        found = found or _described_further(said, tokens, last)
        last = _last_placed(said, found, last)
        claims.extend(found)
        gaps.extend(_in_text(gap, tokens) for gap in said.gaps)
        chambers = said.carried
    read = ParsedText(text, _merge(claims), measures, tuple(gaps), frozenset(unassessed))
    return derive(read, about)


@dataclass(frozen=True)
class _Said:
    """What a clause says on its own; spans are of its tokens, [first, last).

    `unassessed`: concepts it says were not looked at; `place`, `place_spans`: where and how, and
    what says so; `names_chamber`, `names_measure`; `carried`: the chambers that the next clause may
    leave out.
    """

    measures: tuple[tuple[str, Measurement], ...]
    unassessed: frozenset[str]
    claims: tuple[Claim, ...]
    place: Place
    place_spans: tuple[Span, ...]
    names_chamber: bool
    names_measure: bool
    gaps: tuple[Span, ...]
    carried: tuple[str, ...]


@lru_cache(_CLAUSES_KEPT)
def _said(words: tuple[str, ...], before: tuple[str, ...]) -> _Said:
    """Read once: reports say many things in the same words, and a template all of them."""
    clause = Clause([Token(word, i, i + 1) for i, word in enumerate(words)], list(before))
    unassessed = (
        frozenset(clause.codes("concept")) | _NEEDS_CONTRAST
        if _is_unassessed(clause)
        else frozenset()
    )
    return _Said(
        tuple(measures_of(clause)),
        unassessed,
        () if unassessed else tuple(claims_of(clause)),
        whole_place(clause),
        tuple(clause.span(one) for one in clause.of(*PLACE_KINDS)),
        bool(clause.of("chamber")),
        bool(clause.of("measure")),
        tuple(unparsed(clause)),
        tuple(_carried(clause)),
    )


def _in_text(span: Span, tokens: list[Token]) -> Span:
    """Tokens [first, last) as [start, end) of the text."""
    return tokens[span[0]].start, tokens[span[1] - 1].end


def _placed_in_text(claim: Claim, tokens: list[Token]) -> Claim:
    return Claim(
        claim.concept, claim.assertion, claim.severity, claim.layers, claim.patterns,
        claim.segments, tuple(_in_text(span, tokens) for span in claim.spans),
    )  # fmt: skip


def _last_placed(said: _Said, found: list[Claim], last: Claim | None) -> Claim | None:
    """The finding that the next clause may go on describing."""
    placed = [one for one in found if one.concept in vocabulary().placed and one.is_given]
    if placed:
        return placed[-1]
    return None if found or said.names_chamber or said.names_measure else last


def _described_further(said: _Said, tokens: list[Token], last: Claim | None) -> list[Claim]:
    """What a clause without a finding says of the last: «LGE: yes. Layer: midwall.»"""
    place = said.place
    if last is None or place == NOWHERE or said.names_chamber:
        return []
    spans = tuple(_in_text(span, tokens) for span in said.place_spans) or last.spans
    return [
        Claim(last.concept, last.assertion, None, place.layers, place.patterns, place.segments,
              spans)
    ]  # fmt: skip


def _carried(clause: Clause) -> list[str]:
    """The chamber that the next clause may leave out."""
    named = [one for one in clause.codes("chamber") if one in vocabulary().carried_chambers]
    return named[-1:] or clause.before


def _is_unassessed(clause: Clause) -> bool:
    """Whether a clause says that something was not looked at: "no gadolinium" was not given, "no
    late gadolinium enhancement" was not seen."""
    if clause.of("unassessed"):
        return True
    inside = set(clause.covered())
    return any(
        token.word in _CONTRAST_WORDS and place not in inside
        for cue in clause.of("before")
        if cue.code("before") == "absent"
        for place, token in enumerate(clause.tokens)
        if 0 < place - cue.last <= _CONTRAST_REACH
    )


def _merge(claims: list[Claim]) -> tuple[Claim, ...]:
    """One claim a concept: the surest that it is there wins, attributes and spans are joined."""
    merged: dict[str, Claim] = {}
    for claim in claims:
        known = merged.get(claim.concept)
        if known is None:
            merged[claim.concept] = claim
            continue
        winner = claim if ASSERTIONS[claim.assertion] > ASSERTIONS[known.assertion] else known
        same = claim.assertion == known.assertion
        merged[claim.concept] = replace(
            winner,
            severity=winner.severity or (known.severity or claim.severity if same else None),
            layers=known.layers | claim.layers if same else winner.layers,
            patterns=known.patterns | claim.patterns if same else winner.patterns,
            segments=known.segments | claim.segments if same else winner.segments,
            spans=(*known.spans, *claim.spans) if same else winner.spans,
        )
    return tuple(merged.values())
