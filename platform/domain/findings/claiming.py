"""Clause -> claims: findings by name, and chambers and properties that stand together."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from domain.findings.claims import Claim
from domain.findings.clause import Clause, Match
from domain.findings.measuring import UNITS, is_measured, is_number
from domain.findings.places import NOWHERE, Place, places_of
from domain.findings.scopes import assertion_of, is_of_another
from domain.findings.vocabulary import vocabulary

_SEVERITY_REACH = 2
# What begins a severity that stands behind its finding: «of moderate degree».
_TRAILING = {"of", "in"}
# Properties that deny another.
_OPPOSITES = {
    "undilated": "dilated", "unimpaired": "impaired", "unthickened": "hypertrophied",
}  # fmt: skip
# What may stand between chambers that share a property: «T1 (1078 ms) and the ECV are raised».
_JOINING = {"and", "&", "+", "the", "/", "mild", "moderate", "severe", "(", ")", *UNITS}


def claims_of(clause: Clause) -> Iterable[Claim]:
    """Everything that a clause claims."""
    findings = [match for match in clause.of("concept") if _is_finding(clause, match)]
    described = vocabulary().placed
    placed = [one for one in findings if described & set(one.codes("concept"))]
    places = places_of(clause, placed)
    for match in findings:
        for concept in match.codes("concept"):
            place = places[match] if concept in described else NOWHERE
            yield _claim(clause, concept, match, place, across_commas=True)
    for match in clause.of("property"):
        if _is_property(clause, match, findings):
            yield from _of_property(clause, match)
    yield from _of_ellipsis(clause)


def _claim(
    clause: Clause,
    concept: str,
    match: Match,
    place: Place = NOWHERE,
    *,
    across_commas: bool = False,
) -> Claim:
    return Claim(
        concept=concept,
        assertion=assertion_of(clause, match, across_commas=across_commas),
        severity=_severity(clause, match),
        layers=place.layers,
        patterns=place.patterns,
        segments=place.segments,
        spans=(clause.span(match),),
    )


# --- findings, and words that may be one -------------------------------------------------------


def _is_finding(clause: Clause, match: Match) -> bool:
    """Whether a phrase that may name a finding does: a measure with its number is none, nor what
    is said of a relative, nor «hypokinetic» where it is said of a whole chamber."""
    if is_measured(clause, match) or is_of_another(clause, match):
        return False
    if _is_empty_label(clause, match):
        return False
    return not (match.means("property") and _is_said_of_chamber(clause, match))


def _is_empty_label(clause: Clause, match: Match) -> bool:
    """Whether it only heads what follows: «Thrombus and pericardium: no effusion», and a field that
    was not filled in: «Mass:   g»."""
    value = clause.value_of(match)
    if value is None:
        return False
    if any(one.first >= value for one in clause.of("concept")):
        return True
    return not any(token.word.isalpha() and token.word not in UNITS
                   for token in clause.tokens[value:])  # fmt: skip


def _is_property(clause: Clause, match: Match, findings: list[Match]) -> bool:
    """Whether a word describes a chamber: «large» and «small» before a finding describe that, and
    what is a finding is no property of a chamber."""
    if is_of_another(clause, match):
        return False
    if match in findings:
        return False
    if match.means("severity"):
        return not any(
            match.last < one.first and _is_near(clause, match, one) for one in findings
        )
    return True


def _is_said_of_chamber(clause: Clause, match: Match) -> bool:
    """Whether a chamber, and no wall or level, stands in the same part."""
    number = clause.part(match)
    named = clause.in_part(number, "chamber")
    return bool(named) and not clause.in_part(number, "wall", "level", "territory")


def _severity(clause: Clause, match: Match) -> str | None:
    """The severity just before the finding, or behind it where it describes nothing else."""
    others = [one for one in clause.of("concept", "property") if one is not match]
    value = clause.value_of(match)
    severities = [
        one
        for one in clause.of("severity")
        # «Effusion: yes, small»
        if clause.part(one) == clause.part(match) or (value is not None and one.first >= value)
    ]
    if match in severities:
        return match.code("severity")
    ahead = [
        one
        for one in severities
        if one.last < match.first
        and _is_near(clause, one, match)
        and not any(one.first < other.first < match.first for other in others)
    ]
    behind = [
        one
        for one in severities
        if match.last < one.first
        and _is_near(clause, match, one)
        and not any(match.last < other.first < one.first for other in others)
        and not any(_is_taken(clause, match, one, other) for other in others)
    ]
    return next((one.code("severity") for one in [*reversed(ahead), *behind]), None)


def _is_taken(clause: Clause, match: Match, severity: Match, other: Match) -> bool:
    """Whether a severity behind a finding is said of what follows it: «MR, mild AR»; «mild MR of
    moderate degree» and «MR mild, AR» are said of the first."""
    if other.first < severity.first or clause.tokens[severity.first].word in _TRAILING:
        return False
    return clause.part(other) == clause.part(severity) and _is_near(clause, severity, other)


def _is_near(clause: Clause, left: Match, right: Match) -> bool:
    return clause.gap(left, right) <= _SEVERITY_REACH


# --- chambers and their properties -------------------------------------------------------------


def _of_property(clause: Clause, match: Match) -> Iterable[Claim]:
    code = match.code("property") or ""
    concepts = vocabulary().chamber_concepts
    if match.means("after") and not _is_of_chamber(clause, match):
        # "LGE is normal" says nothing of the chamber that was spoken of before.
        return
    for chamber in _chambers_for(clause, match):
        known = concepts[chamber]
        if code == "normal":
            if assertion_of(clause, match, across_commas=False) != "absent":
                for aspect in _aspects(clause, match, known):
                    yield replace(_claim(clause, known[aspect], match), assertion="absent")
        elif code in _OPPOSITES:
            if _OPPOSITES[code] in known:
                yield replace(_claim(clause, known[_OPPOSITES[code]], match), assertion="absent")
        elif code in known:
            yield _claim(clause, known[code], match)


def _of_ellipsis(clause: Clause) -> Iterable[Claim]:
    """«the LV is dilated but the RV is not»: the property goes without saying."""
    properties = clause.of("property")
    last = clause.matches[-1] if clause.matches else None
    if last is None or not properties or last.code("before") != "absent":
        return
    if last.last != len(clause.tokens) - 1 or clause.part(last) == 0:
        return
    code = properties[-1].code("property") or ""
    if clause.part(properties[-1]) == clause.part(last):
        return
    for match in clause.in_part(clause.part(last), "chamber"):
        for chamber in _separate(match.codes("chamber")):
            concept = vocabulary().chamber_concepts[chamber].get(code)
            if concept is not None:
                spans = ((clause.span(match)[0], clause.span(last)[1]),)
                yield Claim(concept, "absent", spans=spans)


def _is_of_chamber(clause: Clause, match: Match) -> bool:
    """Whether a chamber or an aspect of one, and no finding, stands last before the match."""
    before = [
        one for one in clause.of("concept", "chamber", "aspect") if one.last < match.first
    ]
    return bool(before) and not before[-1].means("concept")


def _aspects(clause: Clause, match: Match, concepts: dict[str, str]) -> list[str]:
    """What of the chamber is called normal: what is named in the list around it («normal size, wall
    thickness and function»), else anywhere; everything, where nothing is named."""
    named = [one for one in clause.of("aspect") if not is_measured(clause, one)]
    if not named:
        return list(concepts)
    parts = _list_around(clause, clause.part(match))
    near = [one for one in named if clause.part(one) in parts]
    codes = [code for one in near or named for code in one.codes("aspect")]
    return [code for code in codes if code in concepts]


def _list_around(clause: Clause, number: int) -> range:
    """The part, and those beside it that make no statement of their own."""

    def goes_on(other: int) -> bool:
        listed = clause.in_part(other, "aspect")
        return bool(listed) and not clause.in_part(other, "property", "concept")

    first = last = number
    while goes_on(first - 1):
        first -= 1
    while goes_on(last + 1):
        last += 1
    return range(first, last + 1)


def _chambers_for(clause: Clause, match: Match) -> list[str]:
    """The chambers that a property is said of: the nearest before it, else after it in its part of
    the clause, else those spoken of last."""
    part = clause.part(match)
    named = clause.of("chamber")
    before = [one for one in named if one.last < match.first]
    after = [one for one in named if one.first > match.last and clause.part(one) == part]
    same = [one for one in before if clause.part(one) == part]
    if same:
        codes = _joined(clause, same[::-1])
    elif after:
        codes = _joined(clause, after)
    elif before:
        codes = _joined(clause, before[::-1])
    else:
        codes = clause.before or _implied(clause)
    return _separate(codes)


def _implied(clause: Clause) -> list[str]:
    """"Systolic function is impaired" is said of the left ventricle."""
    implied = vocabulary().implied_chambers
    return [implied[code] for code in clause.codes("aspect") if code in implied][:1]


def _joined(clause: Clause, chain: list[Match]) -> list[str]:
    """The first chamber of the chain, and those joined to it by «and» or «&»."""
    codes = chain[0].codes("chamber")
    for one, other in pairwise(chain):
        left, right = sorted((one, other), key=lambda match: match.first)
        between = {word for word in clause.between(left, right) if not is_number(word)}
        if not between <= _JOINING:
            break
        codes = [*codes, *other.codes("chamber")]
    return codes


def _separate(codes: Iterable[str]) -> list[str]:
    """Chambers one by one: both ventricles are the left and the right."""
    joint = vocabulary().joint_chambers
    return [one for code in codes for one in joint.get(code, [code]) if one]
