"""What sentences say of reports, with nobody's labels."""

import numpy as np
import pytest

from domain.findings import parse
from workers.cmrclip.sentences import (
    SILENT,
    prompts_of,
    read_sentence,
    sentences_of,
    support,
    support_matrix,
)

REPORT = (
    "TECHNIQUE: Late gadolinium enhancement imaging after contrast.\n"
    "FINDINGS:\n"
    "Left ventricle: The left ventricle is dilated. Severely reduced systolic function.\n"
    "Right ventricle: Normal size and systolic function.\n"
    "Midwall enhancement in the basal septum. No pericardial effusion.\n"
)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Dilated LV.", 1.0),
        ("No LV dilation.", 0.0),
        ("The left ventricle is not dilated.", 0.0),
        ("Severe LV systolic dysfunction.", 1.0),
        ("Mild LV systolic dysfunction.", 0.1),
        ("Normal LV systolic function.", 0.0),
        ("No pericardial effusion.", 1.0),
        ("Pericardial effusion.", 0.0),
        ("LV thrombus.", SILENT),
        ("Dilated LV and LV thrombus.", SILENT),
        ("Dilated LV, pericardial effusion.", 0.0),
    ],
)
def test_support(sentence: str, expected: float):
    assert support(read_sentence(sentence), parse(REPORT)) == pytest.approx(expected, abs=1e-6)


def test_another_layer_and_other_segments_are_borne_out_less():
    report = parse(REPORT)
    same = support(read_sentence("Midwall LGE in the basal septum."), report)
    layer = support(read_sentence("Subendocardial LGE in the basal septum."), report)
    place = support(read_sentence("Midwall LGE in the apical lateral wall."), report)
    assert same == 1.0
    assert 0 < layer < 0.5
    assert 0 < place < 0.5


def test_two_normal_reports_support_each_others_sentences():
    first = parse("Normal LV size and function. No LGE. Normal study.")
    second = parse("LV not dilated, normal LV function, no late enhancement. Normal CMR.")
    matrix = support_matrix(sentences_of(first) + sentences_of(second), [first, second])
    assert (matrix == 1.0).all()


def test_a_reports_own_sentences_are_those_that_say_the_same_alone():
    texts = [sentence.text for sentence in sentences_of(parse(REPORT))]
    assert "The left ventricle is dilated." in texts
    assert "No pericardial effusion." in texts
    assert not any("contrast" in text for text in texts)
    right = [sentence for sentence in sentences_of(parse(REPORT)) if "Normal size" in sentence.text]
    assert all(claim.concept.startswith("rv_") for one in right for claim in one.claims)


@pytest.mark.parametrize("concept", ["lv_dysfunction", "rv_dilation", "lge", "aortic_dilation"])
def test_prompts_come_in_pairs_that_mean_the_opposite(concept: str):
    asserted, denied = prompts_of(concept)
    assert len(asserted) >= 4 and len(denied) >= 4
    matrix = support_matrix(
        [read_sentence(text) for text in asserted + denied], [parse(asserted[0])]
    )
    assert (matrix[0, : len(asserted)] == 1.0).all()
    assert (matrix[0, len(asserted) :] == 0.0).all()
    assert np.isfinite(matrix).all()
