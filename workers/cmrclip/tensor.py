"""One study -> one clip: the input of CMR-CLIP as published (Nakashima et al. 2026,
doi 10.1038/s41467-026-73022-2): 64 frames of 224 x 224.

The frames come, in this order, from the middle slice of a long-axis cine, the middle slice of the
short-axis cine, the short-axis late enhancement slice by slice, then the long-axis late enhancement
images (4, 2, 3 chambers), each repeated to the depth of the short-axis enhancement. The sequence is
cut into 64 bins and the middle frame of each bin is taken. A group that the study lacks is left
out; the bins then spread over what there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray

from domain.errors import InputError

FRAMES, SIZE = 64, 224
_LONG_AXIS = ("lax4", "lax2", "lax3")
_FULL_WHITE_PERCENTILE = 99.5


@dataclass(frozen=True)
class StackPixels:
    """Decoded stack: `pixels` (slices, phases, rows, columns), NaN throughout a missing frame."""

    view: str
    contrast: str
    pixels: NDArray[np.float32]


@dataclass(frozen=True)
class Clip:
    """`frames` (64, 224, 224) float32 in 0..1; `sources`: (view, contrast, slice, phase)."""

    frames: torch.Tensor
    sources: tuple[tuple[str, str, int, int], ...]

    def describe(self) -> str:
        """What the clip is made of, in a sentence."""
        groups = list(dict.fromkeys((view, contrast) for view, contrast, _, _ in self.sources))
        named = ", ".join(f"{view} {contrast}" for view, contrast in groups)
        return f"{len(set(self.sources))} different frames of {named}."


def build_clip(stacks: Sequence[StackPixels]) -> Clip:
    """The clip of a study. Raises InputError where no cine can be used."""
    sequence = _sequence(stacks)
    if not any(contrast == "cine" for (_, contrast, _, _), _ in sequence):
        raise InputError("The study has no cine that the image model can use.", "no_usable_cine")
    edges = np.linspace(0, len(sequence), FRAMES + 1)
    chosen = [sequence[int((low + high) / 2)] for low, high in pairwise(edges)]
    frames = torch.stack([_frame(pixels) for _, pixels in chosen])
    return Clip(frames, tuple(source for source, _ in chosen))


_Source = tuple[str, str, int, int]


def _sequence(stacks: Sequence[StackPixels]) -> list[tuple[_Source, NDArray[np.float32]]]:
    cine_long = _first(stacks, "cine", _LONG_AXIS)
    cine_short = _first(stacks, "cine", ("sax",))
    lge_short = _first(stacks, "lge", ("sax",))
    found: list[tuple[_Source, NDArray[np.float32]]] = []
    for stack in (cine_long, cine_short):
        if stack is not None:
            middle = len(stack.pixels) // 2
            found += _usable(stack, [(middle, p) for p in range(stack.pixels.shape[1])])
    depth = 1
    if lge_short is not None:
        slices = _usable(lge_short, [(s, 0) for s in range(len(lge_short.pixels))])
        depth = max(1, len(slices))
        found += slices
    for view in _LONG_AXIS:
        stack = _first(stacks, "lge", (view,))
        if stack is not None:
            found += _usable(stack, [(len(stack.pixels) // 2, 0)]) * depth
    return found


def _first(
    stacks: Sequence[StackPixels], contrast: str, views: Sequence[str]
) -> StackPixels | None:
    for view in views:
        for stack in stacks:
            if (stack.view, stack.contrast) == (view, contrast):
                return stack
    return None


def _usable(
    stack: StackPixels, places: list[tuple[int, int]]
) -> list[tuple[_Source, NDArray[np.float32]]]:
    """The frames at (slice, phase) places, missing ones left out.

    Raises InputError for a frame in which only some pixels are not numbers.
    """
    found = []
    for s, p in places:
        pixels = stack.pixels[s, p]
        finite = np.isfinite(pixels)
        if not finite.any():
            continue
        if not finite.all():
            raise InputError(
                f"A frame of the {stack.view} {stack.contrast} holds pixels that are no numbers.",
                "bad_pixels",
            )
        found.append(((stack.view, stack.contrast, s, p), pixels))
    return found


def _frame(pixels: NDArray[np.float32]) -> torch.Tensor:
    """(rows, columns) -> (224, 224): scaled to 0..1, padded to a square, resampled bilinearly.

    Raises InputError for a frame without contrast.
    """
    image = torch.from_numpy(np.ascontiguousarray(pixels, dtype=np.float32))
    low = float(image.min())
    high = float(np.percentile(pixels, _FULL_WHITE_PERCENTILE))
    if high <= low:
        raise InputError("A frame is of one grey throughout, so it shows nothing.", "bad_pixels")
    image = ((image - low) / (high - low)).clamp(0, 1)
    rows, columns = image.shape
    side = max(rows, columns)
    top, left = (side - rows) // 2, (side - columns) // 2
    square = functional.pad(image, (left, side - columns - left, top, side - rows - top))
    sized = functional.interpolate(
        square[None, None], size=(SIZE, SIZE), mode="bilinear", antialias=True, align_corners=False
    )
    return sized[0, 0]
