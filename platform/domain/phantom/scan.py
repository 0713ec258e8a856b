"""What a scanner does to the signal: coils, off-resonance, k-space, noise, grey scale."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.phantom.study import Acquisition
from domain.phantom.vendors import VENDORS

Field = NDArray[np.float32]
MAXIMUM = 4095
_GREY_STEPS = 1 << 14
_NOISE_IMAGES = 5


@dataclass(frozen=True)
class Scanner:
    """The fixed part of one series' acquisition.

    `keep`: (rows, half columns) weight of each spatial frequency; `noise`: a bank of noise in both
    channels, of deviation 1, shaped by `keep`, (count, 2, 2 rows, 2 columns): each image repeated
    on all sides, so that any window of (rows, columns) is noise without a seam.
    """

    keep: Field
    noise: Field


def make_scanner(rows: int, columns: int, phase_along_rows: bool, seed: int) -> Scanner:
    """A scanner for images of (rows, columns); fewer lines are taken along the phase direction."""
    rng = np.random.default_rng([seed, 41, rows])
    by_row, by_column = (0.80, 0.96) if phase_along_rows else (0.96, 0.80)
    down, across = _kept(rows, by_row), _kept(columns, by_column)
    keep = np.outer(down, across[: columns // 2 + 1]).astype(np.float32)
    white = rng.standard_normal((_NOISE_IMAGES, 2, rows, columns), dtype=np.float32)
    shaped = np.fft.irfft2(np.fft.rfft2(white) * keep, s=(rows, columns))
    shaped /= shaped.std()
    return Scanner(keep, np.tile(shaped.astype(np.float32), (1, 1, 2, 2)))


def _kept(count: int, keep: float) -> NDArray[np.floating]:
    """1 in the middle of k-space, rolled off to 0 at `keep` of its half-width, (count,)."""
    place = np.abs(np.fft.fftfreq(count)) / (0.5 * keep)
    edge = np.clip((1.0 - place) / 0.30, 0.0, 1.0)
    rolled: NDArray[np.floating] = 0.5 - 0.5 * np.cos(np.pi * edge)
    return rolled


def receive(
    signal: Field, scanner: Scanner, sigma: float, rng: np.random.Generator, signed: bool = False
) -> Field:
    """Images (frames, rows, columns) as received: band-limited, with complex noise of `sigma`.

    Magnitude, whose noise is Rician (Gudbjartsson and Patz, Magn Reson Med 1995;34:910); the real
    part where `signed`, as phase-sensitive reconstruction gives it.
    """
    rows, columns = signal.shape[-2:]
    spectrum = np.fft.rfft2(signal)
    spectrum *= scanner.keep
    image = np.fft.irfft2(spectrum, s=(rows, columns)).astype(np.float32, copy=False)
    for frame in image:
        bank = scanner.noise[rng.integers(len(scanner.noise))]
        top, left = int(rng.integers(rows)), int(rng.integers(columns))
        noise = bank[:, top : top + rows, left : left + columns] * np.float32(sigma)
        frame += noise[0]
        if signed:
            continue
        frame *= frame
        noise[1] *= noise[1]
        frame += noise[1]
        np.sqrt(frame, out=frame)
    return image


def coil_shading(depth: Field, y: Field, strength: float) -> Field:
    """Sensitivity of surface coils in front and behind, by `depth` (mm) below the skin."""
    front = np.exp(-np.clip(depth, 0.0, 200.0) / 42.0) * np.clip(0.65 - y / 160.0, 0.15, 1.3)
    sensitivity: Field = (0.86 + strength * (1.9 * front - 0.2)).astype(np.float32)
    return sensitivity


def off_resonance(x: Field, y: Field, z: Field, acquisition: Acquisition, texture: Field) -> Field:
    """Signed factor of balanced SSFP away from the shimmed heart: dark bands where it passes 0.

    The field is good around the heart and worsens towards the skin, twice as fast at 3 T.
    """
    reach = 255.0 if acquisition.field_strength_tesla < 2.0 else 168.0
    away_squared = (x - 30.0) ** 2 + (1.25 * (y + 10.0)) ** 2 + (0.8 * z) ** 2
    phase = away_squared * np.float32(np.pi / reach**2) + np.float32(0.25) * texture
    band: Field = np.tanh(np.cos(np.float32(0.5) * phase) / np.float32(0.22)).astype(np.float32)
    return band


def grey(image: Field, acquisition: Acquisition, reference: float) -> NDArray[np.uint16]:
    """Magnitudes as 12-bit pixels on the scale of the scanner whose style the study has."""
    vendor = VENDORS[acquisition.style]
    # The curve is worked out once for finely stepped signals up to where it is cut off.
    step = vendor.brightest(MAXIMUM) / (_GREY_STEPS - 1)
    curve = np.clip(vendor.grey(step * np.arange(_GREY_STEPS)) + 0.5, 0, MAXIMUM).astype(np.uint16)
    place = image * np.float32(1.0 / (reference * step))
    np.clip(place, 0, _GREY_STEPS - 1, out=place)
    pixels: NDArray[np.uint16] = curve.take(place.astype(np.uint16))
    return pixels


def grey_signed(image: Field, reference: float) -> NDArray[np.uint16]:
    """Phase-sensitive images: nulled tissue at a quarter of the grey scale, darker below."""
    scaled = image * np.float32(1300.0 / reference) + np.float32(1024.0)
    pixels: NDArray[np.uint16] = np.clip(scaled, 0, MAXIMUM).astype(np.uint16)
    return pixels
