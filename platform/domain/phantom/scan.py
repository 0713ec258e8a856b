"""What a scanner does to the signal: coils, off-resonance, k-space, noise, grey scale."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.phantom.study import Acquisition

Field = NDArray[np.float32]
MAXIMUM = 4095


@dataclass(frozen=True)
class Scanner:
    """The fixed part of one series' acquisition.

    `keep`: (rows, half columns) weight of each spatial frequency; `noise`: a bank of complex noise
    of deviation 1 in each part, shaped by `keep`, (count, rows, columns).
    """

    keep: Field
    noise: NDArray[np.complex64]


def make_scanner(rows: int, columns: int, phase_along_rows: bool, seed: int) -> Scanner:
    """A scanner for images of (rows, columns); fewer lines are taken along the phase direction."""
    rng = np.random.default_rng([seed, 41, rows])
    by_row, by_column = (0.80, 0.96) if phase_along_rows else (0.96, 0.80)
    full = _window(np.fft.fftfreq(rows), by_row)[:, None] * _window(np.fft.fftfreq(columns), by_column)
    half = full[:, : columns // 2 + 1].astype(np.float32)
    white = rng.standard_normal((6, 2, rows, columns)).astype(np.float32)
    shaped = np.fft.irfft2(np.fft.rfft2(white) * half, s=(rows, columns))
    shaped = shaped / shaped.std()
    return Scanner(half, (shaped[:, 0] + 1j * shaped[:, 1]).astype(np.complex64))


def _window(frequency: NDArray[np.float64], keep: float) -> NDArray[np.float64]:
    """1 in the middle of k-space, rolled off to 0 at `keep` of its half-width."""
    place = np.abs(frequency) / (0.5 * keep)
    edge = np.clip((1.0 - place) / 0.30, 0.0, 1.0)
    return 0.5 - 0.5 * np.cos(np.pi * edge)


def receive(
    signal: Field, scanner: Scanner, sigma: float, rng: np.random.Generator, signed: bool = False
) -> Field:
    """Images (frames, rows, columns) as received: band-limited, with complex noise of `sigma`.

    Magnitude, whose noise is Rician (Gudbjartsson and Patz, Magn Reson Med 1995;34:910); the real
    part where `signed`, as phase-sensitive reconstruction gives it.
    """
    rows, columns = signal.shape[-2:]
    image = np.fft.irfft2(np.fft.rfft2(signal) * scanner.keep, s=(rows, columns))
    image = image.astype(np.float32)
    for frame in image:
        bank = scanner.noise[rng.integers(len(scanner.noise))]
        shift = (int(rng.integers(rows)), int(rng.integers(columns)))
        noise = np.roll(bank, shift, axis=(0, 1)) * np.float32(sigma)
        if signed:
            frame += noise.real
        else:
            np.hypot(frame + noise.real, noise.imag, out=frame)
    return image


def coil_shading(depth: Field, y: Field, strength: float) -> Field:
    """Sensitivity of surface coils in front and behind, by `depth` (mm) below the skin."""
    front = np.exp(-np.clip(depth, 0.0, 200.0) / 42.0) * np.clip(0.65 - y / 160.0, 0.15, 1.3)
    return (0.86 + strength * (1.9 * front - 0.2)).astype(np.float32)


def off_resonance(
    x: Field, y: Field, z: Field, acquisition: Acquisition, texture: Field
) -> Field:
    """Signed factor of balanced SSFP away from the shimmed heart: dark bands where it passes 0.

    The field is good around the heart and worsens towards the skin, twice as fast at 3 T.
    """
    reach = 255.0 if acquisition.field_strength_tesla < 2.0 else 168.0
    away = np.sqrt((x - 30.0) ** 2 + (1.25 * (y + 10.0)) ** 2 + (0.8 * z) ** 2)
    phase = np.pi * (away / reach) ** 2 + 0.25 * texture
    band = np.cos(0.5 * phase)
    return np.tanh(band / 0.22).astype(np.float32)


def grey(image: Field, acquisition: Acquisition, reference: float) -> NDArray[np.uint16]:
    """Magnitudes as 12-bit pixels on the scale of the scanner whose style the study has."""
    level, power = {"siemens": (330.0, 1.0), "ge": (620.0, 0.94), "philips": (900.0, 1.06)}[
        acquisition.style
    ]
    scaled = level * (np.maximum(image, 0.0) / reference) ** np.float32(power)
    return np.clip(scaled + 0.5, 0, MAXIMUM).astype(np.uint16)


def grey_signed(image: Field, reference: float) -> NDArray[np.uint16]:
    """Phase-sensitive images: nulled tissue at a quarter of the grey scale, darker below."""
    return np.clip(1024.0 + 1300.0 * image / reference, 0, MAXIMUM).astype(np.uint16)
