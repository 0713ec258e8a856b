"""Stacks whose pixels say where they come from."""

import numpy as np

from workers.cmrclip.pixels import StackPixels


def stack(
    view: str,
    contrast: str,
    slices: int,
    phases: int,
    *,
    rows: int = 32,
    columns: int = 40,
    seed: int = 1,
    pixel_spacing_mm: tuple[float, float] | None = None,
) -> StackPixels:
    """Random pixels, (slices, phases, rows, columns) float32."""
    pixels = np.random.default_rng(seed).random((slices, phases, rows, columns), dtype=np.float32)
    return StackPixels(view, contrast, pixels, pixel_spacing_mm)
