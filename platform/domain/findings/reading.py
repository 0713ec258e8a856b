"""Text -> clauses: tokens that keep their offsets, typing errors repaired, sections told apart."""

import re
from collections.abc import Iterable
from functools import cache

from rapidfuzz import fuzz, process

from domain.findings.clause import Clause, Token, find_phrases
from domain.findings.vocabulary import TOKEN, vocabulary

_TYPO_LENGTH, _LONGEST_WORD = 6, 30
_TYPO_SCORE = 86
_SLASHED = re.compile(r"[^/]+|/")
_ENDS = {".", ";", "!", "\n"}


def read_tokens(text: str) -> list[Token]:
    """Tokens and line ends, spelled the British way, typing errors repaired."""
    words = vocabulary()
    found = []
    line_start = 0
    for line in text.splitlines(keepends=True):
        for match in TOKEN.finditer(line):
            for word, start in _pieces(match.group().lower(), line_start + match.start()):
                end = start + len(word)
                word = words.spelling.get(word, word)
                if word not in words.words and word not in words.known:
                    word = _repaired(word)
                found.append(Token(word, start, end))
        line_start += len(line)
        found.append(Token("\n", line_start - 1, line_start))
    return found


def _pieces(word: str, start: int) -> Iterable[tuple[str, int]]:
    """A word with its place; «oedema/scar» is three, «c/w» one."""
    if "/" not in word or word in vocabulary().words:
        yield word, start
        return
    for piece in _SLASHED.findall(word):
        yield piece, start
        start += len(piece)


@cache
def _repaired(word: str) -> str:
    """The vocabulary's word that was meant; the word itself where that is not plain."""
    if not _TYPO_LENGTH <= len(word) <= _LONGEST_WORD or not word.isalpha():
        return word
    best = process.extractOne(word, _long_words(), scorer=fuzz.ratio, score_cutoff=_TYPO_SCORE)
    return str(best[0]) if best and best[0][0] == word[0] else word


@cache
def _long_words() -> list[str]:
    every = vocabulary().words | vocabulary().known
    return sorted(word for word in every if len(word) >= _TYPO_LENGTH - 1)


def read_clauses(tokens: list[Token]) -> Iterable[tuple[list[Token], list[str]]]:
    """Clauses of the sections that count, each with the chambers that its heading names.

    A heading stands before a colon and holds for its line; alone on a line, with a colon or
    without, it holds until the next one.
    """
    words = vocabulary()
    skipping = inline = sentence_ended = False
    heading: list[str] = []
    block: list[str] = []
    clause: list[Token] = []
    headed = False
    for token in [*tokens, Token("\n", 0, 0)]:
        if token.word == ":":
            title = _title(clause)
            if title in words.skipped_sections:
                skipping, heading, clause, headed = True, [], [], True
                continue
            if title in words.read_sections or len(clause) <= 3:
                skipping = skipping and title not in words.read_sections
                named = _chambers(clause)
                if named or title in words.read_sections:
                    heading, clause, headed = named, [], True
                    continue
            clause.append(token)
        elif token.word in _ENDS:
            alone = token.word == "\n" and not sentence_ended and not inline
            if alone and ((headed and not clause) or _is_heading(clause)):
                if clause:
                    title = _title(clause)
                    skipping = title in words.skipped_sections
                    heading = _chambers(clause)
                block, clause = heading, []
            if clause and not skipping:
                yield clause, heading
            if token.word == "\n":
                heading, headed = block, False
                # A section that began on this line ends with its sentence.
                skipping = skipping and not (sentence_ended and inline)
                inline = sentence_ended = False
            else:
                sentence_ended = True
            inline = token.word != "\n" and (inline or bool(clause))
            clause = []
        else:
            if not clause and token.word in words.skipped_sections and token.word != "history":
                skipping = True
            clause.append(token)


def _title(clause: list[Token]) -> str:
    return " ".join(token.word for token in clause)


def _is_heading(clause: list[Token]) -> bool:
    """Whether a line is the title of a section, or names chambers and nothing else."""
    if not clause:
        return False
    title = _title(clause)
    if title in vocabulary().skipped_sections or title in vocabulary().read_sections:
        return True
    matches = find_phrases(clause)
    covered = sum(match.last - match.first + 1 for match in matches)
    return covered == len(clause) and all(match.means("chamber") for match in matches)


def _chambers(title: list[Token]) -> list[str]:
    return [code for match in find_phrases(title) for code in match.codes("chamber")]


def unparsed(clause: Clause) -> list[tuple[int, int]]:
    """Spans of content words that belong to no phrase and are no plain English."""
    inside = set(clause.covered())
    known = vocabulary().known
    return [
        (token.start, token.end)
        for place, token in enumerate(clause.tokens)
        if place not in inside
        and len(token.word) >= 4
        and token.word.isalpha()
        and token.word not in known
    ]
