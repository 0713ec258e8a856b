"""A phantom study as arrays: every series a scanner would send, with its geometry."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from domain.phantom.anatomy import tissues
from domain.phantom.library import PhantomStudy
from domain.phantom.signal import (
    acquire,
    cine_table,
    lge_table,
    null_inversion_time,
    shading,
)

Array = NDArray[np.float64]
# Heart axes (x lateral, y anterior, z apex) in DICOM patient axes (left, posterior, head).
_APEX = np.array([0.62, -0.55, -0.56])
_ANTERIOR = np.array([0.28, -0.50, 0.82])


def heart_axes() -> Array:
    """Rows are the heart's x, y and z axes as unit vectors in patient coordinates; (3, 3)."""
    z = _APEX / np.linalg.norm(_APEX)
    y = _ANTERIOR - (_ANTERIOR @ z) * z
    y /= np.linalg.norm(y)
    return np.stack([np.cross(y, z), y, z])


@dataclass(frozen=True)
class RenderedStack:
    """One view: `pixels` (slices, phases, rows, columns) uint16, with where each slice lies.

    - `origins`: centre of the first pixel of each slice, patient mm, (slices, 3)
    - `row`, `column`: unit vectors along a row and down a column, patient axes
    - `missing`: (slice, phase) pairs that the scanner did not send
    """

    view: str
    contrast: str
    pixels: NDArray[np.uint16]
    origins: Array
    row: Array
    column: Array
    pixel_spacing_mm: float
    slice_thickness_mm: float
    slice_spacing_mm: float | None
    rr_ms: list[float]
    inversion_time_ms: float | None = None
    missing: frozenset[tuple[int, int]] = field(default_factory=frozenset)


@dataclass(frozen=True)
class RenderedStudy:
    """Every stack of a phantom study."""

    study: PhantomStudy
    stacks: list[RenderedStack]


def render(study: PhantomStudy) -> RenderedStudy:
    """The study's cine and, where contrast was given, its late enhancement."""
    rng = np.random.default_rng([study.seed, 7])
    stacks = [_short_axis(study, rng, cine=True)]
    stacks += [_long_axis(study, view, rng, cine=True) for view in ("lax4", "lax2", "lax3")]
    if study.has_lge:
        stacks.append(_short_axis(study, rng, cine=False))
        stacks.append(_long_axis(study, "lax4", rng, cine=False))
    return RenderedStudy(study, stacks)


def _short_axis(study: PhantomStudy, rng: np.random.Generator, *, cine: bool) -> RenderedStack:
    spacing = 10.0
    depths = np.arange(2.0, study.heart.length + 8, spacing)
    # In the image: columns run from the septum to the lateral wall, rows from anterior down.
    row, column = np.array([1.0, 0, 0]), np.array([0, -1.0, 0])
    shifts = rng.normal(0, study.breathing_mm, (len(depths), 2))
    centres = np.stack([shifts[:, 0] - 12, shifts[:, 1], depths], -1)
    missing: set[tuple[int, int]] = set()
    if cine and study.missing_slice and len(depths) > 4:
        depths_kept = [i for i in range(len(depths)) if i != len(depths) // 2]
        centres = centres[depths_kept]
    if cine and study.missing_phase:
        missing.add((1, 9))
    return _scan(study, "sax", centres, row, column, spacing, frozenset(missing), rng, cine)


def _long_axis(
    study: PhantomStudy, view: str, rng: np.random.Generator, *, cine: bool
) -> RenderedStack:
    """A plane through the long axis; the angle in the short axis tells the views apart."""
    # Direction of the plane in the short axis: through the right ventricle for four chambers,
    # through the anterior wall for two, through the outflow tract for three.
    across = {
        "lax4": np.array([1.0, -0.12, 0]),
        "lax2": np.array([0.12, -1.0, 0]),
        "lax3": np.array([0.50, -0.84, 0]),
    }[view]
    across = across / np.linalg.norm(across)
    centre = np.array([[0.0, 0.0, study.heart.length * 0.33]]) - 8 * across
    down = np.array([0.0, 0.0, -1.0])
    return _scan(study, view, centre, across, down, None, frozenset(), rng, cine)


def _scan(
    study: PhantomStudy,
    view: str,
    centres: Array,
    row: Array,
    column: Array,
    spacing: float | None,
    missing: frozenset[tuple[int, int]],
    rng: np.random.Generator,
    cine: bool,
) -> RenderedStack:
    size, mm = study.matrix, study.field_of_view_mm / study.matrix
    phases = study.phases if cine else 1
    offsets = (np.arange(size) - (size - 1) / 2) * mm
    plane = offsets[None, :, None] * row + offsets[:, None, None] * column
    ti = None if cine else null_inversion_time(study.myocardial_ecv)
    table = (
        cine_table()
        if ti is None
        else lge_table(ti, myocardial_ecv=study.myocardial_ecv, scar_ecv=study.scar_ecv)
    )
    shade = shading(size, size, study.scanner.shading, rng)
    signal = np.zeros((len(centres), phases, size, size))
    for s, centre in enumerate(centres):
        for p in range(phases):
            fraction = p / phases if cine else 0.72
            # Two depths through the slice soften edges that cut it obliquely.
            for through in (-2.0, 2.0):
                points = plane + centre + through * np.cross(row, column)
                signal[s, p] += 0.5 * table[tissues(study.heart, fraction, points)]
    axes = heart_axes()
    origins = centres + offsets[0] * (row + column)
    return RenderedStack(
        view=view,
        contrast="cine" if cine else "lge",
        pixels=acquire(signal, study.scanner, rng, shade=shade),
        origins=study.heart_position + origins @ axes,
        row=row @ axes,
        column=column @ axes,
        pixel_spacing_mm=mm,
        slice_thickness_mm=8.0,
        slice_spacing_mm=spacing,
        rr_ms=[study.rr_ms * (1 + 0.02 * rng.normal()) for _ in centres],
        inversion_time_ms=ti,
        missing=missing,
    )
