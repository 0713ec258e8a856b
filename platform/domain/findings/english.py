"""Plain English, out of the word counts of pyspellchecker (MIT): which words are real, so that no
typing error is seen in them, and which are so common that not understanding them loses nothing."""

from functools import cache

from spellchecker import SpellChecker

# About the 12,000 commonest words.
_COMMON = 2_400


@cache
def _counts() -> dict[str, int]:
    # Read when the first word comes that the vocabulary does not know: it takes a quarter second.
    counts: dict[str, int] = SpellChecker(language="en", distance=1).word_frequency.dictionary
    return counts


def is_english(word: str) -> bool:
    """Whether a lower-case word is one."""
    return word in _counts()


def is_common(word: str) -> bool:
    """Whether a lower-case word is common in plain English."""
    return _counts().get(word, 0) >= _COMMON
