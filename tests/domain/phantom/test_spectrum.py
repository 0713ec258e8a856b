"""The spectrum: near every limit, on both sides of it, and nothing going along with anything."""

from collections import Counter

import numpy as np
import pytest

from domain.phantom import draw_spectrum
from domain.phantom.measures import anatomy_of, measure
from domain.phantom.segments import LAD, LCX, RCA
from domain.phantom.truth import (
    AORTA_LIMIT_MM,
    LVEDVI_LIMIT,
    LVEF_LIMIT,
    RVEDVI_LIMIT,
    RVEF_LIMIT,
    WALL_LIMIT_MM,
)

COUNT = 800


@pytest.fixture(scope="module")
def studies():
    return [draw_spectrum(17, number) for number in range(COUNT)]


def relative(study) -> dict[str, float]:
    """Each drawn target as a share of its limit; above 1 is abnormal, but for the two EFs."""
    shape, area = study.shape, study.patient.body_surface_area
    return {
        "lv_dysfunction": shape.lvef / LVEF_LIMIT,
        "lv_dilation": shape.lv_edv_ml / area / LVEDVI_LIMIT[study.patient.sex],
        "lv_hypertrophy": max(shape.wall_mm.values()) / WALL_LIMIT_MM,
        "rv_dysfunction": shape.rvef / RVEF_LIMIT,
        "rv_dilation": shape.rv_edv_ml / area / RVEDVI_LIMIT,
        "aortic_dilation": shape.aorta_mm / AORTA_LIMIT_MM,
    }


CONCEPTS = (
    "lv_dysfunction", "lv_dilation", "lv_hypertrophy", "rv_dysfunction", "rv_dilation",
    "aortic_dilation",
)  # fmt: skip


@pytest.mark.parametrize("concept", CONCEPTS)
def test_each_concept_is_common_and_often_close(studies, concept):
    values = np.array([relative(study)[concept] for study in studies])
    positive = values < 1.0 if concept.endswith("dysfunction") else values > 1.0
    assert 0.25 <= positive.mean() <= 0.55
    assert (np.abs(values - 1.0) <= 0.20).mean() >= 0.25


def test_measures_go_their_own_ways(studies):
    mixed = [list(relative(study).values()) for study in studies if study.kind == "mixed"]
    apart = np.corrcoef(np.array(mixed).T) - np.eye(len(CONCEPTS))
    assert np.abs(apart).max() < 0.15


def test_scar_in_about_half_of_those_with_contrast(studies):
    given = [study for study in studies if study.acquisition.contrast_given]
    assert 0.65 <= len(given) / COUNT <= 0.85
    scars = [study.enhancement for study in given if study.enhancement is not None]
    assert 0.40 <= len(scars) / len(given) <= 0.60
    layers = Counter(scar.layer for scar in scars)
    assert set(layers) == {"subendocardial", "midwall", "subepicardial", "insertion", "diffuse"}
    assert min(layers.values()) >= 4
    subendocardial = [set(scar.depth) for scar in scars if scar.layer == "subendocardial"]
    for territory in (LAD, RCA, LCX):
        assert sum(found <= territory for found in subendocardial) >= 10
    assert {one for scar in scars for one in scar.depth} == set(range(1, 18))


def test_scans_are_as_varied_as_hearts(studies):
    scans = [study.acquisition for study in studies]
    assert {scan.style for scan in scans} == {"siemens", "ge", "philips"}
    assert {scan.field_strength_tesla for scan in scans} == {1.5, 3.0}
    assert {scan.slice_spacing_mm for scan in scans} == {6.0, 8.0, 9.0, 10.0, 12.0}
    phases = np.array([scan.phase_count for scan in scans])
    assert 0.08 < (phases <= 16).mean() < 0.22 and phases.min() >= 12 and phases.max() == 30
    for lacking in (
        [scan.missing_slice is not None for scan in scans],
        [scan.missing_phase is not None for scan in scans],
        [scan.arrhythmia > 0.05 for scan in scans],
    ):
        assert 0.03 < np.mean(lacking) < 0.25
    rates = [scan.heart_rate for scan in scans]
    areas = [study.patient.body_surface_area for study in studies]
    assert max(rates) - min(rates) > 50 and max(areas) > 1.5 * min(areas)


def test_slices_cover_the_cavity(studies):
    for study in studies[:25]:
        scan, heart = study.acquisition, anatomy_of(study).heart
        reach = (scan.slice_count - 1) * scan.slice_spacing_mm
        assert reach + 0.5 * scan.slice_spacing_mm > 2.0 * heart.radius * study.shape.elongation


def test_targets_are_met(studies):
    for study in studies[:16]:
        found, asked = measure(study, step_mm=4.0), study.shape
        assert found["lvef"] == pytest.approx(asked.lvef, abs=4.0)
        assert found["lvedv"] == pytest.approx(asked.lv_edv_ml, rel=0.03)
        assert found["wall_thickness"] == pytest.approx(max(asked.wall_mm.values()), abs=3.0)


def test_a_held_out_maker_scans_the_same_hearts():
    for number in range(10):
        usual, held_out = draw_spectrum(3, number), draw_spectrum(3, number, vendors=("canon",))
        assert held_out.acquisition.style == "canon"
        assert (usual.shape, usual.patient, usual.enhancement) == (
            held_out.shape, held_out.patient, held_out.enhancement,
        )  # fmt: skip


def test_a_diagnosis_is_claimed_only_where_its_cause_was_drawn(studies):
    for study in studies[:20]:
        claims = {c["concept"] for c in study.truth["claims"] if c["assertion"] == "present"}
        named = {one for one in claims if one.startswith("dx_")}
        if study.kind == "mixed":
            assert named <= {"dx_ischaemic", "dx_normal"}
            assert ("dx_ischaemic" in named) == ("infarct" in claims)
            assert ("dx_normal" in named) == (claims == {"dx_normal"})
