"""How sure a clause is of a finding: the cue of negation, doubt or time that reaches it.

A cue stands before what it is said of («no LGE») or behind it («LGE not seen»); one of the second
kind stands before only where nothing stands ahead of it in its part («there is possible LGE»). In a
list a cue reaches on («no oedema, LGE or thrombus») until something begins a statement of its own.
"""

from domain.findings.clause import Clause, Match

_REACH_BACK = 8
_TOGETHER_REACH = 6
_TOGETHER = {"all", "both", "each"}


def assertion_of(clause: Clause, match: Match, *, across_commas: bool) -> str:
    """The certainty that the nearest cue gives; present where there is none."""
    if _is_denied_label(clause, match):
        return "absent"
    after = _cue_after(clause, match)
    if after is not None:
        return after
    before = _cue_before(clause, match, across_commas)
    if before is not None:
        return before
    return "possible" if _is_alternative(clause, match) else "present"


def is_of_another(clause: Clause, match: Match) -> bool:
    """Whether the clause speaks of a relative, or asks instead of stating: «family history of HCM»,
    «to exclude thrombus»."""
    barriers = clause.of("barrier")
    return any(
        cue.last < match.first
        and not any(cue.last < barrier.first < match.first for barrier in barriers)
        for cue in clause.of("another")
    )


def _is_denied_label(clause: Clause, match: Match) -> bool:
    """«Delayed enhancement: normal», «Thrombus: no»"""
    value = clause.value_of(match)
    if value is None or not match.means("concept"):
        return False
    return any(
        one.code("property") == "normal" or one.code("before") == "absent"
        for one in clause.matches
        if one.first == value
    )


def _cue_before(clause: Clause, match: Match, across_commas: bool) -> str | None:
    barriers = [one.first for one in clause.of("barrier")]
    cues = [one for one in clause.of("before", "after") if one.last < match.first]
    for cue in reversed(cues):
        if cue.means("after") and _follows_finding(clause, cue):
            continue
        if any(cue.last < barrier < match.first for barrier in barriers):
            return None
        crossed = clause.part(match) - clause.part(cue)
        if crossed and not (across_commas and _list_goes_on(clause, cue, match)):
            return None
        return cue.code("before") or cue.code("after")
    return None


def _follows_finding(clause: Clause, cue: Match) -> bool:
    kinds = ("concept", "property", "chamber", "aspect")
    return any(
        one.last < cue.first and one is not cue
        for one in clause.in_part(clause.part(cue), *kinds)
    )


def _list_goes_on(clause: Clause, cue: Match, match: Match) -> bool:
    """«no oedema, LGE or thrombus»: the cue reaches on, unless a part names a severity or a
    chamber of its own, or has a cue of its own, which begins a statement of its own."""
    for one in clause.of("severity", "chamber", "after"):
        beyond = clause.part(cue) < clause.part(one) <= clause.part(match)
        if beyond and one.last < match.first:
            return False
    return True


def _cue_after(clause: Clause, match: Match) -> str | None:
    barriers = [one.first for one in clause.of("barrier")]
    for cue in clause.of("after"):
        if cue.first <= match.last:
            continue
        if clause.gap(match, cue) > _REACH_BACK and not _is_said_of_all(clause, cue):
            continue
        if any(match.last < barrier < cue.first for barrier in barriers):
            continue
        if any(match.last < one.first < cue.first for one in clause.of("before")):
            continue
        if _is_said_of_all(clause, cue):
            return cue.code("after")
        if _is_of_next_chamber(clause, match, cue):
            continue
        # In a list of its own kind the cue belongs to the part it stands in.
        if clause.part(cue) != clause.part(match) and _follows_finding(clause, cue):
            continue
        return cue.code("after")
    return None


def _is_said_of_all(clause: Clause, cue: Match) -> bool:
    """«Stenosis, effusion and thrombus were all absent»"""
    return not _TOGETHER.isdisjoint(clause.words(max(0, cue.first - _TOGETHER_REACH), cue.first))


def _is_of_next_chamber(clause: Clause, match: Match, cue: Match) -> bool:
    """«The LA is dilated and the RA is normal»: the cue belongs to a chamber behind an «and»."""
    return any(
        match.last < one.first < cue.first
        and "and" in clause.between(match, one)
        and not one.means("concept", "aspect")
        for one in clause.of("chamber")
    ) and not match.means("concept")


def _is_alternative(clause: Clause, match: Match) -> bool:
    """«HCM vs amyloid»: each is possible."""
    concepts = clause.of("concept")
    return any(
        (cue.last < match.first and not any(cue.last < one.first < match.first for one in concepts))
        or (match.last < cue.first
            and not any(match.last < one.first < cue.first for one in concepts))
        for cue in clause.of("versus")
    )  # fmt: skip
