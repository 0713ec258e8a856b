"""Text -> claims.

Tokens keep their offsets; typing errors are repaired against the vocabulary; the longest phrase at
each place wins; sentences are cut into clauses; within a clause, cues of negation and doubt reach
the findings before or behind them; chambers and properties that stand together make findings.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from rapidfuzz import fuzz, process

from domain.errors import InputError
from domain.findings.claims import ASSERTIONS, Claim, Measurement, ParsedText, Span
from domain.findings.derive import derive
from domain.findings.vocabulary import TOKEN, Meaning, Node, vocabulary

MAX_LENGTH = 1_000_000
_TYPO_LENGTH = 6
_TYPO_SCORE = 86
_FILLER = {"of", "is", "was", "=", ":", "(", "~", "approximately", "about", "estimated", "at"}
_ENDS = {".", ";", "!", "\n"}
# Findings that a layer, pattern or segment describes.
_PLACED = {"lge", "infarct", "wall_motion_abnormality", "oedema", "perfusion_defect", "mvo"}
_NEEDS_CONTRAST = frozenset({"lge", "infarct", "mvo", "pericardial_enhancement"})


@dataclass(frozen=True)
class Token:
    """A word, number or mark: lower-case and repaired `word`, [start, end) in the text."""

    word: str
    start: int
    end: int


@dataclass(frozen=True)
class Match:
    """A phrase at tokens [first, last] with everything it may mean."""

    first: int
    last: int
    meanings: tuple[Meaning, ...]

    def code(self, kind: str) -> str | None:
        """Its code under a kind, None where it has none."""
        return next((meaning.code for meaning in self.meanings if meaning.kind == kind), None)


def parse(text: str) -> ParsedText:
    """The claims, measures and gaps of a text. Raises InputError beyond MAX_LENGTH characters."""
    if len(text) > MAX_LENGTH:
        raise InputError(f"The text is longer than {MAX_LENGTH:,} characters. Shorten it.")
    claims: list[Claim] = []
    measures: dict[str, Measurement] = {}
    unparsed: list[Span] = []
    unassessed: set[str] = set()
    chambers: list[str] = []
    for tokens, heading in _clauses(_tokens(text)):
        matches = _matches(tokens)
        clause = _Clause(tokens, matches, heading or chambers)
        for name, measure in clause.measures():
            measures.setdefault(name, measure)
        if clause.is_unassessed():
            named = {m.code("concept") for m in matches} - {None}
            unassessed |= {str(code) for code in named} | _NEEDS_CONTRAST
            continue
        claims.extend(clause.claims())
        unparsed.extend(clause.unparsed())
        chambers = clause.chambers_at_end()
    merged = _merge(claims)
    return derive(ParsedText(text, merged, measures, tuple(unparsed), frozenset(unassessed)))


def _tokens(text: str) -> list[Token]:
    """Tokens and line ends, spelled the British way, typing errors repaired."""
    words = vocabulary()
    found = []
    line_start = 0
    for line in text.splitlines(keepends=True):
        for match in TOKEN.finditer(line):
            word = match.group().lower()
            word = words.spelling.get(word, word)
            if word not in words.words and word not in words.known:
                word = _repaired(word)
            found.append(Token(word, line_start + match.start(), line_start + match.end()))
        line_start += len(line)
        found.append(Token("\n", line_start - 1, line_start))
    return found


def _repaired(word: str) -> str:
    """The vocabulary's word that was meant; the word itself where that is not plain."""
    if len(word) < _TYPO_LENGTH or len(word) > 30 or not word.isalpha():
        return word
    best = process.extractOne(
        word, _long_words(), scorer=fuzz.ratio, score_cutoff=_TYPO_SCORE
    )
    return str(best[0]) if best and best[0][0] == word[0] else word


@cache
def _long_words() -> list[str]:
    every = vocabulary().words | vocabulary().known
    return sorted(word for word in every if len(word) >= _TYPO_LENGTH - 1)


def _clauses(tokens: list[Token]) -> Iterable[tuple[list[Token], list[str]]]:
    """Clauses of the sections that count, each with the chambers that its heading names."""
    words = vocabulary()
    skipping = inline = sentence_ended = False
    heading: list[str] = []
    clause: list[Token] = []
    for token in [*tokens, Token("\n", 0, 0)]:
        if token.word == ":":
            title = " ".join(one.word for one in clause)
            if title in words.skipped_sections:
                skipping, heading, clause = True, [], []
                continue
            if title in words.read_sections or len(clause) <= 3:
                skipping = skipping and title not in words.read_sections
                heading = [m.code("chamber") or "" for m in _matches(clause) if m.code("chamber")]
                if heading or title in words.read_sections:
                    clause = []
                    continue
            clause.append(token)
        elif token.word in _ENDS:
            if clause and not skipping:
                yield clause, heading
            if token.word == "\n":
                heading = []
                # A section that began on this line ends with its sentence.
                skipping = skipping and not (sentence_ended and inline)
                inline = False
            sentence_ended = token.word != "\n"
            inline = inline or bool(clause)
            clause = []
        else:
            if not clause and token.word in words.skipped_sections and token.word != "history":
                skipping = True
            clause.append(token)


def _matches(tokens: list[Token]) -> list[Match]:
    """The longest phrases, left to right."""
    found, place = [], 0
    while place < len(tokens):
        node: Node | None = vocabulary().trie
        last, meanings = -1, []
        for reach in range(place, len(tokens)):
            node = node.steps.get(tokens[reach].word) if node else None
            if node is None:
                break
            if node.meanings:
                last, meanings = reach, node.meanings
        if last >= 0:
            found.append(Match(place, last, tuple(meanings)))
            place = last + 1
        else:
            place += 1
    return found


class _Clause:
    """One clause under scrutiny: its tokens, its phrases, the chambers that were spoken of."""

    def __init__(self, tokens: list[Token], matches: list[Match], chambers: list[str]) -> None:
        self.tokens = tokens
        self.matches = matches
        self.before = chambers
        self.commas = [i for i, token in enumerate(tokens) if token.word == ","]

    def of(self, kind: str) -> list[Match]:
        return [match for match in self.matches if match.code(kind) is not None]

    def is_unassessed(self) -> bool:
        if self.of("unassessed"):
            return True
        # "No gadolinium" was not given; "no late gadolinium enhancement" was not seen.
        named = {i for match in self.of("concept") for i in range(match.first, match.last + 1)}
        return any(
            token.word in {"contrast", "gad", "gadolinium", "acquired"}
            for i, token in enumerate(self.tokens)
            if i not in named
        ) and any(match.code("before") == "absent" for match in self.matches)

    def chambers_at_end(self) -> list[str]:
        """The chambers that the next clause may leave out."""
        named = [match.code("chamber") or "" for match in self.of("chamber")]
        return named[-1:] or self.before

    # --- findings -------------------------------------------------------------------------

    def claims(self) -> list[Claim]:
        found = [
            self._claim(match.code("concept") or "", match, across_commas=True)
            for match in self.of("concept")
            if not self._is_measured(match)
        ]
        for match in self.of("property"):
            found.extend(self._of_property(match))
        return found

    def _of_property(self, match: Match) -> list[Claim]:
        code = match.code("property") or ""
        concepts = vocabulary().chamber_concepts
        chambers = self._chambers_for(match)
        if match.code("after") and not self._is_of_chamber(match):
            # "LGE is normal" says nothing of the chamber that was spoken of before.
            return []
        if code == "normal":
            return [
                replace(self._claim(concepts[chamber][aspect], match), assertion="absent")
                for chamber in chambers
                for aspect in self._aspects(match, concepts[chamber])
                if not self._negated(match)
            ]
        if code == "undilated":
            return [
                replace(self._claim(concepts[chamber]["dilated"], match), assertion="absent")
                for chamber in chambers
                if "dilated" in concepts[chamber]
            ]
        return [
            self._claim(concepts[chamber][code], match)
            for chamber in chambers
            if code in concepts[chamber]
        ]

    def _is_of_chamber(self, match: Match) -> bool:
        """Whether a chamber or an aspect of one, and no finding, stands last before the match."""
        kinds = [
            kind
            for one in self.matches
            if one.last < match.first
            for kind in ("concept", "chamber", "aspect")
            if one.code(kind)
        ]
        return bool(kinds) and kinds[-1] != "concept"

    def _aspects(self, match: Match, concepts: dict[str, str]) -> list[str]:
        """What of the chamber is called normal: everything, where nothing is named."""
        named = [one.code("aspect") or "" for one in self.of("aspect")]
        near = [aspect for aspect in named if aspect in concepts]
        return near if named else list(concepts)

    def _chambers_for(self, match: Match) -> list[str]:
        """The chambers that a property is said of: the nearest before it, else after it in its
        part of the clause, else those spoken of last."""
        part = self._part(match)
        named = self.of("chamber")
        before = [one for one in named if one.last < match.first]
        after = [one for one in named if one.first > match.last and self._part(one) == part]
        same = [one for one in before if self._part(one) == part]
        if same:
            codes = self._joined(same)
        elif after:
            codes = self._joined(after, forwards=True)
        elif before:
            codes = self._joined(before)
        else:
            codes = self.before
        joint = vocabulary().joint_chambers
        return [one for code in codes for one in joint.get(code, [code]) if one]

    def _joined(self, named: list[Match], forwards: bool = False) -> list[str]:
        """The nearest chamber, and those joined to it by «and» or «&»."""
        chain = named if forwards else named[::-1]
        codes = [chain[0].code("chamber") or ""]
        for one, other in pairwise(chain):
            left, right = (one, other) if forwards else (other, one)
            between = [token.word for token in self.tokens[left.last + 1 : right.first]]
            if not between or not set(between) <= {"and", "&", "the", "/"}:
                break
            codes.append(other.code("chamber") or "")
        return codes

    def _part(self, match: Match) -> int:
        """The part between commas in which a phrase stands."""
        return sum(comma < match.first for comma in self.commas)

    def _claim(self, concept: str, match: Match, across_commas: bool = False) -> Claim:
        placed = concept in _PLACED
        return Claim(
            concept=concept,
            assertion=self._assertion(match, across_commas),
            severity=self._severity(match),
            layers=frozenset(self._codes("layer")) if placed else frozenset(),
            patterns=frozenset(self._codes("pattern")) if placed else frozenset(),
            segments=self._segments() if placed else frozenset(),
            spans=(self._span(match),),
        )

    def _codes(self, kind: str) -> list[str]:
        return [match.code(kind) or "" for match in self.of(kind)]

    def _span(self, match: Match) -> Span:
        return self.tokens[match.first].start, self.tokens[match.last].end

    def _negated(self, match: Match) -> bool:
        return self._assertion(match, across_commas=False) == "absent"

    def _assertion(self, match: Match, across_commas: bool) -> str:
        """The certainty that the nearest cue gives; present where there is none."""
        barriers = [one.first for one in self.of("barrier")]
        after = self._cue_after(match, barriers)
        if after is not None:
            return after
        cues = [one for one in self.of("before") if one.last < match.first]
        for cue in reversed(cues):
            if any(cue.last < barrier < match.first for barrier in barriers):
                break
            crossed = self._part(match) - self._part(cue)
            if crossed and not (across_commas and self._list_goes_on(cue, match)):
                break
            return cue.code("before") or "present"
        return "present"

    def _list_goes_on(self, cue: Match, match: Match) -> bool:
        """«no oedema, LGE or thrombus»: the cue reaches on, unless a part names a severity or a
        chamber of its own, which begins a statement of its own."""
        for one in self.matches:
            beyond = self._part(cue) < self._part(one) <= self._part(match)
            if beyond and one.last < match.first and (one.code("severity") or one.code("chamber")):
                return False
        return True

    def _cue_after(self, match: Match, barriers: list[int]) -> str | None:
        for cue in self.of("after"):
            between = self.tokens[match.last + 1 : cue.first]
            if cue.first <= match.last or len(between) > 8:
                continue
            if any(match.last < barrier < cue.first for barrier in barriers):
                continue
            if any(match.last < one.first < cue.first for one in self.of("before")):
                continue
            # In a list of its own kind the cue belongs to the part it stands in.
            if self._part(cue) != self._part(match) and self._part_has_finding(cue):
                continue
            return cue.code("after")
        return None

    def _part_has_finding(self, cue: Match) -> bool:
        return any(
            self._part(one) == self._part(cue) and one.last < cue.first
            for one in self.of("concept")
        )

    def _severity(self, match: Match) -> str | None:
        """The severity just before the finding, or behind it where it describes nothing else."""
        part = self._part(match)
        for one in reversed(self.of("severity")):
            if self._part(one) == part and 0 <= match.first - one.first <= 3:
                return one.code("severity")
        others = [*self.of("concept"), *self.of("property")]
        for one in self.of("severity"):
            near = self._part(one) == part and 0 < one.first - match.last <= 3
            if near and not any(other.first > one.first for other in others):
                return one.code("severity")
        return None

    def _segments(self) -> frozenset[int]:
        """AHA segments named by wall and level, by territory, or by number."""
        words = vocabulary()
        segments: set[int] = set()
        for code in self._codes("territory"):
            segments |= set(words.territories[code])
        levels = self._levels()
        for code in self._codes("wall"):
            segments |= {s for s in words.wall_segments[code] if _level(s) in levels}
        if "apical" in levels and not segments and self._codes("level"):
            segments |= {13, 14, 15, 16, 17}
        for place, token in enumerate(self.tokens):
            if token.word in {"segment", "segments"}:
                segments |= self._numbered(place + 1)
        return frozenset(segments)

    def _levels(self) -> set[str]:
        """The levels named; «basal to apical» takes in what lies between; all where none is."""
        order = ["basal", "mid", "apical"]
        named = [code for code in self._codes("level") if code in order]
        if not named:
            return set(order)
        words = {token.word for token in self.tokens}
        if "to" in words or "-" in words:
            low, high = min(map(order.index, named)), max(map(order.index, named))
            return set(order[low : high + 1])
        return set(named)

    def _numbered(self, place: int) -> set[int]:
        numbers: set[int] = set()
        while place < len(self.tokens) and (
            self.tokens[place].word.isdigit() or self.tokens[place].word in {",", "and", "&"}
        ):
            if self.tokens[place].word.isdigit() and 1 <= int(self.tokens[place].word) <= 17:
                numbers.add(int(self.tokens[place].word))
            place += 1
        return numbers

    # --- measures -------------------------------------------------------------------------

    def measures(self) -> Iterable[tuple[str, Measurement]]:
        for match in self.of("measure"):
            name = match.code("measure") or ""
            place = self._number_after(match)
            if place is None:
                continue
            known = vocabulary().measures[name]
            value = float(self.tokens[place].word)
            if known.low <= value <= known.high:
                span = (self.tokens[match.first].start, self.tokens[place].end)
                yield name, Measurement(value, known.unit, span)

    def _number_after(self, match: Match) -> int | None:
        """The place of the number that follows a measure's name, with only filler between."""
        for place in range(match.last + 1, min(match.last + 5, len(self.tokens))):
            word = self.tokens[place].word
            if word.replace(".", "", 1).isdigit():
                return place
            if word not in _FILLER:
                return None
        return None

    def _is_measured(self, match: Match) -> bool:
        return match.code("measure") is not None and self._number_after(match) is not None

    def unparsed(self) -> list[Span]:
        """Content words that belong to no phrase and are no plain English."""
        inside = {i for match in self.matches for i in range(match.first, match.last + 1)}
        return [
            (token.start, token.end)
            for i, token in enumerate(self.tokens)
            if i not in inside
            and len(token.word) >= 4
            and token.word.isalpha()
            and token.word not in vocabulary().known
        ]


def _level(segment: int) -> str:
    return "basal" if segment <= 6 else "mid" if segment <= 12 else "apical"


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
