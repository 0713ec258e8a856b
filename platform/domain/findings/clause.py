"""A clause cut into phrases: what the other modules of the grammar look at."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from domain.findings.claims import Span
from domain.findings.vocabulary import Meaning, Node, vocabulary

_SEGMENTS = {"aha", "segment", "segments", "seg", "segs"}


class Token(NamedTuple):
    """A word, number or mark: lower-case and repaired `word`, [start, end) in the text."""

    word: str
    start: int
    end: int


class Match:
    """A phrase at tokens [first, last] with everything it may mean; one phrase of one clause is one
    object, and equal to no other."""

    __slots__ = ("first", "kinds", "last", "meanings")

    def __init__(self, first: int, last: int, node: Node) -> None:
        self.first, self.last = first, last
        self.meanings: Sequence[Meaning] = node.meanings
        self.kinds = node.kinds

    def codes(self, kind: str) -> list[str]:
        """Its codes under a kind."""
        if kind not in self.kinds:
            return []
        return [meaning.code for meaning in self.meanings if meaning.kind == kind]

    def code(self, kind: str) -> str | None:
        """Its first code under a kind, None where it has none."""
        return next(iter(self.codes(kind)), None)

    def means(self, *kinds: str) -> bool:
        return not self.kinds.isdisjoint(kinds)


def find_phrases(tokens: Sequence[Token]) -> list[Match]:
    """The longest phrases, left to right; one that would cut off the beginning of a finding's name
    gives way to it («there is normal study» is no «is normal»)."""
    begin = vocabulary().trie.steps
    found, place = [], 0
    while place < len(tokens):
        match = _longest(tokens, place) if tokens[place].word in begin else None
        if match is None or _cuts_finding(tokens, match):
            place += 1
        else:
            found.append(match)
            place = match.last + 1
    return found


def is_all_phrases(tokens: Sequence[Token], *kinds: str) -> bool:
    """Whether the tokens are phrases of some kinds and nothing else; true of no tokens."""
    known = vocabulary().words
    # Most lines hold a word of no phrase, and need no more looking at.
    if not all(token.word in known for token in tokens):
        return False
    matches = find_phrases(tokens)
    covered = sum(match.last - match.first + 1 for match in matches)
    return covered == len(tokens) and all(match.means(*kinds) for match in matches)


def _longest(tokens: Sequence[Token], first: int) -> Match | None:
    """The longest phrase that begins at a token."""
    node: Node | None = vocabulary().trie
    best, end = None, first
    for last in range(first, len(tokens)):
        node = node.steps.get(tokens[last].word) if node else None
        if node is None:
            break
        if node.meanings:
            best, end = node, last
    return Match(first, end, best) if best else None


def _cuts_finding(tokens: Sequence[Token], match: Match) -> bool:
    if match.first == match.last or "concept" in match.kinds:
        return False
    inner = (_longest(tokens, first) for first in range(match.first + 1, match.last + 1))
    return any(one is not None and one.last > match.last and one.means("concept") for one in inner)


class Clause:
    """One clause: its tokens and phrases, and the chambers that were spoken of before it.

    A *part* is what stands between commas, or between a comma and a word such as «but».
    """

    def __init__(self, tokens: list[Token], before: list[str]) -> None:
        self.tokens, self.before = tokens, before
        self.matches = find_phrases(tokens)
        self._of_kind: dict[str, list[Match]] = {}
        for match in self.matches:
            for kind in match.kinds:
                self._of_kind.setdefault(kind, []).append(match)

    @cached_property
    def _separators(self) -> list[int]:
        commas = [
            place
            for place, token in enumerate(self.tokens)
            # "segments 2, 3" is one part.
            if token.word == "," and not self._is_between_numbers(place)
        ]
        return sorted([*commas, *(one.first for one in self.of("barrier"))])

    def _is_between_numbers(self, place: int) -> bool:
        around = [*self.words(max(0, place - 1), place), *self.words(place + 1, place + 2)]
        return len(around) == 2 and all(word.isdigit() for word in around)

    @cached_property
    def _describing(self) -> frozenset[int]:
        """Places of tokens that say how or where a finding lies."""
        phrases = self.of("layer", "pattern", "level", "wall", "territory")
        inside = {i for match in phrases for i in range(match.first, match.last + 1)}
        numbers = {
            i
            for i, token in enumerate(self.tokens)
            if token.word in _SEGMENTS or token.word.isdigit() or token.word == ","
        }
        return frozenset(inside | numbers)

    def gap(self, left: Match, right: Match) -> int:
        """How many tokens between two phrases do more than say how or where something lies."""
        return len(set(range(left.last + 1, right.first)) - self._describing)

    def of(self, *kinds: str) -> list[Match]:
        """The phrases that have a meaning under one of the kinds."""
        if len(kinds) == 1:
            return self._of_kind.get(kinds[0], [])
        if self._of_kind.keys().isdisjoint(kinds):
            return []
        return [match for match in self.matches if match.means(*kinds)]

    def codes(self, kind: str) -> list[str]:
        return [code for match in self.of(kind) for code in match.codes(kind)]

    def part(self, match: Match) -> int:
        """The part in which a phrase stands, counted from 0."""
        return sum(place < match.first for place in self._separators)

    def in_part(self, number: int, *kinds: str) -> list[Match]:
        return [match for match in self.of(*kinds) if self.part(match) == number]

    def words(self, first: int, last: int) -> list[str]:
        """The words at tokens [first, last)."""
        return [token.word for token in self.tokens[first:last]]

    def between(self, left: Match, right: Match) -> list[str]:
        """The words between two phrases."""
        return self.words(left.last + 1, right.first)

    def value_of(self, match: Match) -> int | None:
        """Where the value of a label begins («LGE: none»); None for what stands before no colon."""
        for place in range(match.last + 1, len(self.tokens)):
            if self.tokens[place].word == ":":
                return place + 1
        return None

    def span(self, match: Match) -> Span:
        return self.tokens[match.first].start, self.tokens[match.last].end

    def covered(self) -> Iterable[int]:
        """Places of tokens that belong to a phrase."""
        return {i for match in self.matches for i in range(match.first, match.last + 1)}
