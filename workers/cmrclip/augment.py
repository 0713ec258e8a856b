"""From prepared studies to a batch, as they are or varied for training.

What is varied is what differs between scanners and visits: which stacks and slices exist, slice
spacing, when the cycle starts, place and turn of the heart, grey scale and noise. Size is not, and
nothing is flipped: millimetres and handedness carry findings.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray
from torch import Tensor

from workers.cmrclip.compact_input import SIZE, VIEWS, CompactInput
from workers.cmrclip.compact_model import CompactBatch

_SHIFT = 6
_TURN_DEGREES = 12.0
_SAX = VIEWS.index("sax")
_THINNED_FROM, _THINNED_SHARE = 8, 0.6


def vary(images: CompactInput, rng: np.random.Generator) -> CompactInput:
    """Another acquisition of the same study: fewer slices or stacks, a cycle that starts elsewhere,
    a patient of unknown size."""
    cine, cine_places = _thinned(images.cine_views, images.cine_places, rng)
    cine = cine[_kept(images.cine_views[cine], rng)]
    lge, lge_places = _thinned(images.lge_views, images.lge_places, rng)
    lge = lge[rng.random(len(lge)) > 0.06] if rng.random() > 0.1 else lge[:0]
    patient = images.patient.copy()
    if rng.random() < 0.1:
        patient[2:] = 0.0
    if rng.random() < 0.1:
        patient[:2] = 0.0
    return CompactInput(
        np.roll(images.cine[cine], int(rng.integers(-1, 2)), axis=1),
        images.cine_views[cine], cine_places[cine],
        images.lge[lge], images.lge_views[lge], lge_places[lge], patient,
    )  # fmt: skip


def _thinned(
    views: NDArray[np.int64], places: NDArray[np.float32], rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """(slices kept, all places): often every other slice of a long short-axis stack, as if the gap
    between slices were wider. A step then costs two thirds, and spacing is learnt to matter."""
    every = np.arange(len(views))
    short_axis = np.flatnonzero(views == _SAX)
    if len(short_axis) < _THINNED_FROM or rng.random() > _THINNED_SHARE:
        return every, places
    wider = places.copy()
    wider[short_axis, 1] *= 2
    return np.setdiff1d(every, short_axis[int(rng.integers(2)) :: 2]), wider


def _kept(views: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.intp]:
    """Slices that are not missing; now and then one kind of view is missing altogether."""
    short_axis = views == _SAX
    keep = rng.random(len(views)) > np.where(short_axis, 0.05, 0.2)
    drawn = rng.random()
    if drawn < 0.15:
        keep &= short_axis
    elif drawn < 0.20:
        keep &= ~short_axis
    kept = np.flatnonzero(keep)
    return kept if len(kept) else np.arange(len(views))


def _regreyed(pixels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Another window and grey curve, by table."""
    level = np.linspace(0.0, 1.0, 256) ** np.exp(rng.normal(0.0, 0.25))
    level = 255.0 * (level * rng.uniform(0.85, 1.2) + rng.uniform(-0.06, 0.06))
    table = np.clip(level, 0, 255).astype(np.uint8)
    regreyed: NDArray[np.uint8] = table[pixels]
    return regreyed


def collate(
    studies: Sequence[CompactInput], crop: int, rng: np.random.Generator | None = None
) -> CompactBatch:
    """A batch of studies cut to `crop` pixels; varied where a generator is given."""
    if rng is not None:
        studies = [_varied_pixels(vary(images, rng), rng) for images in studies]
    margin = (SIZE - crop) // 2
    cines, lges = [], []
    for images in studies:
        down, right = rng.integers(-_SHIFT, _SHIFT + 1, 2) if rng is not None else (0, 0)
        top, left = margin + int(down), margin + int(right)
        here = (..., slice(top, top + crop), slice(left, left + crop))
        cine = torch.from_numpy(images.cine[here]).float().div_(255)
        lge = torch.from_numpy(images.lge[here]).float().div_(255)[:, None]
        if rng is not None and rng.random() < 0.3:
            turn = float(np.deg2rad(rng.uniform(-_TURN_DEGREES, _TURN_DEGREES)))
            cine, lge = _turned(cine, turn), _turned(lge, turn)
        cines.append(cine)
        lges.append(lge)
    counts = torch.tensor([[len(one.cine), len(one.lge)] for one in studies])
    owners = torch.arange(len(studies))
    return CompactBatch(
        cine=torch.cat(cines),
        cine_owner=owners.repeat_interleave(counts[:, 0]),
        cine_views=_joined([one.cine_views for one in studies]),
        cine_places=_joined([one.cine_places for one in studies]),
        lge=torch.cat(lges),
        lge_owner=owners.repeat_interleave(counts[:, 1]),
        lge_views=_joined([one.lge_views for one in studies]),
        lge_places=_joined([one.lge_places for one in studies]),
        patient=torch.from_numpy(np.stack([one.patient for one in studies])),
    )


def _varied_pixels(images: CompactInput, rng: np.random.Generator) -> CompactInput:
    """Another grey curve for each contrast, and noise that differs from study to study."""
    noise = abs(float(rng.normal(0.0, 4.0)))
    result = replace(images, cine=_regreyed(images.cine, rng), lge=_regreyed(images.lge, rng))
    if noise < 1.0:
        return result
    # One field, rolled about, is noise enough and costs a tenth of drawing it anew.
    field = np.rint(noise * rng.standard_normal((SIZE + 37, SIZE))).astype(np.int16)
    for pixels in (result.cine, result.lge):
        for frame in pixels.reshape(-1, SIZE, SIZE):
            start = int(rng.integers(37))
            noisy = frame.astype(np.int16) + field[start : start + SIZE]
            np.clip(noisy, 0, 255, out=noisy)
            frame[:] = noisy
    return result


def _turned(pixels: Tensor, radians: float) -> Tensor:
    """(S, C, side, side), turned about the middle."""
    if len(pixels) == 0:
        return pixels
    cos, sin = float(np.cos(radians)), float(np.sin(radians))
    matrix = torch.tensor([[[cos, -sin, 0.0], [sin, cos, 0.0]]])
    grid = functional.affine_grid(matrix, [1, 1, *pixels.shape[2:]], align_corners=False)
    flat = pixels.flatten(0, 1)[None]
    turned = functional.grid_sample(flat, grid, mode="bilinear", align_corners=False)
    return turned[0].view_as(pixels)


def _joined(parts: Sequence[NDArray[np.int64]] | Sequence[NDArray[np.float32]]) -> Tensor:
    return torch.from_numpy(np.concatenate(parts))
