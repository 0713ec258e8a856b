"""Small studies whose heart can be measured: a bright disc that shrinks in systole."""

import numpy as np

from workers.cmrclip.compact_input import build_input
from workers.cmrclip.library import Example, Facts
from workers.cmrclip.pixels import PatientFacts, StackPixels, StudyPixels

PIXEL_MM = 2.5


def beating_stack(
    *,
    view: str = "sax",
    contrast: str = "cine",
    slices: int = 4,
    phases: int = 10,
    radius_mm: float = 25.0,
    shortening: float = 0.35,
    centre: tuple[float, float] = (40.0, 55.0),
    side: int = 96,
    seed: int = 0,
) -> StackPixels:
    """A disc of `radius_mm` around the pixel `centre` on a noisy ground, its cycle a cosine."""
    rows, columns = np.indices((side, side))
    away = np.hypot(rows - centre[0], columns - centre[1]) * PIXEL_MM
    squeeze = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(phases) / phases)
    radii = radius_mm * (1 - shortening * squeeze)
    disc = np.clip((radii[:, None, None] - away) / PIXEL_MM + 0.5, 0, 1)
    noise = np.random.default_rng(seed).normal(0, 4, (slices, phases, side, side))
    pixels = np.clip(60 + 400 * disc[None] + noise, 0, 4095).astype(np.uint16)
    positions = np.array([[0.0, 0.0, 10.0 * index] for index in range(slices)])
    return StackPixels(
        view=view,
        contrast=contrast,
        pixels=pixels,
        pixel_spacing_mm=(PIXEL_MM, PIXEL_MM),
        positions_mm=positions,
        directions=np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
    )


def beating_study(**changes: object) -> StudyPixels:
    """A short-axis cine with the patient's size."""
    return StudyPixels((beating_stack(**changes),), PatientFacts("F", 50.0, 1.65, 62.0))


def beating_example(index: int) -> Example:
    """Every other one is dilated and hardly moves, and its report says so."""
    ill = index % 2 == 1
    images = build_input(
        beating_study(
            radius_mm=38.0 if ill else 24.0,
            shortening=0.08 if ill else 0.4,
            seed=index,
            centre=(40.0 + index % 5, 50.0 + index % 7),
            phases=8 + index % 5,
        )
    )
    report = (
        f"Dilated left ventricle. Severely reduced LV function. LVEF {20 + index % 9}%. No LGE."
        if ill
        else f"LV is not dilated. Normal LV function. LVEF {58 + index % 9}%. No LGE."
    )
    facts = Facts(f"patient-{index}", sex="M" if index % 3 else "F", vendor="siemens")
    return Example(f"study-{index:03d}", report, facts, images)
