"""Words for segments and spelling, shared by all report styles."""

import re
from collections.abc import Collection, Mapping, Sequence

_SIX = ("anterior", "anteroseptal", "inferoseptal", "inferior", "inferolateral", "anterolateral")
_FOUR = ("anterior", "septal", "inferior", "lateral")
_APICAL = frozenset({13, 14, 15, 16})
_APEX = 17
_AMERICAN: Mapping[str, str] = {
    "ischaemic": "ischemic",
    "characterisation": "characterization",
    "dilatation": "dilation",
    "aetiology": "etiology",
    "calibre": "caliber",
}


def listed(words: Sequence[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def american(text: str) -> str:
    """`text` in American spelling."""
    for british, spelling in _AMERICAN.items():
        text = text.replace(british, spelling)
        text = text.replace(british.capitalize(), spelling.capitalize())
    return re.sub(r"\bmls\b", "mL", text)


def segment_groups(segments: Collection[int]) -> list[str]:
    """AHA segments in words, each phrase a statement of its own: one level, or two alike.

    "basal and mid inferior", "apical inferior". A phrase that names two levels means every named
    wall at both, which is how a reader takes it.
    """
    basal = [_SIX[one - 1] for one in range(1, 7) if one in segments]
    mid = [_SIX[one - 7] for one in range(7, 13) if one in segments]
    groups = []
    if basal == mid and basal:
        groups.append(f"basal and mid {listed(basal)}")
    else:
        groups += [f"{level} {listed(walls)}" for level, walls in (("basal", basal), ("mid", mid))
                   if walls]  # fmt: skip
    apical = [_FOUR[one - 13] for one in range(13, 17) if one in segments]
    if apical:
        groups.append(f"apical {listed(apical)}")
    return groups


def segment_sentences(lead: str, segments: Collection[int]) -> str:
    """A sentence a group: "Akinesia of the basal inferior segment. Akinesia of the ..."."""
    sentences = []
    if {*_APICAL, _APEX} <= set(segments):
        # All of the apex is said at once.
        sentences.append(f"{lead} apical segments and the apex.")
        segments = set(segments) - _APICAL - {_APEX}
    for phrase in reversed(segment_groups(segments)):
        several = " and " in phrase or "," in phrase
        sentences.insert(0, f"{lead} {phrase} segment{'s' if several else ''}.")
    if _APEX in segments:
        sentences.append(f"{lead} apex (segment 17).")
    return " ".join(sentences)


def segment_numbers(segments: Collection[int]) -> str:
    """ "segment 4", "segments 4, 10 and 15": AHA numbers."""
    numbers = [str(one) for one in sorted(segments)]
    return f"segment{'s' if len(numbers) > 1 else ''} {listed(numbers)}"
