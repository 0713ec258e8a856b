"""How studies come to be scanned: slices that cover the heart, contrast, and what goes wrong."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from domain.phantom.study import Acquisition, Enhancement, HeartShape

# Diagnoses that rest on late enhancement are never scanned without it.
_NEEDS_CONTRAST = frozenset(
    {"ischaemic_lad", "ischaemic_rca", "ischaemic_lcx", "infarct_acute", "thrombus", "amyloid",
     "myocarditis"}
)  # fmt: skip
LIBRARY_VENDORS = ("siemens", "ge", "philips")
# Slice spacing with the thickness that usually goes with it, mm.
_THICKNESS_MM = {6.0: 6.0, 8.0: 7.0, 9.0: 8.0, 10.0: 8.0, 12.0: 10.0}


def draw_acquisition(
    rng: np.random.Generator,
    kind: str,
    number: int,
    shape: HeartShape,
    enhancement: Enhancement | None,
) -> Acquisition:
    """An ordinary scan; of twelve, one lacks a slice, one a phase, and in one the rhythm varies."""
    style = LIBRARY_VENDORS[int(rng.integers(len(LIBRARY_VENDORS)))]
    field = 3.0 if rng.random() < 0.35 else 1.5
    spacing = float(rng.choice([8.0, 9.0, 10.0]))
    slices = min(14, slices_needed(shape, spacing))
    contrast = bool(rng.random() < 0.7) or kind in _NEEDS_CONTRAST
    acquisition = Acquisition(
        style=style,
        field_strength_tesla=field,
        heart_rate=float(rng.integers(54, 88)),
        phase_count=25,
        slice_count=slices,
        slice_thickness_mm=_THICKNESS_MM[spacing],
        slice_spacing_mm=spacing,
        pixel_mm=round(float(rng.uniform(1.48, 1.72)), 3),
        rows=176,
        columns=208,
        noise=float(rng.uniform(0.020, 0.032)) * (0.8 if field > 2 else 1.0),
        shading=float(rng.uniform(0.25, 0.55)),
        contrast_given=contrast,
        phase_sensitive=_needs_sign(shape, enhancement) or bool(rng.random() < 0.35),
        arrhythmia=0.10 if number % 12 == 4 else 0.02,
    )
    if number % 12 == 7:
        return replace(acquisition, missing_slice=slices // 2)
    if number % 12 == 10:
        return replace(acquisition, missing_phase=(2, int(rng.integers(4, 20))))
    return acquisition


def draw_varied_acquisition(
    rng: np.random.Generator,
    kind: str,
    style: str,
    shape: HeartShape,
    enhancement: Enhancement | None,
) -> Acquisition:
    """A scan as many centres make them: matrix, phases, slices, noise, rhythm and gaps vary."""
    field = 3.0 if rng.random() < 0.4 else 1.5
    spacing = float(rng.choice([6.0, 8.0, 9.0, 10.0, 12.0], p=[0.10, 0.27, 0.18, 0.35, 0.10]))
    slices = min(20, slices_needed(shape, spacing))
    phases = int(rng.integers(12, 17) if rng.random() < 0.15 else rng.integers(20, 31))
    columns = int(rng.choice([192, 208, 224, 240]))
    pixel_mm = float(rng.uniform(315.0, 365.0)) / columns
    rows = 8 * round(columns * float(rng.uniform(0.78, 1.0)) / 8)
    acquisition = Acquisition(
        style=style,
        field_strength_tesla=field,
        heart_rate=float(rng.integers(46, 106)),
        phase_count=phases,
        slice_count=slices,
        slice_thickness_mm=_THICKNESS_MM[spacing],
        slice_spacing_mm=spacing,
        pixel_mm=round(pixel_mm, 3),
        rows=rows,
        columns=columns,
        noise=float(rng.uniform(0.016, 0.050)) * (0.8 if field > 2 else 1.0),
        shading=float(rng.uniform(0.15, 0.95)),
        contrast_given=bool(rng.random() < 0.72) or kind in _NEEDS_CONTRAST,
        phase_sensitive=_needs_sign(shape, enhancement) or bool(rng.random() < 0.45),
        arrhythmia=float(rng.uniform(0.07, 0.18) if rng.random() < 0.15 else 0.02),
    )
    if rng.random() < 0.08:
        acquisition = replace(acquisition, missing_slice=int(rng.integers(1, slices - 1)))
    if rng.random() < 0.08:
        place = (int(rng.integers(0, slices)), int(rng.integers(1, phases)))
        if place[0] != acquisition.missing_slice:
            acquisition = replace(acquisition, missing_phase=place)
    return acquisition


def choose_vendor(rng: np.random.Generator, vendors: Sequence[str]) -> str:
    """One of `vendors`."""
    return vendors[int(rng.integers(len(vendors)))]


def slices_needed(shape: HeartShape, spacing_mm: float) -> int:
    """Short-axis slices that cover the cavity from the annulus to the apex, at least 8."""
    # A truncated ellipsoid of length 2 e r holds some 0.7 pi r² (2 e r).
    radius_mm = (1000.0 * shape.lv_edv_ml / (1.4 * np.pi * shape.elongation)) ** (1 / 3)
    cavity_mm = 2.0 * shape.elongation * radius_mm
    return max(8, int(np.ceil(cavity_mm / spacing_mm) + 1))


def _needs_sign(shape: HeartShape, enhancement: Enhancement | None) -> bool:
    """Whether a magnitude image would mislead: it cannot tell tissue that contrast never reached
    from tissue that it did."""
    blocked = enhancement is not None and enhancement.obstruction > 0
    return shape.thrombus_mm > 0 or shape.effusion_mm > 0 or blocked
