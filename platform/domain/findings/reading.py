"""Text -> clauses: tokens that keep their offsets, typing errors repaired, sections told apart."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import groupby, pairwise

from rapidfuzz import fuzz, process

from domain.findings.clause import Clause, Token, find_phrases, is_all_phrases
from domain.findings.english import is_common, is_english
from domain.findings.vocabulary import TOKEN, vocabulary

_TYPO_LENGTH, _LONGEST_WORD = 6, 30
_TYPO_SCORE = 86
_STEM_LENGTH = 5
# Enough for the words of any service; texts of invented words must not fill the memory.
_WORDS_KEPT, _LONGEST_KEPT = 50_000, 60
_ENDINGS = ("ing", "ed", "es", "s", "d", "ly")
_SLASHED = re.compile(r"[^/]+|/")
# Dots that lead the eye from a label to its value.
_LEADERS = re.compile(r"\.\s*\.")
_MINUS = re.compile(r"[-–−]\s*(?:[,.;/)\n]|$)")
_WALL_CAPITALS = re.compile(r"\b(?:AS|IS|AL)\b")
# No sentence is that long; a text without an end must not take for ever.
_LONGEST_CLAUSE = 120
_DASHES = {"-", "–", "−"}
_AFTER_MINUS = {",", ".", ";", "/", ")", "\n"}
_WALL_LETTERS = {"as": "anteroseptal", "is": "inferoseptal", "al": "anterolateral"}
_LEVELS = {"basal", "mid", "apical", "base"}
_WALL_JOINS = {"+", "/", "&", "and"}
# Labels that say nothing of their own: «THROMBUS», then «Present: no».
_LONGEST_LABEL = 6
_BARE_LABELS = {"present", "status", "any", "seen", "finding", "result", "identified", "found"}
_ENDS = {".", ";", "!", "|", "\n"}


def read_tokens(text: str) -> list[Token]:
    """Tokens and line ends, spelled the British way, typing errors repaired."""
    found: list[Token] = []
    line_start = 0
    # A third of the time goes into making tokens, half of it less without the named arguments.
    new = tuple.__new__
    for line in text.splitlines(keepends=True):
        for match in TOKEN.finditer(line):
            start = line_start + match.start()
            written = match.group()
            words = _understood(written) if len(written) <= _LONGEST_KEPT else _words_of(written)
            for word, first, last in words:
                found.append(new(Token, (word, start + first, start + last)))
        line_start += len(line)
        found.append(Token("\n", line_start - 1, line_start))
    # Most texts have none of these, and looking is cheaper than rewriting.
    if _MINUS.search(text):
        found = [*map(_sign, found, [*found[1:], *found[-1:]])]
    if _WALL_CAPITALS.search(text):
        found = _with_wall_letters(found, text)
    if _LEADERS.search(text):
        found = list(_with_labels(found))
    return _with_values(found)


def _sign(token: Token, following: Token) -> Token:
    """A dash that ends a part is a minus: «LGE -, effusion -/thrombus -»."""
    if token.word in _DASHES and following.word in _AFTER_MINUS:
        return token._replace(word="neg")
    return token


def _with_wall_letters(tokens: list[Token], text: str) -> list[Token]:
    """«mid AS», «basal + mid IS», in capitals behind a level, are the anteroseptal and inferoseptal
    walls, and no aortic stenosis."""
    found, behind_level = [], False
    for token in tokens:
        wall = _WALL_LETTERS.get(token.word)
        if wall and behind_level and text[token.start : token.end].isupper():
            token = token._replace(word=wall)
        behind_level = token.word in _LEVELS or (behind_level and (wall is not None
                                                 or token.word in _WALL_JOINS))  # fmt: skip
        found.append(token)
    return found


def _with_labels(tokens: list[Token]) -> Iterable[Token]:
    """Dots that lead from a label to its value are a colon: «SAM ..... present»."""
    for is_dot, run in groupby(tokens, key=lambda token: token.word == "."):
        several = list(run)
        if is_dot and len(several) > 1:
            yield Token(":", several[0].start, several[-1].end)
        else:
            yield from several


def _with_values(tokens: list[Token]) -> list[Token]:
    """A line or cell that only names a finding, with its value in the next, is a label of that
    value: «Late enhancement», then «None»."""
    ends = [place for place, token in enumerate(tokens) if token.word in ("\n", "|")]
    starts = [0, *(end + 1 for end in ends)]
    found: list[Token | None] = list(tokens)
    lines = [(low, high) for low, high in zip(starts, ends, strict=False) if high > low]
    for (low, high), (after, end) in pairwise(lines):
        if not is_all_phrases(tokens[low:high], "concept", "chamber"):
            continue
        named = _concepts(tokens[low:high])
        if not named:
            continue
        bare = after + _bare_label(tokens[after:end])
        if _is_value(tokens[bare:end]):
            found[high] = tokens[high]._replace(word=":")
            found[after:bare] = [None] * (bare - after)
        elif named & _concepts(tokens[after:end]) and _is_labelled(tokens[after:end]):
            # «SHUNT», then «Intracardiac shunt: no»: the line alone was a title.
            found[low:high] = [None] * (high - low)
    return [token for token in found if token is not None]


def _concepts(tokens: list[Token]) -> set[str]:
    return {code for match in find_phrases(tokens) for code in match.codes("concept")}


def _is_labelled(line: list[Token]) -> bool:
    return any(token.word == ":" for token in line)


def _bare_label(line: list[Token]) -> int:
    """How many tokens of a line are a label, and its colon, that says nothing of its own: «Present:
    no», or the place where there is none: «Apex: no»; 0 where there is no such label."""
    words = [token.word for token in line[:_LONGEST_LABEL]]
    if ":" not in words[1:]:
        return 0
    colon = words.index(":")
    if colon == 1 and words[0] in _BARE_LABELS:
        return 2
    label, value = find_phrases(line[:colon]), find_phrases(line[colon + 1 :])
    is_denied = len(value) == 1 and value[0].last + colon + 2 == len(line) and (
        "absent" in (value[0].code("before"), value[0].code("after"))
    )
    says_more = any(match.means("concept", "measure", "property") for match in label)
    return colon + 1 if is_denied and not says_more else 0


def _is_value(line: list[Token]) -> bool:
    """Whether a line only says how, where or whether."""
    matches = find_phrases(line)
    if not matches or matches[0].first > 0:
        return False
    if any(match.means("concept", "chamber", "measure") for match in matches):
        return False
    kinds = ("before", "after", "property", "severity", "layer", "pattern", "level", "wall",
             "territory")  # fmt: skip
    return matches[0].means(*kinds)


def _words_of(written: str) -> tuple[tuple[str, int, int], ...]:
    """The words of what stands between blanks, spelled as the vocabulary does, each with [first,
    last) in it; «oedema/scar» is three, «c/w» one."""
    words = vocabulary()
    if "/" not in written or written.lower() in words.words:
        pieces = [written]
    else:
        pieces = _SLASHED.findall(written)
    found, start = [], 0
    for piece in pieces:
        # "Fabry's disease" is Fabry disease.
        word = piece.lower().removesuffix("'s")
        word = words.spelling.get(word, word)
        if word not in words.words and word not in words.known:
            word = _repaired(word)
        found.append((word, start, start + len(piece)))
        start += len(piece)
    return tuple(found)


_understood = lru_cache(_WORDS_KEPT)(_words_of)


def _repaired(word: str) -> str:
    """The vocabulary's word that was meant; the word itself where that is not plain.

    Another ending of a known word is that word («dilates», «normally»); else a real word stays, and
    of what is none the nearest word is taken.
    """
    inflected = _inflected(word)
    if inflected:
        return inflected
    if not _TYPO_LENGTH <= len(word) <= _LONGEST_WORD or not word.isalpha():
        return word
    if is_english(word):
        return word
    best = process.extractOne(word, _long_words(), scorer=fuzz.ratio, score_cutoff=_TYPO_SCORE)
    return str(best[0]) if best and best[0][0] == word[0] else word


def _inflected(word: str) -> str:
    """A word of the vocabulary's phrases that differs in its ending alone; "" where there is none.
    """
    known = vocabulary().words
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < _STEM_LENGTH:
            continue
        for other in ("", "e", *_ENDINGS):
            if stem + other in known:
                return stem + other
    return ""


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
            if len(clause) >= _LONGEST_CLAUSE:
                # Within a clause everything is compared with everything.
                if not skipping:
                    yield clause, heading
                clause = []


def _title(clause: list[Token]) -> str:
    return " ".join(token.word for token in clause)


def _is_heading(clause: list[Token]) -> bool:
    """Whether a line is the title of a section, or names chambers and nothing else."""
    if not clause:
        return False
    title = _title(clause)
    if title in vocabulary().skipped_sections or title in vocabulary().read_sections:
        return True
    return is_all_phrases(clause, "chamber")


def _chambers(title: list[Token]) -> list[str]:
    """The chambers that a heading names, if it names nothing else."""
    matches = find_phrases(title)
    if not all(match.means("chamber") and not match.means("measure") for match in matches):
        return []
    return [code for match in matches for code in match.codes("chamber")]


def unparsed(clause: Clause) -> list[tuple[int, int]]:
    """Spans of content words that belong to no phrase and are no plain English, so that nobody
    thinks they were read."""
    inside = set(clause.covered())
    known = vocabulary().known
    return [
        (token.start, token.end)
        for place, token in enumerate(clause.tokens)
        if place not in inside
        and len(token.word) >= 4
        and token.word.isalpha()
        and token.word not in known
        and not is_common(token.word)
    ]
