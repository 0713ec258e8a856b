"""Claims -> a standardised report: in the sections of SCMR, or in plain prose.

What is written is read back as the same claims and measures, so that a report can be put in order
without a word of it being changed. What only follows from something else is not written: it follows
again.
"""

from collections.abc import Iterable

from domain.findings.claims import Claim, Measurement, ParsedText
from domain.findings.vocabulary import concept_name, vocabulary

_LEADING = {
    "present": "{}.",
    "probable": "Probable {}.",
    "possible": "Possible {}.",
    "unlikely": "{} is unlikely.",
    "absent": "No {}.",
}
_PLAIN = _LEADING | {
    "present": "There is {}.",
    "probable": "There is probable {}.",
    "possible": "There is possible {}.",
    "absent": "There is no {}.",
}
_AT = {"insertion_point": "at the insertion points"}


def write_structured(parsed: ParsedText) -> str:
    """One line a section, in the order of the SCMR guidelines (Hundley et al. 2022): heading and
    colon, then numbers and findings. Sections with nothing in them are left out."""
    lines = []
    for section, codes in vocabulary().sections.items():
        sentences = list(_sentences(parsed, codes, _LEADING))
        if sentences:
            lines.append(f"{section}: {' '.join(sentences)}")
    return "\n".join(lines)


def write_prose(parsed: ParsedText) -> str:
    """The same without headings, one paragraph a section."""
    paragraphs = [
        " ".join(_sentences(parsed, codes, _PLAIN)) for codes in vocabulary().sections.values()
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _sentences(parsed: ParsedText, codes: list[str], frames: dict[str, str]) -> Iterable[str]:
    for code in codes:
        measure, claim = parsed.measures.get(code), parsed.claim(code)
        if measure is not None:
            yield _of_measure(code, measure)
        if claim is not None and not claim.derived:
            yield _of_claim(claim, frames[claim.assertion])


def _of_measure(code: str, measure: Measurement) -> str:
    return f"{concept_name(code)} {measure.value:g} {measure.unit}."


def _of_claim(claim: Claim, frame: str) -> str:
    sentence = frame.format(_described(claim))
    return sentence[0].upper() + sentence[1:]


def _described(claim: Claim) -> str:
    """Severity, pattern and layer before the finding's name, place behind it."""
    surface = vocabulary().surface
    before = [claim.severity or ""]
    before += [surface["pattern"][code] for code in sorted(claim.patterns - _AT.keys())]
    before += [surface["layer"][code] for code in sorted(claim.layers)]
    behind = [_AT[code] for code in sorted(claim.patterns & _AT.keys())]
    if claim.segments:
        behind.append(f"in AHA segments {', '.join(map(str, sorted(claim.segments)))}")
    name = concept_name(claim.concept)
    # Only a word that is no abbreviation loses its capital inside a sentence.
    name = name[0].lower() + name[1:] if name[1:2].islower() else name
    return " ".join(part for part in (*before, name, *behind) if part)
