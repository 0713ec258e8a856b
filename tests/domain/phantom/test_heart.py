"""The drawn heart: volumes as asked for, a wall that keeps its volume, and what is laid on top."""

import numpy as np
import pytest

from domain.phantom import DISEASES, draw_study, make_study
from domain.phantom.chambers import HeartPoints
from domain.phantom.measures import anatomy_of, measure
from domain.phantom.painting import AORTA, EFFUSION, LV_CAVITY, LV_WALL, RV_CAVITY, THROMBUS
from domain.phantom.segments import segment_map
from tests.domain.phantom.build import heart, small, stack_of

KINDS = ("normal", *sorted(set(DISEASES)))


@pytest.mark.parametrize("kind", KINDS)
def test_volumes_counted_on_the_masks_are_those_asked_for(kind):
    study = make_study(kind, 11)
    found, asked = measure(study, step_mm=3.0), study.shape
    assert found["lvedv"] == pytest.approx(asked.lv_edv_ml, rel=0.015)
    assert found["lvef"] == pytest.approx(asked.lvef, abs=1.0)
    # The right ventricle gives way to the aorta and a flattened septum, which its target ignores.
    assert found["rvedv"] == pytest.approx(asked.rv_edv_ml, rel=0.12)
    assert found["rvef"] == pytest.approx(asked.rvef, abs=6.0)


def test_a_finer_grid_counts_the_same():
    study = draw_study(3, 1)
    coarse, fine = measure(study, step_mm=4.0), measure(study, step_mm=1.5)
    for name in ("lvedv", "lvesv", "rvedv", "lv_mass", "la_volume"):
        assert coarse[name] == pytest.approx(fine[name], rel=0.03), name


@pytest.mark.parametrize("kind", ["normal", "hcm", "ischaemic_lad"])
def test_the_wall_keeps_its_volume_through_the_cycle(kind):
    anatomy = anatomy_of(make_study(kind, 2))
    side = np.arange(-70.0, 70.0, 2.0, dtype=np.float32)
    along = np.arange(-4.0, anatomy.heart.length + 4.0, 2.0, dtype=np.float32)
    grid = HeartPoints.of(*(axis.ravel() for axis in np.meshgrid(side, side, along)))
    volumes = []
    for contraction in (0.0, 0.3, 0.7, 1.0):
        found = anatomy.regions(grid, anatomy.heart.at(contraction), 2.0)
        volumes.append(float(np.maximum(found.lv_wall - found.lv_cavity, 0.0).sum()))
    assert np.ptp(volumes) < 0.03 * np.mean(volumes)


def test_a_segment_that_does_not_move_does_not_thicken():
    still = 10
    anatomy = anatomy_of(heart(contraction={still: 0.0}))
    rest, systole = anatomy.heart.at(0.0), anatomy.heart.at(1.0)
    # The middle of the segment, where its soft border does not reach: inferior, mid-ventricular.
    middle = (slice(90, 104), slice(85, 96))
    opposite = (slice(90, 104), slice(265, 276))
    assert (segment_map()[middle] == still).all() and (segment_map()[opposite] == 7).all()
    thickening = [
        float((systole.epi - systole.endo)[part].mean() / (rest.epi - rest.endo)[part].mean())
        for part in (middle, opposite)
    ]
    # Shortening alone, by some 15 %, thickens a wall that stays where it is.
    assert thickening[0] < 1.25 < 1.4 < thickening[1]


def test_end_systole_is_smallest_near_a_third_of_the_cycle():
    rendered = small(draw_study(3, 0), phases=20)
    cavity = (stack_of(rendered, "sax", "cine").labels == LV_CAVITY).sum(axis=(0, 2, 3))
    assert 6 <= int(np.argmin(cavity)) <= 8
    assert int(np.argmax(cavity)) in (0, 19)


def test_labels_hold_every_chamber():
    rendered = small(draw_study(3, 0), phases=1)
    held = {int(one) for stack in rendered.stacks for one in np.unique(stack.labels)}
    assert held == {0, LV_CAVITY, LV_WALL, RV_CAVITY, 4, 5, AORTA}


def test_summed_short_axis_labels_give_the_volume():
    study = draw_study(3, 0)
    stack = stack_of(small(study, phases=1, matrix=128), "sax", "cine")
    voxel = stack.planes[0].pixel_mm ** 2 * study.acquisition.slice_spacing_mm / 1000.0
    summed = float((stack.labels[:, 0] == LV_CAVITY).sum()) * voxel
    assert summed == pytest.approx(study.measures["lvedv"], rel=0.08)


def test_an_effusion_is_seen_around_the_heart_and_grows_with_its_depth():
    counts = []
    for depth in (0.0, 8.0, 24.0):
        stack = stack_of(small(heart(effusion_mm=depth), phases=1), "sax", "cine")
        counts.append(int((stack.labels == EFFUSION).sum()))
    assert counts[0] == 0 and counts[2] > 2 * counts[1] > 0


@pytest.mark.parametrize("view", ["lax4", "lax3"])
def test_an_effusion_stays_around_the_heart(view):
    depth = 24.0
    stack = stack_of(small(heart(effusion_mm=depth), phases=1, matrix=96), view, "cine")
    labels, pixel_mm = stack.labels[0, 0], stack.planes[0].pixel_mm
    fluid = np.argwhere(labels == EFFUSION) * pixel_mm
    chambers = np.argwhere((labels > 0) & (labels != EFFUSION)) * pixel_mm
    apart = np.linalg.norm(fluid[:, None] - chambers[None], axis=-1).min(axis=1)
    # The heart's own wall and fat lie between.
    assert depth * 0.5 < apart.max() < depth + 12.0


def test_a_thrombus_is_seen_at_the_apex_and_nowhere_else():
    study = heart("thrombus", thrombus_mm=18.0)
    rendered = small(study, phases=1, matrix=128)
    stack = stack_of(rendered, "sax", "cine")
    slices = np.flatnonzero((stack.labels == THROMBUS).any(axis=(1, 2, 3)))
    assert slices.size and slices.min() > len(stack.labels) // 2
    pixels = int((stack_of(rendered, "lax4", "cine").labels == THROMBUS).sum())
    area = pixels * stack.planes[0].pixel_mm ** 2
    # Most of a disc of that diameter: a part lies in the wall.
    assert 0.4 < area / (np.pi * 9.0**2) < 1.2
    assert not (stack_of(small(heart(), phases=1), "lax4", "cine").labels == THROMBUS).any()


def test_a_dilated_aorta_is_wider_in_the_three_chamber_view():
    seen = [
        int((stack_of(small(heart(aorta_mm=size), phases=1), "lax3", "cine").labels == AORTA).sum())
        for size in (28.0, 50.0)
    ]
    assert seen[1] > 1.4 * seen[0]
