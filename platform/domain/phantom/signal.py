"""What a scanner makes of tissue: steady-state cine and inversion-recovery signal.

Cine, balanced SSFP in the Freeman-Hill form, a the flip angle and k = T1/T2:
S = rho sin(a) e^(-TE/T2) / ((k + 1) - cos(a) (k - 1)).
Late enhancement: S = |1 - 2 e^(-TI/T1) + e^(-TR/T1)|, with T1 after contrast from
R1post = R1native + ECV/(1 - Hct) * dR1blood.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.phantom.anatomy import Tissue

Array = NDArray[np.float64]
# T1 ms, T2 ms, proton density, extracellular volume fraction
TISSUES: dict[Tissue, tuple[float, float, float, float]] = {
    Tissue.AIR: (1e6, 1e3, 0.0, 0.0),
    Tissue.LUNG: (1200, 40, 10, 0.1),
    Tissue.FAT: (245, 70, 70, 0.05),
    Tissue.MUSCLE: (950, 40, 75, 0.15),
    Tissue.LIVER: (800, 50, 90, 0.25),
    Tissue.BLOOD: (1500, 220, 95, 0.58),
    Tissue.MYOCARDIUM: (950, 50, 80, 0.26),
    Tissue.SCAR: (1000, 56, 80, 0.60),
    Tissue.FLUID: (2600, 320, 95, 0.05),
    Tissue.THROMBUS: (900, 45, 70, 0.02),
    Tissue.BONE: (250, 20, 12, 0.1),
}
TR_MS, TE_MS, FLIP_DEGREES = 3.0, 1.5, 60.0
LGE_TR_MS = 1600.0
_HCT, _BLOOD_POST_MS = 0.42, 300.0


@dataclass(frozen=True)
class Scanner:
    """A vendor's habits: name, model, field, grey scale, noise and matrix."""

    manufacturer: str
    model: str
    field_strength_tesla: float
    scale: float
    gamma: float
    noise: float
    shading: float


SCANNERS = (
    Scanner("Invented Imaging A", "Phantom One", 1.5, 1500, 1.0, 0.018, 0.35),
    Scanner("Invented Imaging B", "Phantom Two", 3.0, 950, 0.92, 0.014, 0.50),
    Scanner("Invented Imaging C", "Phantom Three", 1.5, 2200, 1.06, 0.024, 0.28),
)


def cine_table() -> Array:
    """Signal of each tissue code on cine, relative to blood = 1; (number of codes,)."""
    a = np.deg2rad(FLIP_DEGREES)
    table = np.zeros(len(Tissue))
    for tissue, (t1, t2, rho, _) in TISSUES.items():
        ratio = t1 / t2
        steady = (ratio + 1) - np.cos(a) * (ratio - 1)
        table[tissue] = rho * np.sin(a) * np.exp(-TE_MS / t2) / steady
    return np.asarray(table / table[Tissue.BLOOD])


def post_contrast_t1(tissue: Tissue, ecv: float | None = None) -> float:
    """T1 in ms some ten minutes after contrast, from the extracellular volume fraction."""
    t1, _, _, own = TISSUES[tissue]
    fraction = own if ecv is None else ecv
    blood_change = 1 / _BLOOD_POST_MS - 1 / TISSUES[Tissue.BLOOD][0]
    return 1 / (1 / t1 + fraction / (1 - _HCT) * blood_change)


def null_inversion_time(ecv: float = 0.26) -> float:
    """TI in ms at which remote myocardium of this ECV gives no signal."""
    t1 = post_contrast_t1(Tissue.MYOCARDIUM, ecv)
    return float(t1 * (np.log(2) - np.log1p(np.exp(-LGE_TR_MS / t1))))


def lge_table(ti_ms: float, *, myocardial_ecv: float, scar_ecv: float) -> Array:
    """Magnitude signal of each tissue code at an inversion time, scar or blood = 1."""
    table = np.zeros(len(Tissue))
    for tissue, (_, t2, rho, own) in TISSUES.items():
        ecv = {Tissue.MYOCARDIUM: myocardial_ecv, Tissue.SCAR: scar_ecv}.get(tissue, own)
        t1 = post_contrast_t1(tissue, ecv)
        steady = 1 - 2 * np.exp(-ti_ms / t1) + np.exp(-LGE_TR_MS / t1)
        table[tissue] = rho * abs(steady) * np.exp(-TE_MS / t2)
    return np.asarray(table / max(table[Tissue.SCAR], table[Tissue.BLOOD]))


def acquire(
    signal: Array, scanner: Scanner, rng: np.random.Generator, *, shade: Array
) -> NDArray[np.uint16]:
    """Relative signal (..., rows, columns) -> 12-bit grey: coil shading, truncated k-space,
    Rician noise, the vendor's curve. `shade` (rows, columns) multiplies the signal."""
    seen = _truncate(signal * shade)
    noise = rng.normal(0, scanner.noise, (2, *seen.shape))
    rician = np.hypot(seen + noise[0], noise[1])
    grey = scanner.scale * 0.45 * np.clip(rician, 0, None) ** scanner.gamma
    return np.asarray(np.clip(grey, 0, 4095), dtype=np.uint16)


def _truncate(image: Array) -> Array:
    """Keeps the inner part of k-space under a soft window: blur and slight ringing."""
    rows, columns = image.shape[-2:]
    ky = np.abs(np.fft.fftfreq(rows))[:, None]
    kx = np.abs(np.fft.rfftfreq(columns))[None, :]
    window = (1 / (1 + np.exp((ky - 0.36) / 0.02))) * (1 / (1 + np.exp((kx - 0.40) / 0.02)))
    return np.asarray(np.fft.irfft2(np.fft.rfft2(image) * window, s=(rows, columns)))


def shading(rows: int, columns: int, strength: float, rng: np.random.Generator) -> Array:
    """Receive-coil sensitivity over the image, brighter towards the chest wall."""
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    tilt = rng.uniform(-0.3, 0.3)
    return np.asarray(1 + strength * (-0.5 * y + tilt * x - 0.35 * (x**2 + y**2) + 0.2))
