"""The parts of cine-compact that are not learnt, and variation for training."""

from dataclasses import replace

import numpy as np
import torch

from tests.workers.cmrclip.studies import beating_stack
from workers.cmrclip.augment import vary
from workers.cmrclip.compact_config import TowerConfig
from workers.cmrclip.compact_input import PHASES, CompactInput, build_input
from workers.cmrclip.compact_model import harmonics_of_cycle
from workers.cmrclip.pixels import StudyPixels
from workers.cmrclip.towers import WordTower


def test_what_stands_still_has_no_harmonics_but_the_mean():
    waves = harmonics_of_cycle()
    still = waves @ torch.full((PHASES,), 0.7)
    assert torch.allclose(still[1:], torch.zeros(6), atol=1e-5)
    assert torch.allclose(still[0], torch.tensor(0.7 * PHASES**0.5))
    # A cycle that starts elsewhere moves as much.
    cycle = torch.cos(2 * torch.pi * torch.arange(PHASES) / PHASES) + 0.3
    first, later = waves @ cycle, waves @ cycle.roll(3)
    assert torch.allclose(first[1:3].norm(), later[1:3].norm(), atol=1e-4)
    assert first[1:3].norm() > 5 * first[3:].norm()
    unit = waves / waves.norm(dim=1, keepdim=True)
    assert torch.allclose(unit @ unit.T, torch.eye(7), atol=1e-5)


def long_study() -> CompactInput:
    cine = beating_stack(slices=10, phases=12)
    lge = beating_stack(slices=9, phases=1, contrast="lge", shortening=0.0)
    return build_input(StudyPixels((cine, lge)))


def test_a_varied_study_keeps_its_size_and_says_how_far_apart_its_slices_are():
    images = long_study()
    spacing = float(images.cine_places[0, 1])
    seen = set()
    for seed in range(60):
        varied = vary(images, np.random.default_rng(seed))
        assert 1 <= len(varied.cine) <= 10
        assert len(varied.cine) == len(varied.cine_views) == len(varied.cine_places)
        assert len(varied.lge) == len(varied.lge_places)
        told = set(varied.cine_places[:, 1].tolist())
        assert len(told) == 1
        seen |= told
        if told == {2 * spacing}:
            assert len(varied.cine) <= 5
            steps = np.diff(varied.cine_places[:, 0])
            assert (steps > 1.5 * spacing).all()
    assert seen == {spacing, 2 * spacing}
    assert images.cine_places[0, 1] == spacing


def test_a_short_stack_is_never_thinned():
    images = long_study()
    few = replace(
        images, cine=images.cine[:6], cine_views=images.cine_views[:6],
        cine_places=images.cine_places[:6],
    )  # fmt: skip
    for seed in range(30):
        varied = vary(few, np.random.default_rng(seed))
        assert (varied.cine_places[:, 1] == images.cine_places[0, 1]).all()


def test_a_sentence_means_the_same_in_any_company():
    torch.manual_seed(0)
    tower = WordTower(TowerConfig(buckets=500, width=32, depth=1, heads=2), 16).eval()
    texts = [f"{'moderately ' * (index % 7)}dilated ventricle {index}." for index in range(120)]
    with torch.inference_mode():
        together = tower(texts)
        alone = torch.cat([tower([text]) for text in texts])
    assert torch.allclose(together, alone, atol=1e-5)
