"""Words for segments and amounts, shared by all report styles."""

from collections.abc import Sequence

_LEVELS = (("basal", range(1, 7)), ("mid", range(7, 13)), ("apical", range(13, 17)))
_SIX = ("anterior", "anteroseptal", "inferoseptal", "inferior", "inferolateral", "anterolateral")
_FOUR = ("anterior", "septal", "inferior", "lateral")


def listed(words: Sequence[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def wall_of(segment: int) -> str:
    """The wall that an AHA segment (1 to 16) belongs to."""
    return _FOUR[segment - 13] if segment >= 13 else _SIX[(segment - 1) % 6]


def segment_phrase(segments: Sequence[int]) -> str:
    """AHA segments in words, level by level: "mid anterior and apical septal segments and the apex"."""
    parts = []
    for level, numbers in _LEVELS:
        walls = [wall_of(one) for one in numbers if one in segments]
        if walls:
            parts.append(f"{level} {listed(walls)}")
    named = listed(parts) + (" segments" if len(segments) > 1 else " segment")
    if 17 not in segments:
        return named
    return f"{named} and the apex" if parts else "apex"


def segment_shorthand(segments: Sequence[int]) -> str:
    """The same as dictated: "mid ant, anteroseptal; apical ant; apex"."""
    parts = []
    for level, numbers in _LEVELS:
        walls = [wall_of(one) for one in numbers if one in segments]
        if walls:
            parts.append(f"{level} {', '.join(walls)}")
    if 17 in segments:
        parts.append("apex")
    return "; ".join(parts)
