"""Numbers that a clause states, with their units."""

from collections.abc import Iterable

from domain.findings.claims import Measurement
from domain.findings.clause import Clause, Match
from domain.findings.vocabulary import vocabulary

_FILLER = {
    "of", "is", "was", "=", ":", "(", "~", "approximately", "about", "estimated", "at", "between",
    "from", "measured", "measures", "measuring", "around", "circa", "calculated", "as", "up", "to",
    "amounts", "amounting", "reaching", "coming", "only", "attaining",
    "[", ")", "being", "equal", "equals", "with", "time", "end-diastole", "end-systole",
    ",", ">", "<", "≈", "-", "–", "by", "value", "values",
}  # fmt: skip
_RANGE = {"-", "–", "to", "and"}
UNITS = {"%", "percent", "per", "ml", "g", "ms", "mm", "cm"}
_REACH = 8


def measures_of(clause: Clause) -> Iterable[tuple[str, Measurement]]:
    """By name, in the unit of the vocabulary. A range («50-55 %») is its middle; what cannot be
    meant is left out."""
    for match in clause.of("measure"):
        place = _number_of(clause, match)
        if place is None:
            continue
        value, last = _value(clause, place)
        unit, unit_last = _unit_at(clause, last + 1)
        name = _named(clause, match)
        if unit.endswith("/m2"):
            name = vocabulary().indexed_measures.get(name, name)
        known = vocabulary().measures[name]
        if known.unit == "mm" and unit == "cm":
            value *= 10.0
        if known.low <= value <= known.high:
            # The number may stand on either side of the name.
            first, final = min(match.first, place), max(match.last, unit_last)
            span = (clause.tokens[first].start, clause.tokens[final].end)
            yield name, Measurement(round(value, 4), known.unit, span)


def _named(clause: Clause, match: Match) -> str:
    """The measure that is meant: "EF" beside the right ventricle is its own."""
    name = match.code("measure") or ""
    known = vocabulary()
    if " ".join(clause.words(match.first, match.last + 1)) not in known.neutral_names:
        return name
    ahead = [code for one in clause.of("chamber") if one.last < match.first
             for code in one.codes("chamber") if code in ("lv", "rv")]  # fmt: skip
    chamber = (ahead or [code for code in clause.before if code in ("lv", "rv")])[-1:]
    return known.right_measures.get(name, name) if chamber == ["rv"] else name


def is_measured(clause: Clause, match: Match) -> bool:
    """Whether a phrase names a measure and its number stands with it."""
    return match.means("measure") and _number_of(clause, match) is not None


def _number_of(clause: Clause, match: Match) -> int | None:
    after = _number_after(clause, match)
    return _number_before(clause, match) if after is None else after


def _number_after(clause: Clause, match: Match) -> int | None:
    """The place of the number that follows a measure's name, with only filler and a judgement
    («mildly reduced at») between."""
    judged = {
        place
        for one in clause.of("severity", "property")
        for place in range(one.first, one.last + 1)
    }
    for place in range(match.last + 1, min(match.last + 1 + _REACH, len(clause.tokens))):
        word = clause.tokens[place].word
        if is_number(word):
            return place
        if word not in _FILLER and place not in judged:
            return None
    return None


def _number_before(clause: Clause, match: Match) -> int | None:
    """The place of a number in the measure's own unit just ahead of its name: «a 22 mm septum»."""
    unit = vocabulary().measures[match.code("measure") or ""].unit
    for place in range(max(0, match.first - 4), match.first):
        if not is_number(clause.tokens[place].word):
            continue
        found, _ = _unit_at(clause, place + 1)
        of_another = any(
            one.means("measure") and one.last < place and _number_after(clause, one) == place
            for one in clause.matches
        )
        if not of_another and (found == unit.lower() or (found, unit) == ("cm", "mm")):
            return place
    return None


def _unit_at(clause: Clause, place: int) -> tuple[str, int]:
    """The unit that begins at a token, lower-case, squares as 2, and its last token; "" and the
    token before where there is none."""
    words = clause.words(place, place + 4)
    if not words or words[0] not in UNITS:
        return "", place - 1
    if words[1:2] == ["/"] and words[2:3] and words[2].startswith("m"):
        return f"{words[0]}/m2", place + 2 + (words[3:] == ["²"])
    if words[0] == "per":
        return ("%", place + 1) if words[1:2] == ["cent"] else ("", place - 1)
    return "%" if words[0] == "percent" else words[0], place


def _value(clause: Clause, place: int) -> tuple[float, int]:
    """The number at a place, or the middle of the range that begins there, and its last token."""
    first = float(clause.tokens[place].word)
    following = clause.words(place + 1, place + 3)
    if following[:1] == ["%"]:
        following = clause.words(place + 2, place + 4)
    if len(following) == 2 and following[0] in _RANGE and is_number(following[1]):
        second, last = float(following[1]), place + 2
        last += clause.tokens[place + 1].word == "%"
        if second > first:
            return (first + second) / 2, last
    return first, place


def is_number(word: str) -> bool:
    """Whether a token is a number in digits."""
    return word.replace(".", "", 1).isdigit()
