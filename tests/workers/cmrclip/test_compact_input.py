"""A study in millimetres around its heart, whatever it is made of."""

from dataclasses import replace

import numpy as np
import pytest

from domain.errors import InputError
from tests.workers.cmrclip.studies import PIXEL_MM, beating_stack, beating_study
from workers.cmrclip.compact_input import (
    PHASES,
    SIZE,
    VIEWS,
    build_input,
    motion_centre,
    nearest_phases,
    patient_vector,
    wanted_frames,
)
from workers.cmrclip.compact_input import (
    PIXEL_MM as TARGET_MM,
)
from workers.cmrclip.pixels import PatientFacts, StackPixels, StudyPixels


@pytest.mark.parametrize("phases", [2, 12, 20, 25, 30])
def test_any_number_of_phases_makes_one_cycle_a_slice(phases: int):
    images = build_input(beating_study(phases=phases, slices=3))
    assert images.cine.shape == (3, PHASES, SIZE, SIZE)
    assert (images.cine_views == VIEWS.index("sax")).all()
    assert images.cine_places[:, 0].tolist() == [-10.0, 0.0, 10.0]
    assert images.lge.shape == (0, SIZE, SIZE)


def test_size_is_kept_in_millimetres():
    """The same disc in pixels of another size covers the same area."""
    coarse = build_input(beating_study(radius_mm=30.0)).cine[0, 0] > 128
    fine = beating_stack(radius_mm=15.0)
    halved = replace(fine, pixel_spacing_mm=(2 * PIXEL_MM, 2 * PIXEL_MM))
    other = build_input(StudyPixels((halved,))).cine[0, 0] > 128
    expected = np.pi * 30.0**2
    assert coarse.sum() * TARGET_MM**2 == pytest.approx(expected, rel=0.06)
    assert other.sum() * TARGET_MM**2 == pytest.approx(expected, rel=0.06)


def test_the_heart_is_what_moves_and_ends_up_in_the_middle():
    stack = beating_stack(centre=(30.0, 62.0))
    assert motion_centre(stack) == pytest.approx((30.0, 62.0), abs=1.5)
    image = build_input(StudyPixels((stack,))).cine[1, 0] > 128
    rows, columns = np.nonzero(image)
    assert rows.mean() == pytest.approx((SIZE - 1) / 2, abs=2)
    assert columns.mean() == pytest.approx((SIZE - 1) / 2, abs=2)


def test_a_still_stack_is_cut_around_the_same_point_of_the_patient():
    cine = beating_stack(centre=(30.0, 62.0))
    # The same plane scanned with its corner 20 mm further left and 10 mm further up.
    shifted = beating_stack(contrast="lge", phases=1, shortening=0.0, centre=(34.0, 70.0))
    assert shifted.positions_mm is not None
    lge = replace(shifted, positions_mm=shifted.positions_mm - np.array([20.0, 10.0, 0.0]))
    images = build_input(StudyPixels((cine, lge)))
    rows, columns = np.nonzero(images.lge[0] > 128)
    assert (rows.mean(), columns.mean()) == pytest.approx(((SIZE - 1) / 2,) * 2, abs=2)


def test_nothing_is_flipped():
    stack = beating_stack()
    stack.pixels[..., 10:14, 85:93] = 900
    image = build_input(StudyPixels((stack,))).cine[0, 0]
    corners = {
        (row, column): int((image[row : row + 36, column : column + 36] > 200).sum())
        for row in (0, SIZE - 36)
        for column in (0, SIZE - 36)
    }
    assert corners.pop((0, SIZE - 36)) > 30
    assert max(corners.values()) < 20


def test_missing_phases_are_filled_from_the_nearest_in_a_closed_cycle():
    cycle = np.arange(10) / 10
    present = np.ones(10, bool)
    present[[0, 5]] = False
    chosen = nearest_phases(present, cycle)
    assert chosen[0] in {1, 9}
    assert not {0, 5} & set(chosen.tolist())


def test_stated_trigger_times_decide_over_the_order():
    stack = beating_stack(phases=10)
    late = replace(stack, cycle=np.tile((np.arange(10) + 5) % 10 / 10, (4, 1)))
    early, turned = (build_input(StudyPixels((one,))).cine for one in (stack, late))
    assert early[0, 0].astype(int).sum() > early[0, 6].astype(int).sum()
    assert turned[0, 0].astype(int).sum() < turned[0, 6].astype(int).sum()


def test_patient_facts_become_body_surface_area():
    vector = patient_vector(PatientFacts("F", 50.0, 1.65, 62.0))
    assert vector.tolist() == pytest.approx([0, 1, (165 * 62 / 3600) ** 0.5, 1], abs=1e-6)
    assert patient_vector(PatientFacts()).tolist() == [0, 0, 0, 0]
    assert patient_vector(PatientFacts("M", None, 1.8, -3.0)).tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize(
    ("stack", "words"),
    [
        (beating_stack(phases=1), "two phases or more"),
        (beating_stack(contrast="lge", phases=1), "two phases or more"),
        (beating_stack(contrast="other"), "two phases or more"),
        (replace(beating_stack(), pixel_spacing_mm=(0.0, 1.0)), "positive millimetres"),
        (replace(beating_stack(), pixels=np.full((2, 5, 32, 32), 7, np.uint16),
                 positions_mm=None, directions=None), "one grey"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_a_sentence(stack: StackPixels, words: str):
    with pytest.raises(InputError, match=words):
        build_input(StudyPixels((stack,)))


def test_pixels_that_are_no_numbers_are_refused():
    stack = beating_stack()
    pixels = stack.pixels.astype(np.float32)
    pixels[1, 2, 40, 50] = np.nan
    with pytest.raises(InputError, match="no numbers"):
        build_input(StudyPixels((replace(stack, pixels=pixels),)))


@pytest.mark.parametrize(
    ("turn", "directions"),
    [
        (lambda p: p, [[1, 0, 0], [0, 1, 0]]),
        (lambda p: np.rot90(p, 1, (2, 3)), [[0, 1, 0], [-1, 0, 0]]),
        (lambda p: p[..., ::-1], [[-1, 0, 0], [0, 1, 0]]),
        (lambda p: p[..., ::-1, :], [[1, 0, 0], [0, -1, 0]]),
    ],
)
def test_images_are_held_upright_however_they_were_stored(turn, directions):
    stack = beating_stack(centre=(47.5, 47.5))
    stack.pixels[..., 20:28, 70:78] = 900
    there = np.array(directions, float)
    corner = -47.5 * PIXEL_MM * (there[0] + there[1])
    stored = replace(
        stack,
        pixels=np.ascontiguousarray(turn(stack.pixels)),
        directions=there,
        positions_mm=corner + np.array([[0.0, 0.0, 10.0 * s] for s in range(4)]),
    )
    plain = replace(
        stack, positions_mm=np.array([[-47.5 * PIXEL_MM, -47.5 * PIXEL_MM, 10.0 * s]
                                      for s in range(4)])
    )  # fmt: skip
    expected, found = (build_input(StudyPixels((one,))).cine for one in (plain, stored))
    assert np.abs(expected.astype(int) - found.astype(int)).max() <= 2


@pytest.mark.parametrize("phases", [7, 12, 30])
def test_frames_that_are_not_wanted_change_nothing(phases: int):
    cine = beating_stack(phases=phases)
    cine = replace(cine, missing=np.arange(phases)[None].repeat(len(cine.pixels), 0) == 3)
    lge = beating_stack(contrast="lge", phases=2, shortening=0.0)
    other = beating_stack(contrast="other", phases=5)
    whole = StudyPixels((cine, lge, other))
    stacks = []
    for stack in whole.stacks:
        wanted = wanted_frames(stack.contrast, stack.present, stack.cycle)
        pixels = np.where(wanted[..., None, None], stack.pixels, 0)
        stacks.append(replace(stack, pixels=pixels, missing=~wanted))
        assert not wanted[~stack.present].any()
        assert wanted.sum(axis=1).max() == {"cine": min(12, phases - 1), "lge": 1, "other": 0}[
            stack.contrast
        ]
    first, second = build_input(whole), build_input(StudyPixels(tuple(stacks)))
    assert np.array_equal(first.cine_places, second.cine_places)
    # The heart is found by fewer frames, and so a fraction of a pixel beside.
    for one, same in ((first.cine, second.cine), (first.lge, second.lge)):
        assert np.abs(one.astype(int) - same.astype(int)).mean() < 2.0
