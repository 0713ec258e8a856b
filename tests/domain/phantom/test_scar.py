"""Late enhancement: in the segments and the layer that the truth names, elsewhere nulled."""

import numpy as np
import pytest

from domain.phantom import make_study
from domain.phantom.painting import LV_CAVITY, LV_WALL
from domain.phantom.scar import scar_tables
from domain.phantom.segments import segment_map
from domain.phantom.signal import (
    BLOOD_T1_POST_MS,
    TISSUES,
    inversion_recovery,
    null_time_ms,
    t1_after_contrast,
)
from domain.phantom.study import Enhancement
from tests.domain.phantom.build import heart_coordinates, scarred, small, stack_of, wall_signal

# Phase-sensitive images show nulled tissue at 1024.
NULL = 1024.0


def test_the_null_time_nulls():
    wall = TISSUES["myocardium"]
    t1 = t1_after_contrast(wall.t1_ms, wall.ecv, BLOOD_T1_POST_MS)
    assert inversion_recovery(t1, null_time_ms(t1)) == pytest.approx(0.0, abs=1e-9)
    assert t1 == pytest.approx(445.0, abs=5.0)
    assert null_time_ms(t1) == pytest.approx(296.0, abs=4.0)


@pytest.mark.parametrize(
    ("layer", "depth", "brightest"),
    [("subendocardial", 0.4, 0), ("midwall", 0.4, 1), ("subepicardial", 0.5, 2)],
)
def test_the_layer_that_enhances_is_the_one_drawn(layer, depth, brightest):
    # Inferolateral, at -150 degrees, from base to apex.
    study = scarred(layer, dict.fromkeys((5, 11), depth))
    stack = stack_of(small(study, phases=1, matrix=160), "sax", "lge")
    thirds = wall_signal(study, stack, len(stack.pixels) // 3, -150.0)
    assert int(np.argmax(thirds)) == brightest
    assert max(thirds) - NULL > 300.0
    remote = wall_signal(study, stack, len(stack.pixels) // 3, 30.0)
    assert abs(np.mean(remote) - NULL) < 120.0


def test_a_transmural_scar_enhances_throughout():
    study = scarred("subendocardial", dict.fromkeys((4, 10), 0.98))
    stack = stack_of(small(study, phases=1, matrix=160), "sax", "lge")
    assert min(wall_signal(study, stack, len(stack.pixels) // 3, -90.0)) - NULL > 300.0


def test_microvascular_obstruction_is_dark_within_the_scar():
    study = scarred("subendocardial", dict.fromkeys((4, 10), 0.95), obstruction=0.6)
    stack = stack_of(small(study, phases=1, matrix=160), "sax", "lge")
    inner, _, outer = wall_signal(study, stack, len(stack.pixels) // 3, -90.0, width=12.0)
    assert outer - NULL > 300.0 and inner < outer - 250.0


@pytest.mark.parametrize("layer", ["subendocardial", "midwall", "subepicardial"])
@pytest.mark.parametrize("segment", [1, 3, 8, 11, 13, 16])
def test_only_the_named_segment_enhances(layer, segment):
    tables = scar_tables(Enhancement(layer, {segment: 0.6}, ecv=0.5), seed=3)
    share = tables.strength * np.clip(tables.outer - tables.inner, 0.0, 1.0)
    inside = segment_map() == segment
    assert share[inside].mean() > 0.3
    total = share.sum()
    assert share[inside].sum() > 0.75 * total


def test_insertion_point_scar_lies_where_the_right_ventricle_joins():
    tables = scar_tables(
        Enhancement("insertion", dict.fromkeys((2, 3, 8, 9), 0.7), ecv=0.5), seed=3
    )
    around = tables.strength[20:120].mean(axis=0)
    degrees = np.arange(-180, 180)
    septal = np.abs(degrees) < 75
    assert around[septal].sum() > 0.95 * around.sum()
    assert around[np.abs(degrees) < 15].max() < 0.1 < 0.5 < around.max()


def test_remote_myocardium_is_dark_and_blood_bright():
    study = scarred("subendocardial", {4: 0.9, 10: 0.9})
    stack = stack_of(small(study, phases=1, matrix=128), "sax", "lge")
    index = len(stack.pixels) // 3
    _, degrees, _ = heart_coordinates(study, stack, index)
    labels, pixels = stack.labels[index, 0], stack.pixels[index, 0].astype(float) - NULL
    remote = pixels[(labels == LV_WALL) & (np.abs(degrees - 30.0) < 30.0)]
    blood = pixels[labels == LV_CAVITY]
    assert abs(np.median(remote)) < 0.1 * np.median(blood)


def test_in_amyloid_blood_is_darker_than_myocardium():
    stack = stack_of(small(make_study("amyloid", 3), phases=1, matrix=128), "sax", "lge")
    index = len(stack.pixels) // 3
    labels, pixels = stack.labels[index, 0], stack.pixels[index, 0]
    assert np.median(pixels[labels == LV_CAVITY]) < np.median(pixels[labels == LV_WALL])


def test_no_contrast_no_late_enhancement():
    study = next(
        one for one in (make_study("normal", seed) for seed in range(20)) if not one.has_lge
    )
    assert {stack.contrast for stack in small(study, phases=1).stacks} == {"cine"}
    assert not any(claim["concept"] == "lge" for claim in study.truth["claims"])
