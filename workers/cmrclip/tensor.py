"""One study -> one clip, by the recipe that CMR-CLIP was trained on (Nakashima et al. 2026,
doi 10.1038/s41467-026-73022-2).

The sequence, in the published order and with the published lengths:

1. cine, long axis: the middle slice, 30 phases
2. cine, short axis: the middle slice, 30 phases
3. late enhancement, short axis: every slice
4. late enhancement, long axis: one four-, two- and three-chamber image each, repeated as often as
   the short-axis enhancement has slices

is cut into 64 bins; the middle frame of each is taken.

The published recipe knows only complete studies. Where a study differs:

- A cine of 12, 20 or 25 phases is stretched to 30 by nearest phase, so that each group keeps its
  share of the 64 places, which the learned temporal embedding is tied to.
- A missing phase is replaced by the nearest one present. A slice is usable when at least two and at
  least half of its phases are present; the usable slice nearest the middle stands in for it.
- The four-chamber cine is the long axis; the two- and then the three-chamber cine replace it.
- A group that the study lacks is left out and the bins spread over what there is. With fewer than
  64 frames in all, frames repeat (the published code pads with zero frames, which it never met in
  training).
- Without short-axis enhancement, a long-axis image is repeated 12 times, the middle of the
  published 10 to 15 slices.

Grey values: one window for a cine slice or a late enhancement stack, from its 0.5th to its 99.5th
percentile, clipped to 0..1, so that brightness does not flicker through the cycle. Space: pixels
made square by the pixel spacing, bilinear resampling with antialiasing (the filter of the
published transform), centred in 224 x 224 with black margins; nothing is cropped, turned or
flipped. The published transform enlarges to 256 and shrinks back to 224; that blur is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray

from domain.errors import InputError
from workers.cmrclip.pixels import StackPixels, check_stack

FRAMES, SIZE = 64, 224
CINE_PHASES = 30
NOMINAL_LGE_DEPTH = 12
_LONG_AXIS = ("lax4", "lax2", "lax3")
_WINDOW_PERCENTILES = (0.5, 99.5)

class FrameSource(NamedTuple):
    """Where a frame of the clip comes from; `stack` counts in the sequence handed in."""

    view: str
    contrast: str
    slice: int
    phase: int
    stack: int


@dataclass(frozen=True)
class ClipTensor:
    """The input of the video encoder for one study.

    - `frames`: (64, 224, 224) float32, 0 black to 1 white; the encoder applies the channel means
      and deviations of its training
    - `sources`: where each of the 64 frames comes from
    """

    frames: torch.Tensor
    sources: tuple[FrameSource, ...]

    def describe(self) -> str:
        """What the clip is made of, in a sentence."""
        groups = list(dict.fromkeys((source.view, source.contrast) for source in self.sources))
        named = ", ".join(f"{view} {contrast}" for view, contrast in groups)
        return f"{len(set(self.sources))} different frames of {named}."


def build_clip(stacks: Sequence[StackPixels]) -> ClipTensor:
    """The clip of a study.

    Raises InputError for pixels of the wrong shape, without a usable cine, for pixels that are no
    numbers, and for frames of one grey.
    """
    for stack in stacks:
        check_stack(stack)
    sequence = plan_sequence(stacks)
    if not any(source.contrast == "cine" for source in sequence):
        raise InputError(
            "The study has no cine that the image model can use: it needs a short-axis or a"
            " two-, three- or four-chamber cine with at least half of its phases.",
            "no_usable_cine",
        )
    sources = tuple(sequence[index] for index in middle_of_bins(len(sequence), FRAMES))
    windows: dict[tuple[int, int], tuple[float, float]] = {}
    rendered: dict[FrameSource, torch.Tensor] = {}
    for source in dict.fromkeys(sources):
        stack = stacks[source.stack]
        # A cine slice has a window of its own; late enhancement shares one over its slices.
        key = (source.stack, source.slice if source.contrast == "cine" else -1)
        if key not in windows:
            windows[key] = _window(stack, source)
        rendered[source] = _render(stack, source, windows[key])
    clip = ClipTensor(torch.stack([rendered[source] for source in sources]), sources)
    validate_clip(clip)
    return clip


def validate_clip(clip: ClipTensor) -> None:
    """Checks what goes into the model.

    Raises InputError for a wrong shape or type, NaN or infinite pixels, frames of one grey, and a
    clip without any cine.
    """
    frames = clip.frames
    if tuple(frames.shape) != (FRAMES, SIZE, SIZE) or frames.dtype != torch.float32:
        raise InputError(
            f"A clip is {FRAMES} frames of {SIZE} x {SIZE} float32, not {tuple(frames.shape)} of"
            f" {str(frames.dtype).removeprefix('torch.')}; build it again from the study.",
            "bad_clip",
        )
    if len(clip.sources) != FRAMES:
        raise InputError(
            f"A clip names the source of each of its {FRAMES} frames, not of {len(clip.sources)};"
            " build it again from the study.",
            "bad_clip",
        )
    if not any(source.contrast == "cine" for source in clip.sources):
        raise InputError("The clip holds no cine; the image model needs one.", "no_usable_cine")
    # A NaN or an infinity anywhere in a frame makes its sum one.
    finite = torch.isfinite(frames.sum(dim=(1, 2)))
    flat = frames.amax(dim=(1, 2)) <= frames.amin(dim=(1, 2))
    for source, is_finite, is_flat in zip(
        clip.sources, finite.tolist(), flat.tolist(), strict=True
    ):
        if not is_finite:
            raise _not_numbers(source)
        if is_flat:
            raise _one_grey(source)


def plan_sequence(stacks: Sequence[StackPixels]) -> list[FrameSource]:
    """The frames of a study before they are cut into bins; empty where nothing fits."""
    sequence = _cine(stacks, _LONG_AXIS) + _cine(stacks, ("sax",))
    short_axis = _enhancement_slices(stacks, "sax")
    depth = len(short_axis) or NOMINAL_LGE_DEPTH
    sequence += short_axis
    for view in _LONG_AXIS:
        sequence += _middle(_enhancement_slices(stacks, view)) * depth
    return sequence


def middle_of_bins(count: int, bins: int) -> list[int]:
    """`bins` indices into a sequence of `count` >= 1: the middle of each of as many equal bins.

    With at least as many frames as bins the bin edges are rounded down as published; with fewer,
    frames repeat.
    """
    if count < bins:
        return [(2 * index + 1) * count // (2 * bins) for index in range(bins)]
    edges = [index * count // bins for index in range(bins + 1)]
    return [(low + high - 1) // 2 for low, high in pairwise(edges)]


def _cine(stacks: Sequence[StackPixels], views: Sequence[str]) -> list[FrameSource]:
    """30 phases of one slice: of the first view that has a usable one, from its fullest stack."""
    for view in views:
        usable: list[tuple[tuple[int, int], list[FrameSource]]] = []
        for index, stack in _matching(stacks, view, "cine"):
            slice_index = _middle_usable_slice(stack)
            if slice_index is not None:
                phases = np.flatnonzero(stack.present[slice_index])
                places = _stretch(phases, stack.pixels.shape[1])
                frames = [FrameSource(view, "cine", slice_index, phase, index) for phase in places]
                usable.append(((stack.pixels.shape[0], len(phases)), frames))
        if usable:
            return max(usable, key=lambda candidate: candidate[0])[1]
    return []


def _middle_usable_slice(stack: StackPixels) -> int | None:
    slices, phases = stack.pixels.shape[:2]
    counts = stack.present.sum(axis=1)
    usable = [s for s in range(slices) if counts[s] >= 2 and 2 * counts[s] >= phases]
    return min(usable, key=lambda s: abs(s - slices // 2), default=None)


def _stretch(present: NDArray[np.intp], phases: int) -> list[int]:
    """The present phase nearest to each of 30 evenly spread moments of the cycle."""
    moments = [(2 * moment + 1) * phases // (2 * CINE_PHASES) for moment in range(CINE_PHASES)]
    return [int(present[np.abs(present - moment).argmin()]) for moment in moments]


def _enhancement_slices(stacks: Sequence[StackPixels], view: str) -> list[FrameSource]:
    """The first image of each late enhancement slice, from the stack with the most of them."""
    found: list[FrameSource] = []
    for index, stack in _matching(stacks, view, "lge"):
        slices = [
            FrameSource(view, "lge", s, int(row.argmax()), index)
            for s, row in enumerate(stack.present)
            if row.any()
        ]
        if len(slices) > len(found):
            found = slices
    return found


def _middle(slices: list[FrameSource]) -> list[FrameSource]:
    return [slices[len(slices) // 2]] if slices else []


def _matching(
    stacks: Sequence[StackPixels], view: str, contrast: str
) -> list[tuple[int, StackPixels]]:
    return [
        (index, stack)
        for index, stack in enumerate(stacks)
        if (stack.view, stack.contrast) == (view, contrast)
    ]


def _window(stack: StackPixels, source: FrameSource) -> tuple[float, float]:
    """Grey values shown black and white, over the slice of a cine or the whole of a stack."""
    chosen = np.zeros(stack.pixels.shape[:2], dtype=np.bool_)
    chosen[source.slice if source.contrast == "cine" else slice(None)] = True
    pixels = stack.pixels[chosen & stack.present].astype(np.float32)
    if not np.isfinite(pixels).all():
        raise _not_numbers(source)
    low, high = (float(value) for value in np.percentile(pixels, _WINDOW_PERCENTILES))
    if high <= low:
        # Hardly any pixel differs from the rest: the percentiles miss them.
        low, high = float(pixels.min()), float(pixels.max())
    if high <= low:
        raise _one_grey(source)
    return low, high


def _render(stack: StackPixels, source: FrameSource, window: tuple[float, float]) -> torch.Tensor:
    """One frame, (224, 224) float32 in 0..1."""
    pixels = stack.pixels[source.slice, source.phase].astype(np.float32)
    if pixels.min() == pixels.max():
        raise _one_grey(source)
    low, high = window
    image = ((torch.from_numpy(pixels) - low) / (high - low)).clamp(0, 1)
    rows, columns = image.shape
    row_mm, column_mm = stack.pixel_spacing_mm or (1.0, 1.0)
    side = max(rows * row_mm, columns * column_mm)
    height = max(1, round(SIZE * rows * row_mm / side))
    width = max(1, round(SIZE * columns * column_mm / side))
    sized = functional.interpolate(
        image[None, None], size=(height, width), mode="bilinear", antialias=True
    )[0, 0]
    top, left = (SIZE - height) // 2, (SIZE - width) // 2
    return functional.pad(sized, (left, SIZE - width - left, top, SIZE - height - top))


def _not_numbers(source: FrameSource) -> InputError:
    return InputError(
        f"The {source.view} {source.contrast}, slice {source.slice + 1}, holds pixels that are no"
        " numbers; export the study again.",
        "bad_pixels",
    )


def _one_grey(source: FrameSource) -> InputError:
    return InputError(
        f"The {source.view} {source.contrast}, slice {source.slice + 1}, phase {source.phase + 1},"
        " is of one grey throughout and shows nothing; export the study again.",
        "bad_pixels",
    )
