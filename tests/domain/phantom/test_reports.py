"""Reports say what is true of the phantom, as the grammar reads them, and nothing else."""

import numpy as np
import pytest

from domain.errors import InputError
from domain.findings import parse
from domain.phantom import draw_spectrum, draw_study, make_study
from domain.phantom.recipes import DISEASES
from domain.phantom.reports import HELD_OUT_STYLES, STYLES, TRAINING_STYLES, write_report
from domain.phantom.wording import segment_groups, segment_numbers, segment_sentences
from tests.domain.phantom.agreement import disagreements


@pytest.fixture(scope="module")
def studies():
    """One of each disease, and of every shade."""
    return [
        make_study("normal", 31),
        *(make_study(kind, 31) for kind in sorted(set(DISEASES))),
        *(draw_spectrum(31, number) for number in range(18)),
    ]


@pytest.mark.parametrize("style", STYLES)
def test_reports_agree_with_the_truth(style, studies):
    found = {(study.kind, study.seed): disagreements(study, style) for study in studies}
    assert {study: lines for study, lines in found.items() if lines} == {}


@pytest.mark.parametrize("style", STYLES)
def test_the_same_study_gives_the_same_text(style):
    assert write_report(draw_study(4, 1), style) == write_report(draw_study(4, 1), style)


def test_every_disease_without_findings_is_told_from_normal(studies):
    normal = [study for study in studies if study.kind == "normal"]
    for study in normal:
        present = [c["concept"] for c in study.truth["claims"] if c["assertion"] == "present"]
        assert present == ["dx_normal"]


def test_an_unknown_style_is_refused():
    with pytest.raises(InputError, match="style"):
        write_report(draw_study(4, 0), "limerick")


def test_both_spellings_are_written():
    texts = [write_report(make_study("ischaemic_lad", seed), "prose") for seed in range(8)]
    assert any("ischaemic" in text for text in texts)
    assert any("ischemic" in text for text in texts)
    assert not any("ischaemic" in text and "ischemic" in text for text in texts)


@pytest.mark.parametrize("style", ["shorthand", "narrative"])
def test_normal_findings_sometimes_go_without_saying(style):
    texts = [write_report(make_study("normal", seed), style) for seed in range(8)]
    said = [parse(text).claim("pericardial_effusion") is not None for text in texts]
    assert 0 < sum(said) < len(said)


def test_the_held_out_style_has_words_that_training_never_sees(studies):
    def words(styles):
        texts = [write_report(study, style).lower() for study in studies for style in styles]
        return set(" ".join(texts).replace(".", " ").replace(",", " ").split())

    assert set(HELD_OUT_STYLES) | set(TRAINING_STYLES) == set(STYLES)
    fresh = words(HELD_OUT_STYLES) - words(TRAINING_STYLES)
    assert {"ectasia", "delayed", "depressed", "fluid", "scar"} <= fresh


def test_segments_in_words():
    assert segment_groups([4, 10, 15]) == ["basal and mid inferior", "apical inferior"]
    assert segment_groups([4, 9, 10]) == ["basal inferior", "mid inferoseptal and inferior"]
    assert segment_numbers([10, 4]) == "segments 4 and 10"
    assert segment_sentences("Akinesia of the", [13, 14, 15, 16, 17]) == (
        "Akinesia of the apical segments and the apex."
    )
    assert segment_sentences("Akinesia of the", [10, 17]) == (
        "Akinesia of the mid inferior segment. Akinesia of the apex (segment 17)."
    )


@pytest.mark.parametrize("number", range(12))
def test_any_set_of_segments_survives_being_worded(number):
    rng = np.random.default_rng(number)
    segments = sorted(int(s) for s in rng.choice(np.arange(1, 18), 5, replace=False))
    text = segment_sentences("Akinesia of the", segments)
    claim = parse(text).claim("wall_motion_abnormality")
    assert claim is not None and sorted(claim.segments) == segments
