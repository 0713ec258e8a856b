"""Volumes, mass and thickness counted on the masks of the drawn heart.

The masks are soft: each voxel counts with the share of it that lies inside. Papillary muscles and
trabeculae belong to the blood pool, and the left-ventricular cavity ends at the mitral annulus.
"""

import numpy as np

from domain.phantom.chambers import Anatomy, HeartPoints
from domain.phantom.frame import draw_frame
from domain.phantom.heart import HeartInstant, contraction_curve
from domain.phantom.segments import LEVELS
from domain.phantom.study import PhantomStudy

MYOCARDIAL_DENSITY = 1.05  # g/mL
_STEP_MM = 2.0


def anatomy_of(study: PhantomStudy) -> Anatomy:
    """The anatomy of a study; the same each time."""
    length = 2.0 * 26.0 * study.shape.elongation
    return Anatomy(study.shape, draw_frame(study.seed, length), study.seed)


def phase_contractions(study: PhantomStudy) -> list[float]:
    """Contraction (0 to 1) of each cine phase; the first is end-diastole."""
    count = study.acquisition.phase_count
    return [float(c) for c in contraction_curve(np.arange(count) / count, study.shape.systole)]


def measure(study: PhantomStudy, step_mm: float = _STEP_MM) -> dict[str, float]:
    """Measures of a study: volumes mL, mass g, thickness and diameter mm, fractions percent.

    Keys: lvedv lvesv lvef rvedv rvesv rvef lvedvi lvesvi rvedvi lv_mass lv_mass_index
    wall_thickness la_volume ra_volume aorta_diameter, and es_phase (index of end-systole).
    """
    anatomy = anatomy_of(study)
    contractions = phase_contractions(study)
    systole = int(np.argmax(contractions))
    grid = _grid(anatomy, step_mm)
    diastolic = _count(anatomy, grid, anatomy.heart.at(contractions[0]), step_mm)
    systolic = _count(anatomy, grid, anatomy.heart.at(contractions[systole]), step_mm)
    area = study.patient.body_surface_area
    mass = diastolic["wall"] * MYOCARDIAL_DENSITY
    return {
        "lvedv": diastolic["lv"], "lvesv": systolic["lv"],
        "lvef": 100.0 * (1.0 - systolic["lv"] / diastolic["lv"]),
        "rvedv": diastolic["rv"], "rvesv": systolic["rv"],
        "rvef": 100.0 * (1.0 - systolic["rv"] / diastolic["rv"]),
        "lvedvi": diastolic["lv"] / area, "lvesvi": systolic["lv"] / area,
        "rvedvi": diastolic["rv"] / area,
        "lv_mass": mass, "lv_mass_index": mass / area,
        "wall_thickness": _thickness(anatomy),
        "la_volume": systolic["la"], "ra_volume": systolic["ra"],
        "aorta_diameter": study.shape.aorta_mm,
        "es_phase": float(systole),
    }  # fmt: skip


def _grid(anatomy: Anatomy, step_mm: float) -> HeartPoints:
    reach = anatomy.heart.radius + 24.0
    right = float(anatomy.heart.at(0.0).rv_outer.max()) + 6.0
    right = max(right, anatomy.right_atrium.x + anatomy.right_atrium.half_x + 6.0)
    top = min(anatomy.left_atrium.roof, anatomy.right_atrium.roof) - 6.0
    x, y, z = np.meshgrid(
        np.arange(-reach, right, step_mm, dtype=np.float32),
        np.arange(-right, right, step_mm, dtype=np.float32),
        np.arange(top, anatomy.heart.length + 6.0, step_mm, dtype=np.float32),
        indexing="ij",
    )
    return HeartPoints.of(x.ravel(), y.ravel(), z.ravel())


def _count(
    anatomy: Anatomy, grid: HeartPoints, instant: HeartInstant, step_mm: float
) -> dict[str, float]:
    """Volumes in mL at one moment."""
    found = anatomy.regions(grid, instant, step_mm)
    voxel = step_mm**3 / 1000.0
    vessels = np.maximum(found.aorta, found.lv_wall)
    return {
        "lv": float(found.lv_cavity.sum(dtype=np.float64)) * voxel,
        "wall": float(np.maximum(found.lv_wall - found.lv_cavity, 0.0).sum(dtype=np.float64))
        * voxel,
        "rv": float((found.rv_cavity * (1.0 - vessels)).sum(dtype=np.float64)) * voxel,
        "la": float((found.la * (1.0 - found.aorta)).sum(dtype=np.float64)) * voxel,
        "ra": float((found.ra * (1.0 - found.la_wall)).sum(dtype=np.float64)) * voxel,
    }


def _thickness(anatomy: Anatomy) -> float:
    """Largest end-diastolic wall thickness (mm), measured across the wall, apex left out."""
    rest = anatomy.heart.at(0.0)
    rows = slice(int(0.08 * LEVELS), int(0.72 * LEVELS))
    across = (rest.epi - rest.endo) * rest.epi_steepness
    return float(np.percentile(across[rows], 98.0))
