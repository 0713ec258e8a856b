"""Where and how a finding lies: layers, patterns and AHA segments, each given to the finding that
it describes."""

from dataclasses import dataclass, field
from itertools import pairwise

from domain.findings.clause import Clause, Match
from domain.findings.vocabulary import vocabulary

PLACE_KINDS = ("layer", "pattern", "level", "wall", "territory")
_ORDER = ("basal", "mid", "apical")
_RANGE = {"to", "-", "through", "–"}
_JOINS = {"-", "to", "/", "the", "–"}
_SPARING = {"sparing", "respecting", "spares"}
_NUMBERED = {"segment", "segments", "seg", "segs"}


@dataclass(frozen=True)
class Place:
    """What is said of one finding."""

    layers: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    segments: frozenset[int] = frozenset()


NOWHERE = Place()


def places_of(clause: Clause, findings: list[Match]) -> dict[Match, Place]:
    """What describes each of the findings of a clause.

    A description belongs to the finding before it, except that those just ahead of a finding, with
    nothing else between, belong to that finding; ahead of the first, all do.
    """
    if not findings:
        return {}
    starts = [_own_start(clause, left, right) for left, right in pairwise(findings)]
    bounds = [0, *starts, len(clause.tokens)]
    return {
        finding: _place(clause, low, high)
        for finding, (low, high) in zip(findings, pairwise(bounds), strict=True)
    }


def whole_place(clause: Clause) -> Place:
    """What a clause without a finding describes."""
    return _place(clause, 0, len(clause.tokens))


def _own_start(clause: Clause, left: Match, right: Match) -> int:
    """The first token, after `left`, of the descriptions that run up to `right`."""
    describing = {
        place
        for match in clause.of(*PLACE_KINDS, "severity")
        for place in range(match.first, match.last + 1)
    }
    start = right.first
    while start - 1 > left.last:
        word = clause.tokens[start - 1].word
        if start - 1 not in describing and word not in _JOINS:
            break
        start -= 1
    return start


def _place(clause: Clause, low: int, high: int) -> Place:
    inside = [
        match
        for match in clause.of(*PLACE_KINDS)
        if low <= match.first < high and not _is_spared(clause, match)
    ]

    def codes(kind: str) -> frozenset[str]:
        return frozenset(code for match in inside for code in match.codes(kind))

    segments = _of_walls(clause, inside) | _numbered(clause, low, high)
    for code in codes("territory"):
        segments |= set(vocabulary().territories[code])
    return Place(codes("layer"), codes("pattern"), frozenset(segments))


def _is_spared(clause: Clause, match: Match) -> bool:
    """«sparing the subendocardium», «subendocardium spared»"""
    if not match.means("layer"):
        return False
    ahead = clause.words(max(0, match.first - 3), match.first)
    behind = clause.words(match.last + 1, match.last + 4)
    return not _SPARING.isdisjoint(ahead) or "spared" in behind


@dataclass
class _Group:
    """Levels and the walls that they are said of."""

    levels: list[Match] = field(default_factory=list)
    walls: list[Match] = field(default_factory=list)


def _of_walls(clause: Clause, inside: list[Match]) -> set[int]:
    """AHA segments of walls and levels. Levels stand before their walls («basal and mid inferior
    wall») or behind them («inferior wall, basal to mid»)."""
    found: set[int] = set()
    for group in _groups([one for one in inside if one.means("level", "wall")], clause):
        levels = _levels(clause, group.levels)
        # "The apical segments", with or without «and the apex».
        if levels == {"apical"} and all(one.code("wall") == "apex" for one in group.walls):
            found |= set(range(13, 18))
        for wall in group.walls:
            segments = vocabulary().wall_segments[wall.code("wall") or ""]
            # The apical cap has no level.
            found |= {s for s in segments if s == 17 or _level(s) in (levels or _ORDER)}
    return found


def _groups(matches: list[Match], clause: Clause) -> list[_Group]:
    groups = [_Group()]
    for match in matches:
        is_end = match.means("wall") and _ends_range(clause, match, groups[-1])
        if match.means("level") or is_end:
            if groups[-1].walls and not is_end:
                groups.append(_Group())
            groups[-1].levels.append(match)
        else:
            groups[-1].walls.append(match)
    last = groups[-1]
    # Levels that no wall follows are said of the walls before them.
    if len(groups) > 1 and last.levels and not last.walls and not groups[-2].levels:
        groups.pop()
        groups[-1].levels = last.levels
    return groups


def _ends_range(clause: Clause, match: Match, group: _Group) -> bool:
    """«from base to apex»: the apex as the last of the levels."""
    return (
        match.code("wall") == "apex"
        and bool(group.levels)
        and not group.walls
        and bool(_RANGE & set(clause.between(group.levels[-1], match)))
    )


def _levels(clause: Clause, named: list[Match]) -> set[str]:
    """The levels named; «basal to apical» takes in what lies between; none where none is."""
    codes = [match.code("level") or "apical" for match in named]
    found = set(codes)
    for (left, low), (right, high) in pairwise(zip(named, codes, strict=True)):
        if _RANGE & set(clause.between(left, right)):
            first, last = sorted((_ORDER.index(low), _ORDER.index(high)))
            found |= set(_ORDER[first : last + 1])
    return found


def _level(segment: int) -> str:
    return "basal" if segment <= 6 else "mid" if segment <= 12 else "apical"


def _numbered(clause: Clause, low: int, high: int) -> set[int]:
    """«segments 5, 11 and 13-16»"""
    found: set[int] = set()
    for place in range(low, min(high, len(clause.tokens))):
        if clause.tokens[place].word in _NUMBERED:
            found |= _run_of_numbers(clause, place + 1)
    return found


def _run_of_numbers(clause: Clause, place: int) -> set[int]:
    found: set[int] = set()
    last, to = 0, False
    for token in clause.tokens[place:]:
        if token.word.isdigit() and 1 <= int(token.word) <= 17:
            number = int(token.word)
            found |= set(range(last, number + 1)) if to and last else {number}
            last, to = number, False
        elif token.word in _RANGE:
            to = True
        elif token.word not in {",", ":", "and", "&", "aha"}:
            break
    return found
