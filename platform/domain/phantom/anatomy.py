"""A heart in millimetres: which tissue is at a point, at a phase of the cardiac cycle.

Heart coordinates: z along the left ventricle's long axis, 0 at the base (mitral plane) and
positive towards the apex; x towards the free (lateral) wall, -x towards the septum and the right
ventricle; y towards the anterior wall, -y inferior. The left ventricle is a truncated ellipsoid
whose wall keeps its area in every short-axis slice as the cavity empties, so the wall thickens.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Tissue(IntEnum):
    """What a point is made of; the order is that of `signal.TISSUES`."""

    AIR = 0
    LUNG = 1
    FAT = 2
    MUSCLE = 3
    LIVER = 4
    BLOOD = 5
    MYOCARDIUM = 6
    SCAR = 7
    FLUID = 8
    THROMBUS = 9
    BONE = 10


@dataclass(frozen=True)
class Heart:
    """The shape and motion of one heart; lengths in mm, volumes follow from them.

    - `radius`, `length`: endocardial radius at the base and length of the cavity, end-diastole
    - `wall`: mean end-diastolic wall thickness; `septal_extra`: more of it in the septum
    - `radial`, `longitudinal`: relative shortening of cavity radius and length at end-systole
    - `rv_radius`, `rv_radial`: size of the right ventricle and its shortening
    - `la_radius`, `aorta_radius`; `effusion`: thickness of pericardial fluid
    - `weak_angle`, `weak_width`, `weak_factor`: a sector (radians, 0 lateral, pi/2 anterior) whose
      motion is scaled by `weak_factor`; `weak_from`: relative z from which it is weak
    - `scar`: none, subendocardial, midwall, subepicardial, patchy; `scar_extent`: of the wall, 0..1
    - `thrombus`: radius of an apical thrombus
    """

    radius: float = 25.0
    length: float = 82.0
    wall: float = 8.0
    septal_extra: float = 0.0
    radial: float = 0.36
    longitudinal: float = 0.14
    rv_radius: float = 30.0
    rv_radial: float = 0.28
    la_radius: float = 21.0
    aorta_radius: float = 14.0
    effusion: float = 0.0
    weak_angle: float = 0.0
    weak_width: float = 0.0
    weak_factor: float = 1.0
    weak_from: float = 0.0
    scar: str = "none"
    scar_extent: float = 0.5
    thrombus: float = 0.0
    body_radius: float = 135.0
    fat: float = 14.0


def contraction(fraction: float) -> float:
    """How far through contraction the heart is, 0..1, at a fraction of the RR interval.

    End-systole near 35 % of the cycle; rapid filling, diastasis, then the atrial kick.
    """
    f = fraction % 1.0
    if f < 0.35:
        return float(0.5 - 0.5 * np.cos(np.pi * f / 0.35))
    if f < 0.58:
        return float(0.22 + 0.78 * (0.5 + 0.5 * np.cos(np.pi * (f - 0.35) / 0.23)))
    if f < 0.82:
        return 0.22
    return float(0.22 * (0.5 + 0.5 * np.cos(np.pi * (f - 0.82) / 0.18)))


@dataclass(frozen=True)
class Beat:
    """The left ventricle at one phase: cavity radius and length, and the base's descent, mm."""

    radius: float
    length: float
    descent: float
    amount: float


def beat(heart: Heart, fraction: float) -> Beat:
    """The heart's state at a fraction of the RR interval."""
    amount = contraction(fraction)
    length = heart.length * (1 - heart.longitudinal * amount)
    return Beat(
        radius=heart.radius * (1 - heart.radial * amount),
        length=length,
        descent=heart.length - length,
        amount=amount,
    )


def _taper(z: Array, length: float) -> Array:
    """Relative cavity radius of a truncated ellipsoid at depth z below the base."""
    centre, half = 0.28 * length, 0.72 * length
    return np.asarray(np.sqrt(np.clip(1 - ((z - centre) / half) ** 2, 0, None)))


def _weakness(heart: Heart, angle: Array, depth: Array) -> Array:
    """The scale of motion, 1 where it is normal."""
    if heart.weak_width <= 0:
        return np.ones_like(angle)
    off = np.abs(np.angle(np.exp(1j * (angle - heart.weak_angle))))
    inside = np.clip((heart.weak_width - off) / 0.25 + 0.5, 0, 1)
    inside = inside * np.clip((depth - heart.weak_from) / 0.12 + 0.5, 0, 1)
    return np.asarray(1 - (1 - heart.weak_factor) * inside)


def _wall(heart: Heart, angle: Array, depth: Array) -> Array:
    """End-diastolic wall thickness, mm, thicker in the septum and thinner towards the apex."""
    septum = np.clip(np.cos(angle - np.pi), 0, 1) ** 1.5
    return (heart.wall + heart.septal_extra * septum) * (1.08 - 0.3 * np.clip(depth, 0, 1))


@dataclass(frozen=True)
class Borders:
    """Endo- and epicardial radius (mm) along rays at given depths, and the weakness there."""

    endo: Array
    epi: Array
    weak: Array


def borders(heart: Heart, now: Beat, angle: Array, z: Array) -> Borders:
    """The left ventricle's borders. Wall area per angle is that of end-diastole."""
    depth = (z - now.descent) / now.length
    taper = _taper(z - now.descent, now.length)
    weak = _weakness(heart, angle, depth)
    endo_ed = heart.radius * taper
    wall = _wall(heart, angle, depth) * np.clip(taper * 1.6, 0.55, 1)
    shortening = heart.radial * now.amount * weak
    trabeculae = 0.6 * np.sin(7 * angle + 2) + 0.5 * np.sin(11 * angle + 5 * depth)
    endo = np.maximum(endo_ed * (1 - shortening) + trabeculae * np.clip(taper, 0, 1), 0)
    # r_epi^2 - r_endo^2 stays what it was: the muscle does not shrink.
    area = (endo_ed + wall) ** 2 - endo_ed**2
    beyond = np.clip(z - now.descent - now.length, 0, None)
    epi = np.sqrt(endo**2 + area) - beyond * 2.0
    return Borders(endo, np.maximum(epi, 0), weak)


def tissues(heart: Heart, fraction: float, points: Array) -> NDArray[np.uint8]:
    """The tissue at each point: points (..., 3) in heart mm (x, y, z) -> (...) of Tissue codes."""
    now = beat(heart, fraction)
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    rho, angle = np.hypot(x, y), np.arctan2(y, x)
    out = _body(heart, x, y, z)
    edge = borders(heart, now, angle, z)
    in_lv = (z >= now.descent) & (z <= now.descent + now.length + 10)
    _draw_effusion(heart, out, rho, edge, z, now)
    _draw_rv(heart, out, x, y, z, now)
    _draw_atria(heart, out, x, y, z, now)
    wall = in_lv & (rho <= edge.epi)
    out[wall] = Tissue.MYOCARDIUM
    _draw_scar(heart, out, wall, rho, edge)
    cavity = in_lv & (rho < edge.endo) & (z <= now.descent + now.length)
    out[cavity] = Tissue.BLOOD
    _draw_papillary(heart, out, cavity, x, y, z, now)
    _draw_aorta(heart, out, x, y, z, now)
    if heart.thrombus > 0:
        apex = now.descent + now.length - heart.thrombus * 0.8
        clot = cavity & (rho**2 + (z - apex) ** 2 < heart.thrombus**2)
        out[clot] = Tissue.THROMBUS
    return out


def _body(heart: Heart, x: Array, y: Array, z: Array) -> NDArray[np.uint8]:
    """Chest: fat, muscle, lungs, liver below the heart, the spine behind."""
    out = np.zeros(x.shape, np.uint8)
    # The chest's own axes, oblique to the heart's: across, front-back, head-foot.
    across = 0.62 * x - 0.45 * y + 0.64 * z - 28
    front = 0.55 * x + 0.83 * y + 0.05 * z - 18
    head = -0.55 * x + 0.32 * y + 0.77 * z
    ring = np.hypot(across / 1.32, front + 35) / heart.body_radius
    out[ring < 1] = Tissue.FAT
    out[ring < 1 - heart.fat / heart.body_radius] = Tissue.MUSCLE
    inside = ring < 1 - (heart.fat + 13) / heart.body_radius
    out[inside] = Tissue.LUNG
    out[inside & (head > 38 + 0.12 * across)] = Tissue.LIVER
    fat_pad = (x / 62) ** 2 + (y / 50) ** 2 + ((z - 36) / 66) ** 2 < 0.92
    out[inside & fat_pad] = Tissue.FAT
    spine = np.hypot(across + 10, front + 118) < 24
    out[spine] = Tissue.BONE
    vessels = np.sin(across / 6.1) * np.sin(front / 7.3) * np.sin(head / 8.7) > 0.83
    out[(out == Tissue.LUNG) & vessels] = Tissue.BLOOD
    return out


def _draw_effusion(
    heart: Heart, out: NDArray[np.uint8], rho: Array, edge: Borders, z: Array, now: Beat
) -> None:
    if heart.effusion <= 0:
        return
    reach = edge.epi + heart.effusion
    around = (rho < reach) & (z > now.descent - 4) & (z < now.descent + now.length + 14)
    out[around] = Tissue.FLUID


def _draw_rv(
    heart: Heart, out: NDArray[np.uint8], x: Array, y: Array, z: Array, now: Beat
) -> None:
    """A crescent on the septal side, with a thin wall, from the base nearly to the apex."""
    squeeze = 1 - heart.rv_radial * now.amount
    taper = np.sqrt(np.clip(1 - ((z - now.descent - 8) / (0.86 * now.length)) ** 2, 0, None))
    # The septum side stays with the left ventricle; the free wall comes in.
    centre = -(heart.radius + 4) * 0.78
    a = np.maximum(heart.rv_radius * 1.12 * squeeze * taper, 1e-3)
    b = np.maximum(heart.rv_radius * 1.30 * (1 - 0.4 * (1 - squeeze)) * taper, 1e-3)
    inside = ((x - centre) / a) ** 2 + ((y - 3) / b) ** 2
    wall = ((x - centre) / (a + 3.4)) ** 2 + ((y - 3) / (b + 3.4)) ** 2
    here = (z >= now.descent - 6) & (taper > 0.12)
    if heart.effusion > 0:
        fluid = 3.4 + heart.effusion
        outer = ((x - centre) / (a + fluid)) ** 2 + ((y - 3) / (b + fluid)) ** 2
        out[here & (outer < 1)] = Tissue.FLUID
    out[here & (wall < 1)] = Tissue.MYOCARDIUM
    out[here & (inside < 1)] = Tissue.BLOOD


def _draw_atria(
    heart: Heart, out: NDArray[np.uint8], x: Array, y: Array, z: Array, now: Beat
) -> None:
    """Both atria above the base; they fill as the ventricles empty."""
    fill = 0.85 + 0.25 * now.amount
    la, ra = heart.la_radius * fill, heart.la_radius * 0.98 * fill
    for centre_x, centre_y, radius in ((4.0, -4.0, la), (-42.0, -6.0, ra)):
        depth = now.descent - radius * 0.92
        distance = np.sqrt((x - centre_x) ** 2 + (y - centre_y) ** 2 + (z - depth) ** 2)
        here = z < now.descent - 1
        out[here & (distance < radius + 2.2)] = Tissue.MYOCARDIUM
        out[here & (distance < radius)] = Tissue.BLOOD


def _draw_aorta(
    heart: Heart, out: NDArray[np.uint8], x: Array, y: Array, z: Array, now: Beat
) -> None:
    """The outflow tract and ascending aorta, leaving the base antero-septally."""
    along = now.descent - z
    centre_x, centre_y = -9 - 0.16 * along, 15 + 0.34 * along
    distance = np.hypot(x - centre_x, y - centre_y)
    flare = 1 + 0.18 * np.exp(-(((along - 14) / 9) ** 2))
    here = (along > -7) & (along < 75)
    radius = heart.aorta_radius * flare
    out[here & (distance < radius + 2.2)] = Tissue.MYOCARDIUM
    out[here & (distance < radius)] = Tissue.BLOOD
    descending = np.hypot(x - 18, y + 62) < max(11.0, 0.75 * heart.aorta_radius)
    out[descending] = Tissue.BLOOD


def _draw_papillary(
    heart: Heart, out: NDArray[np.uint8], cavity: NDArray[np.bool_], x: Array, y: Array, z: Array,
    now: Beat,
) -> None:
    depth = (z - now.descent) / now.length
    here = cavity & (depth > 0.33) & (depth < 0.78)
    for angle in (0.75, -0.95):
        at = 0.66 * now.radius * _taper(z - now.descent, now.length)
        distance = np.hypot(x - at * np.cos(angle), y - at * np.sin(angle))
        out[here & (distance < 3.9 + 1.1 * now.amount)] = Tissue.MYOCARDIUM


def _draw_scar(
    heart: Heart, out: NDArray[np.uint8], wall: NDArray[np.bool_], rho: Array, edge: Borders
) -> None:
    """Scar in the weak sector (or all around for diffuse disease), in its layer of the wall."""
    if heart.scar == "none":
        return
    through = np.clip((rho - edge.endo) / np.maximum(edge.epi - edge.endo, 1e-3), 0, 1)
    layer = {
        "subendocardial": through < heart.scar_extent,
        "midwall": np.abs(through - 0.5) < heart.scar_extent / 2,
        "subepicardial": through > 1 - heart.scar_extent,
        "transmural": through <= 1,
    }[heart.scar]
    sector = edge.weak < 0.5 + 0.5 * heart.weak_factor if heart.weak_width > 0 else True
    out[wall & layer & sector] = Tissue.SCAR


@dataclass(frozen=True)
class Volumes:
    """What the masks measure: volumes in mL, mass in g (1.05 g/mL), thickness in mm."""

    lvedv: float
    lvesv: float
    lvef: float
    lv_mass: float
    rvedv: float
    rvesv: float
    rvef: float
    wall_thickness: float


def measure(heart: Heart, step: float = 1.5) -> Volumes:
    """Volumes, ejection fractions and mass counted from the masks at end-diastole and -systole."""
    grid = np.arange(-95, 60, step)
    depth = np.arange(-10, heart.length + 16, step)
    x, y, z = np.meshgrid(grid, grid[np.abs(grid) < 62], depth, indexing="ij")
    points = np.stack([x, y, z], -1)
    ml = step**3 / 1000
    volumes = {}
    for name, fraction in (("ed", 0.0), ("es", 0.35)):
        now = beat(heart, fraction)
        edge = borders(heart, now, np.arctan2(y, x), z)
        codes = tissues(heart, fraction, points)
        rho = np.hypot(x, y)
        below = (z >= now.descent) & (z <= now.descent + now.length)
        lv = below & (rho < edge.endo)
        rv_side = (codes == Tissue.BLOOD) & (rho >= edge.epi) & (x < 0) & (z >= now.descent)
        rv_side &= np.hypot(x + 9, y - 15) > heart.aorta_radius * 1.2
        volumes[f"lv_{name}"] = float(lv.sum()) * ml
        volumes[f"rv_{name}"] = float(rv_side.sum()) * ml
        if name == "ed":
            muscle = below & (rho >= edge.endo) & (rho <= edge.epi)
            mass = float(muscle.sum()) * ml * 1.05
            wall = float(np.max((edge.epi - edge.endo)[below & (edge.endo > 8)]))
    lv_ed, lv_es = volumes["lv_ed"], volumes["lv_es"]
    rv_ed, rv_es = volumes["rv_ed"], volumes["rv_es"]
    return Volumes(
        lvedv=lv_ed, lvesv=lv_es, lvef=100 * (1 - lv_es / lv_ed), lv_mass=mass,
        rvedv=rv_ed, rvesv=rv_es, rvef=100 * (1 - rv_es / rv_ed), wall_thickness=wall,
    )
