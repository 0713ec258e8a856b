"""What is written of claims is read back as the same claims."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.findings import ASSERTIONS, Claim, Measurement, ParsedText, parse
from domain.findings.vocabulary import vocabulary
from domain.findings.writing import write_prose, write_structured

WORDS = vocabulary()
CONCEPTS = sorted(set(WORDS.names) - set(WORDS.measures))


@st.composite
def claims(draw: st.DrawFn, concept: str) -> Claim:
    placed = concept in WORDS.placed

    def some(values: list) -> frozenset:
        return draw(st.frozensets(st.sampled_from(values), max_size=3)) if placed else frozenset()

    return Claim(
        concept,
        draw(st.sampled_from(sorted(ASSERTIONS))),
        draw(st.sampled_from([None, "mild", "moderate", "severe"])),
        some(sorted(WORDS.surface["layer"])),
        some(sorted(WORDS.surface["pattern"])),
        some(list(range(1, 18))),
    )


@st.composite
def measurements(draw: st.DrawFn, name: str) -> Measurement:
    known = WORDS.measures[name]
    value = draw(st.integers(round(known.low) + 1, round(known.high) - 1))
    return Measurement(float(value), known.unit, (0, 0))


@st.composite
def texts(draw: st.DrawFn) -> ParsedText:
    concepts = draw(st.sets(st.sampled_from(CONCEPTS), max_size=12))
    names = draw(st.sets(st.sampled_from(sorted(WORDS.measures)), max_size=6))
    return ParsedText(
        "",
        tuple(draw(claims(concept)) for concept in sorted(concepts)),
        {name: draw(measurements(name)) for name in sorted(names)},
    )


def bare(parsed: ParsedText) -> set[tuple]:
    return {
        (c.concept, c.assertion, c.severity, c.layers, c.patterns, c.segments)
        for c in parsed.claims
        if not c.derived
    } | {(name, one.value, one.unit) for name, one in parsed.measures.items()}


@pytest.mark.parametrize("write", [write_structured, write_prose])
@settings(max_examples=100, deadline=None)
@given(parsed=texts())
def test_what_is_written_is_read_back(write, parsed: ParsedText):
    assert bare(parse(write(parsed))) == bare(parsed), write(parsed)


@pytest.mark.parametrize("concept", CONCEPTS)
def test_every_name_means_its_concept(concept: str):
    assert [claim.concept for claim in parse(f"{WORDS.names[concept]}.").claims
            if not claim.derived] == [concept]  # fmt: skip


def test_every_concept_and_measure_has_its_section():
    held = [code for codes in WORDS.sections.values() for code in codes]
    assert sorted(held) == sorted(WORDS.names)


def test_sections_stand_in_the_order_of_the_guidelines():
    read = (
        "Amyloidosis. Mild pericardial effusion. LVEF 44 %. Dilated LA. "
        "Possible subendocardial LGE."
    )
    assert write_structured(parse(read)).splitlines() == [
        "Left ventricle: LVEF 44 %.",
        "Atria: LA dilation.",
        "Pericardium: Mild pericardial effusion.",
        "Tissue characterisation: Possible subendocardial late gadolinium enhancement.",
        "Conclusion: Cardiac amyloidosis.",
    ]
