"""A clause cut into phrases: what the other modules of the grammar look at."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from domain.findings.claims import Span
from domain.findings.vocabulary import Meaning, Node, vocabulary


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

    def codes(self, kind: str) -> list[str]:
        """Its codes under a kind."""
        return [meaning.code for meaning in self.meanings if meaning.kind == kind]

    def code(self, kind: str) -> str | None:
        """Its first code under a kind, None where it has none."""
        return next(iter(self.codes(kind)), None)

    def means(self, *kinds: str) -> bool:
        return any(meaning.kind in kinds for meaning in self.meanings)


def find_phrases(tokens: list[Token]) -> list[Match]:
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


@dataclass(frozen=True)
class Clause:
    """One clause: its tokens and phrases, and the chambers that were spoken of before it.

    A *part* is what stands between commas, or between a comma and a word such as «but».
    """

    tokens: list[Token]
    before: list[str]

    @cached_property
    def matches(self) -> list[Match]:
        return find_phrases(self.tokens)

    @cached_property
    def _separators(self) -> list[int]:
        commas = [place for place, token in enumerate(self.tokens) if token.word == ","]
        return sorted([*commas, *(one.first for one in self.of("barrier"))])

    def of(self, *kinds: str) -> list[Match]:
        """The phrases that have a meaning under one of the kinds."""
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

    def span(self, match: Match) -> Span:
        return self.tokens[match.first].start, self.tokens[match.last].end

    def covered(self) -> Iterable[int]:
        """Places of tokens that belong to a phrase."""
        return {i for match in self.matches for i in range(match.first, match.last + 1)}
