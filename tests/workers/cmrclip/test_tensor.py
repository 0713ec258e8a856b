"""The published recipe, and what happens where a study differs from it."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch

from domain.errors import InputError
from tests.workers.cmrclip.stacks import stack
from workers.cmrclip.tensor import (
    ClipTensor,
    StackPixels,
    build_clip,
    middle_of_bins,
    plan_sequence,
    validate_clip,
)


def complete(phases: int = 30, depth: int = 10) -> list[StackPixels]:
    return [
        stack("sax", "cine", 9, phases),
        stack("lax4", "cine", 1, phases),
        stack("lax3", "lge", 1, 1),
        stack("lax2", "lge", 1, 1),
        stack("lax4", "lge", 3, 1),
        stack("sax", "lge", depth, 1),
        stack("rvot", "cine", 1, phases),
        stack("sax", "other", 4, 1),
    ]


def test_a_complete_study_follows_the_published_order_and_lengths():
    sequence = plan_sequence(complete(depth=11))
    groups = Counter((source.view, source.contrast) for source in sequence)
    assert list(groups.items()) == [
        (("lax4", "cine"), 30),
        (("sax", "cine"), 30),
        (("sax", "lge"), 11),
        (("lax4", "lge"), 11),
        (("lax2", "lge"), 11),
        (("lax3", "lge"), 11),
    ]
    assert [source.phase for source in sequence[:30]] == list(range(30))
    assert {source.slice for source in sequence[30:60]} == {4}
    assert [source.slice for source in sequence[60:71]] == list(range(11))
    assert {source.slice for source in sequence[71:82]} == {1}


def test_the_middle_of_each_bin_is_taken_as_published():
    # (edge + next edge - 1) // 2 with edges floor(i * 100 / 64)
    assert middle_of_bins(100, 64)[:6] == [0, 1, 3, 4, 6, 7]
    assert middle_of_bins(64, 64) == list(range(64))
    assert middle_of_bins(128, 64) == list(range(0, 128, 2))
    assert middle_of_bins(1, 4) == [0, 0, 0, 0]
    assert middle_of_bins(2, 4) == [0, 0, 1, 1]
    assert max(middle_of_bins(120, 64)) < 120


@pytest.mark.parametrize("phases", [12, 20, 25, 30, 50])
def test_any_number_of_phases_keeps_the_share_of_each_group(phases: int):
    clip = build_clip(complete(phases))
    assert tuple(clip.frames.shape) == (64, 224, 224)
    assert clip.frames.dtype == torch.float32
    shares = Counter((source.view, source.contrast) for source in clip.sources)
    assert shares == Counter(
        (source.view, source.contrast) for source in build_clip(complete(30)).sources
    )
    cine = [source.phase for source in clip.sources if source[:2] == ("sax", "cine")]
    assert cine == sorted(cine)
    assert cine[0] <= phases / 10
    assert cine[-1] >= phases * 0.85


@pytest.mark.parametrize(
    ("views", "expected"),
    [
        ([("sax", "cine")], [("sax", "cine")]),
        ([("lax2", "cine"), ("lax3", "cine")], [("lax2", "cine")]),
        ([("lax3", "cine"), ("sax", "cine")], [("lax3", "cine"), ("sax", "cine")]),
        ([("sax", "cine"), ("lax2", "lge")], [("sax", "cine"), ("lax2", "lge")]),
    ],
)
def test_an_absent_group_is_left_out(views: list[tuple[str, str]], expected: list[tuple[str, str]]):
    clip = build_clip([stack(view, kind, 3, 20 if kind == "cine" else 1) for view, kind in views])
    assert list(dict.fromkeys(source[:2] for source in clip.sources)) == expected
    assert clip.describe().endswith(" of " + ", ".join(" ".join(pair) for pair in expected) + ".")


def test_without_short_axis_enhancement_a_long_axis_image_counts_twelve_times():
    sequence = plan_sequence([stack("sax", "cine", 3, 30), stack("lax4", "lge", 1, 1)])
    assert sum(source.contrast == "lge" for source in sequence) == 12


def test_the_fullest_stack_of_a_view_is_taken():
    sequence = plan_sequence(
        [stack("sax", "cine", 1, 30), stack("sax", "cine", 9, 25), stack("sax", "cine", 9, 30)]
    )
    assert {source.stack for source in sequence} == {2}


def test_missing_phases_are_replaced_by_their_neighbours():
    one = stack("sax", "cine", 1, 30)
    one.pixels[0, 10] = np.nan
    phases = [source.phase for source in plan_sequence([one])]
    assert 10 not in phases
    assert phases == [*range(10), 9, *range(11, 30)]


def test_a_mask_says_what_is_missing_where_pixels_cannot():
    missing = np.zeros((3, 20), dtype=np.bool_)
    missing[1, 5] = True
    whole = np.random.default_rng(2).integers(0, 900, (3, 20, 32, 32), dtype=np.uint16)
    clip = build_clip([StackPixels("sax", "cine", whole, missing=missing)])
    assert {(source.slice, source.phase) for source in clip.sources} == {
        (1, phase) for phase in range(20) if phase != 5
    }


def test_the_usable_slice_nearest_the_middle_stands_in():
    one = stack("sax", "cine", 7, 20)
    one.pixels[3, 2:] = np.nan
    assert {source.slice for source in plan_sequence([one])} == {2}


def test_a_cine_that_arrived_with_few_of_its_phases_is_no_cine():
    one = stack("lax4", "cine", 1, 25)
    one.pixels[0, 2:] = np.nan
    with pytest.raises(InputError, match="half of its phases") as caught:
        build_clip([one])
    assert caught.value.code == "no_usable_cine"
    with pytest.raises(InputError, match="no cine"):
        build_clip([])


def test_missing_enhancement_slices_shorten_the_enhancement():
    enhancement = stack("sax", "lge", 10, 1)
    enhancement.pixels[[0, 4], 0] = np.nan
    sequence = plan_sequence([stack("sax", "cine", 1, 30), enhancement])
    assert [s.slice for s in sequence if s.contrast == "lge"] == [1, 2, 3, 5, 6, 7, 8, 9]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_pixels_that_are_no_numbers_are_refused(bad: float):
    one = stack("sax", "cine", 3, 20)
    one.pixels[1, 4, 2, 2] = bad
    with pytest.raises(InputError, match="sax cine, slice 2, holds pixels that are no numbers"):
        build_clip([one])
    one.pixels[1, 4] = np.inf
    with pytest.raises(InputError, match="no numbers"):
        build_clip([one])


def test_a_frame_of_one_grey_is_refused():
    one = stack("sax", "cine", 1, 20)
    one.pixels[0, 7] = 0.5
    with pytest.raises(InputError, match="phase 8, is of one grey"):
        build_clip([one])
    one.pixels[...] = 3
    with pytest.raises(InputError, match="one grey"):
        build_clip([one])


@pytest.mark.parametrize("shape", [(20, 32, 32), (1, 0, 32, 32), (1, 20, 32, 0)])
def test_pixels_of_the_wrong_shape_are_refused(shape: tuple[int, ...]):
    with pytest.raises(InputError, match="slices, phases, rows and columns"):
        build_clip([StackPixels("sax", "cine", np.zeros(shape, dtype=np.float32))])


def test_a_mask_or_a_spacing_that_does_not_fit_is_refused():
    one = stack("sax", "cine", 1, 20)
    with pytest.raises(InputError, match="marked for"):
        build_clip([replace(one, missing=np.zeros((2, 20), dtype=np.bool_))])
    for spacing in ((0.0, 1.0), (1.0, float("nan"))):
        with pytest.raises(InputError, match=r"\(0028,0030\)"):
            build_clip([replace(one, pixel_spacing_mm=spacing)])


def test_pixels_become_square_and_the_picture_keeps_its_sides():
    rows, columns = np.mgrid[:50, :100]
    picture = (rows * 2 + columns).astype(np.float32)
    pixels = np.broadcast_to(picture, (1, 12, 50, 100))
    clip = build_clip([StackPixels("sax", "cine", pixels, (2.0, 1.0))])
    frame = clip.frames[0]
    # 100 mm by 100 mm fills the square; left stays left and top stays top.
    assert float(frame[0, 0]) == 0
    assert float(frame[-1, -1]) == 1
    assert abs(float(frame[0, -1]) - float(frame[-1, 0])) < 0.01
    wide = build_clip([StackPixels("sax", "cine", pixels, (1.0, 1.0))]).frames[0]
    assert float(wide[:56].amax()) == 0
    assert float(wide[-56:].amax()) == 0
    assert float(wide[60:-60, -1].amin()) > 0


def test_resampling_follows_the_published_filter():
    """Bilinear with antialiasing against the same weights written out."""
    one = stack("sax", "cine", 1, 12, rows=448, columns=448)
    frame = build_clip([one]).frames[0].double().numpy()
    picture = one.pixels[0, 0].astype(np.float64)
    low, high = np.percentile(one.pixels[0], (0.5, 99.5))
    picture = ((picture - low) / (high - low)).clip(0, 1)
    # Shrinking to half: a triangle two output pixels wide, 1 3 3 1 over eight, cut at the border.
    weights = np.zeros((224, 448))
    for target in range(224):
        for offset, weight in zip(range(-1, 3), (1, 3, 3, 1), strict=True):
            if 0 <= 2 * target + offset < 448:
                weights[target, 2 * target + offset] = weight
    weights /= weights.sum(axis=1, keepdims=True)
    assert np.abs(weights @ picture @ weights.T - frame).max() < 1e-5


def test_brightness_does_not_flicker_through_the_cycle():
    pixels = np.random.default_rng(3).random((1, 12, 64, 64)).astype(np.float32)
    pixels[0, 6] *= 0.5
    frames = build_clip([StackPixels("sax", "cine", pixels)])
    means = {s.phase: float(f.mean()) for s, f in zip(frames.sources, frames.frames, strict=True)}
    assert means[6] < 0.6 * means[5]


def test_signed_and_unsigned_integers_and_fractions_look_the_same():
    whole = np.random.default_rng(4).integers(0, 3000, (1, 12, 32, 32), dtype=np.uint16)
    reference = build_clip([StackPixels("sax", "cine", whole)]).frames
    for pixels in (whole.astype(np.int16) - 1000, whole.astype(np.float32) / 16):
        frames = build_clip([StackPixels("sax", "cine", pixels)]).frames
        assert torch.allclose(frames, reference, atol=1e-5)


def test_a_bright_speck_is_enough_to_see():
    pixels = np.zeros((1, 12, 64, 64), dtype=np.float32)
    pixels[:, :, 30, 30] = 1
    assert float(build_clip([StackPixels("sax", "cine", pixels)]).frames.amax()) > 0


def test_a_clip_is_checked_before_it_is_shown():
    clip = build_clip([stack("sax", "cine", 1, 20)])
    validate_clip(clip)
    with pytest.raises(InputError, match=r"not \(63, 224, 224\) of float32"):
        validate_clip(ClipTensor(clip.frames[1:], clip.sources[1:]))
    with pytest.raises(InputError, match="of float64"):
        validate_clip(ClipTensor(clip.frames.double(), clip.sources))
    with pytest.raises(InputError, match="not of 63"):
        validate_clip(ClipTensor(clip.frames, clip.sources[1:]))
    with pytest.raises(InputError, match="no cine"):
        lge = tuple(source._replace(contrast="lge") for source in clip.sources)
        validate_clip(ClipTensor(clip.frames, lge))
    for bad in (torch.nan, torch.inf):
        frames = clip.frames.clone()
        frames[9, 100, 100] = bad
        with pytest.raises(InputError, match="no numbers"):
            validate_clip(ClipTensor(frames, clip.sources))
    frames = clip.frames.clone()
    frames[9] = 0.25
    with pytest.raises(InputError, match="one grey"):
        validate_clip(ClipTensor(frames, clip.sources))
