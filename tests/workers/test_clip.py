"""From a study's stacks to the model's input."""

import numpy as np
import pytest

from domain.errors import InputError
from workers.cmrclip.pixels import StackPixels
from workers.cmrclip.tensor import build_clip


def stack(view: str, contrast: str, slices: int, phases: int, size: int = 32) -> StackPixels:
    rng = np.random.default_rng(1)
    return StackPixels(
        view, contrast, rng.random((slices, phases, size, size + 8), dtype=np.float32)
    )


@pytest.mark.parametrize("phases", [2, 12, 20, 25, 30])
def test_any_number_of_phases_makes_64_frames(phases: int):
    clip = build_clip([stack("sax", "cine", 5, phases)])
    assert tuple(clip.frames.shape) == (64, 224, 224)
    assert 0 <= float(clip.frames.min()) < float(clip.frames.max()) <= 1
    assert {source[2] for source in clip.sources} == {2}
    assert [source[3] for source in clip.sources] == sorted(source[3] for source in clip.sources)


def test_the_groups_come_in_the_published_order():
    clip = build_clip(
        [
            stack("sax", "lge", 8, 1),
            stack("lax3", "lge", 1, 1),
            stack("sax", "cine", 9, 30),
            stack("lax4", "cine", 1, 30),
        ]
    )
    groups = list(dict.fromkeys(source[:2] for source in clip.sources))
    assert groups == [("lax4", "cine"), ("sax", "cine"), ("sax", "lge"), ("lax3", "lge")]


def test_missing_frames_are_left_out_and_half_frames_refused():
    missing = stack("sax", "cine", 1, 10)
    missing.pixels[0, 3] = np.nan
    assert all(source[3] != 3 for source in build_clip([missing]).sources)
    missing.pixels[0, 4, 2, 2] = np.inf
    with pytest.raises(InputError, match="no numbers"):
        build_clip([missing])


def test_a_study_without_cine_or_without_contrast_is_refused():
    with pytest.raises(InputError, match="no cine"):
        build_clip([stack("sax", "lge", 3, 1)])
    flat = StackPixels("sax", "cine", np.ones((1, 5, 8, 8), np.float32))
    with pytest.raises(InputError, match="one grey"):
        build_clip([flat])
