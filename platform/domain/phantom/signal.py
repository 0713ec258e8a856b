"""The signal that a tissue gives, from its relaxation times.

Two sequences: balanced steady-state free precession for cine, and inversion recovery gradient
echo for late gadolinium enhancement (LGE). Times in milliseconds, angles in degrees; signals are
in the unit of proton density (water 100).

Fat precesses some 3.5 ppm slower than water, so that at an echo time near half the repetition time
of balanced SSFP the two stand opposed: fat carries a minus sign in the cine palette, and a pixel
that holds half of each is black after taking the magnitude. That is the dark outline ("India ink")
around the heart and the muscles of a real cine frame.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

TR_MS = 3.0
TE_MS = 1.5
FLIP_ANGLE_DEGREES = 60.0
LGE_TR_MS = 1600.0
HAEMATOCRIT = 0.42
BLOOD_T1_MS = 1500.0
BLOOD_T1_POST_MS = 300.0
BLOOD_T1_POST_AMYLOID_MS = 500.0
REMOTE_ECV = 0.26


@dataclass(frozen=True)
class Tissue:
    """Relaxation times (ms), proton density, and extracellular volume fraction (0 to 1)."""

    t1_ms: float
    t2_ms: float
    density: float
    ecv: float
    fatty: bool = False


# T1, T2 and proton density of myocardium, blood, fat, liver and bone: Stanisz et al. 2005 and the
# ranges of the SCMR mapping consensus, rounded; the rest is chosen to look right.
TISSUES: Mapping[str, Tissue] = {
    "myocardium": Tissue(950.0, 50.0, 80.0, REMOTE_ECV),
    "blood": Tissue(BLOOD_T1_MS, 220.0, 95.0, 1.0 - HAEMATOCRIT),
    "fat": Tissue(245.0, 70.0, 70.0, 0.02, fatty=True),
    "liver": Tissue(800.0, 50.0, 90.0, 0.30),
    "spleen": Tissue(1100.0, 85.0, 88.0, 0.36),
    "bone": Tissue(250.0, 20.0, 12.0, 0.05),
    "marrow": Tissue(700.0, 45.0, 55.0, 0.12),
    "muscle": Tissue(1000.0, 40.0, 75.0, 0.12),
    "lung": Tissue(1200.0, 30.0, 10.0, 0.10),
    "fluid": Tissue(3000.0, 1100.0, 100.0, 0.01),
    "stomach": Tissue(1100.0, 60.0, 60.0, 0.05),
    "thrombus": Tissue(1050.0, 70.0, 80.0, 0.0),
    "valve": Tissue(900.0, 40.0, 50.0, 0.2),
}


def balanced_ssfp(tissue: Tissue, flip_angle_degrees: float = FLIP_ANGLE_DEGREES) -> float:
    """Signal of balanced SSFP on resonance, TR much shorter than T2.

    S = density sin(a) exp(-TE/T2) / [(T1/T2 + 1) - cos(a) (T1/T2 - 1)]
    (Scheffler and Lehnhardt, Eur Radiol 2003;13:2409).
    """
    angle = np.radians(flip_angle_degrees)
    ratio = tissue.t1_ms / tissue.t2_ms
    decay = np.exp(-TE_MS / tissue.t2_ms)
    steady = np.sin(angle) * decay / ((ratio + 1.0) - np.cos(angle) * (ratio - 1.0))
    return float(tissue.density * steady)


def t1_after_contrast(t1_ms: float, ecv: float, blood_t1_post_ms: float) -> float:
    """T1 (ms) with gadolinium in equilibrium, from the extracellular volume fraction.

    R1post = R1native + ecv / (1 - Hct) * (R1 rise of blood).
    """
    rise = 1.0 / blood_t1_post_ms - 1.0 / BLOOD_T1_MS
    return float(1.0 / (1.0 / t1_ms + ecv / (1.0 - HAEMATOCRIT) * rise))


def inversion_recovery(t1_ms: float, inversion_time_ms: float, tr_ms: float = LGE_TR_MS) -> float:
    """Longitudinal magnetisation at the inversion time, -1 to 1: 1 - 2 e^(-TI/T1) + e^(-TR/T1)."""
    recovered = 1.0 - 2.0 * np.exp(-inversion_time_ms / t1_ms) + np.exp(-tr_ms / t1_ms)
    return float(recovered)


def null_time_ms(t1_ms: float, tr_ms: float = LGE_TR_MS) -> float:
    """The inversion time (ms) at which a tissue of `t1_ms` gives no signal."""
    return float(t1_ms * np.log(2.0 / (1.0 + np.exp(-tr_ms / t1_ms))))


def cine_palette(flip_angle_degrees: float = FLIP_ANGLE_DEGREES) -> dict[str, float]:
    """Signed cine signal by tissue name; fat negative, air 0."""
    palette = {"air": 0.0}
    for name, tissue in TISSUES.items():
        signal = balanced_ssfp(tissue, flip_angle_degrees)
        palette[name] = -signal if tissue.fatty else signal
    return palette


def lge_signal(tissue: Tissue, ecv: float, inversion_time_ms: float, blood_post_ms: float) -> float:
    """Signed LGE signal of `tissue` whose extracellular volume fraction is `ecv`."""
    t1_post = t1_after_contrast(tissue.t1_ms, ecv, blood_post_ms)
    return 0.2 * tissue.density * inversion_recovery(t1_post, inversion_time_ms)


def lge_palette(inversion_time_ms: float, blood_post_ms: float) -> dict[str, float]:
    """Signed LGE signal by tissue name at one inversion time; air 0."""
    palette = {"air": 0.0}
    for name, tissue in TISSUES.items():
        palette[name] = lge_signal(tissue, tissue.ecv, inversion_time_ms, blood_post_ms)
    return palette
