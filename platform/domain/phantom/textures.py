"""Smooth random fields: the texture of tissues and the flow of blood."""

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
_FIELDS = 3


class Textures:
    """Random fields for images of one size, drawn once and shifted for each use.

    A field repeats itself without a seam, so that any shift of it is as good as a new one.
    """

    def __init__(self, rows: int, columns: int, pixel_mm: float, seed: int) -> None:
        self.rows, self.columns, self.pixel_mm, self.seed = rows, columns, pixel_mm, seed
        self._fields: dict[float, Field] = {}

    def draw(self, grain_mm: float, rng: np.random.Generator) -> Field:
        """A field (rows, columns) of mean 0, deviation 1 and the given grain."""
        if grain_mm not in self._fields:
            self._fields[grain_mm] = self._smooth(grain_mm)
        field = self._fields[grain_mm][rng.integers(_FIELDS)]
        field = field[:: rng.choice((-1, 1)), :: rng.choice((-1, 1))]
        shift = (int(rng.integers(self.rows)), int(rng.integers(self.columns)))
        return np.roll(field, shift, axis=(0, 1))

    def _smooth(self, grain_mm: float) -> Field:
        rng = np.random.default_rng([self.seed, 71, round(10 * grain_mm)])
        white = rng.standard_normal((_FIELDS, self.rows, self.columns), dtype=np.float32)
        rows = np.fft.fftfreq(self.rows)[:, None]
        columns = np.fft.rfftfreq(self.columns)
        reach = grain_mm / self.pixel_mm
        weight = np.exp(-2.0 * (np.pi * reach) ** 2 * (rows**2 + columns**2)).astype(np.float32)
        smooth = np.fft.irfft2(np.fft.rfft2(white) * weight, s=white.shape[1:])
        smooth -= smooth.mean(axis=(1, 2), keepdims=True)
        smooth /= smooth.std(axis=(1, 2), keepdims=True)
        result: Field = smooth.astype(np.float32)
        return result
