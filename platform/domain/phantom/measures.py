"""Volumes, mass and thickness counted on the masks of the drawn heart.

The masks are soft: each voxel counts with the share of it that lies inside. Papillary muscles and
trabeculae belong to the blood pool, and the left-ventricular cavity ends at the mitral annulus.
"""

import numpy as np

from domain.phantom.chambers import Anatomy, HeartPoints
from domain.phantom.frame import draw_frame
from domain.phantom.heart import OUTFLOW_TOP_MM, HeartInstant, contraction_curve
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
    slabs = _slabs(anatomy, step_mm)
    diastolic = _count(anatomy, slabs, anatomy.heart.at(contractions[0]), step_mm)
    systolic = _count(anatomy, slabs, anatomy.heart.at(contractions[systole]), step_mm)
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


def _slabs(anatomy: Anatomy, step_mm: float) -> list[HeartPoints]:
    """A grid of points over all chambers: atria alone, atria with ventricles, ventricles alone.

    Within each slab only those (x, y) are kept that its chambers can reach at any moment.
    """
    heart = anatomy.heart
    instants = (heart.at(0.0), heart.at(1.0))
    top = min(anatomy.left_atrium.roof, anatomy.right_atrium.roof) - 2.0 * step_mm
    outflow = -OUTFLOW_TOP_MM - 2.0 * step_mm
    valves = max(max(one.base, one.tricuspid) for one in instants) + 6.0
    z = np.arange(top, heart.length + 2.0 * step_mm, step_mm, dtype=np.float32)
    side = np.arange(-150.0, 150.0, step_mm, dtype=np.float32)
    x, y = (axis.ravel() for axis in np.meshgrid(side, side, indexing="ij"))
    in_atria = np.zeros(x.shape, bool)
    for atrium in (anatomy.left_atrium, anatomy.right_atrium):
        in_atria |= np.abs(x - atrium.x) < 1.06 * atrium.half_x + step_mm
    reach = np.max([np.maximum(one.epi, one.rv_outer).max(axis=0) for one in instants], axis=0)
    flat = HeartPoints.of(x, y, np.zeros_like(x))
    in_ventricles = flat.radius < reach.take(flat.column) + 2.0 * step_mm
    tall = max(anatomy.left_atrium.half_y, anatomy.right_atrium.half_y)
    middle = 0.5 * (anatomy.left_atrium.y + anatomy.right_atrium.y)
    in_atria &= np.abs(y - middle) < 1.06 * tall + 10.0
    slabs = []
    for inside, level in (
        (in_atria, z[z < outflow]),
        (in_atria | in_ventricles, z[(z >= outflow) & (z < valves)]),
        (in_ventricles, z[z >= valves]),
    ):
        across, along = np.flatnonzero(inside), np.repeat(level, np.count_nonzero(inside))
        slabs.append(
            HeartPoints.of(np.tile(x[across], len(level)), np.tile(y[across], len(level)), along)
        )
    return slabs


def _count(
    anatomy: Anatomy, slabs: list[HeartPoints], instant: HeartInstant, step_mm: float
) -> dict[str, float]:
    """Volumes in mL at one moment."""
    total = dict.fromkeys(("lv", "wall", "rv", "la", "ra"), 0.0)
    for points in slabs:
        found = anatomy.regions(points, instant, step_mm)
        aorta = 0.0 if found.aorta is None else found.aorta
        wall = np.maximum(found.lv_wall - found.lv_cavity, 0.0)
        shares = {
            "lv": found.lv_cavity,
            "wall": wall,
            "rv": found.rv_cavity * (1.0 - np.maximum(aorta, found.lv_wall)),
        }
        if found.la is not None and found.ra is not None and found.la_wall is not None:
            shares["la"] = found.la * (1.0 - aorta)
            shares["ra"] = found.ra * (1.0 - found.la_wall)
        for name, share in shares.items():
            total[name] += float(share.sum(dtype=np.float64))
    return {name: voxels * step_mm**3 / 1000.0 for name, voxels in total.items()}


def _thickness(anatomy: Anatomy) -> float:
    """Largest end-diastolic wall thickness (mm), measured across the wall, apex left out."""
    rest = anatomy.heart.at(0.0)
    rows = slice(int(0.08 * LEVELS), int(0.72 * LEVELS))
    across = (rest.epi - rest.endo) * rest.epi_steepness
    return float(np.percentile(across[rows], 98.0))
