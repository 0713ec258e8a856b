"""The heart painted over the chest, tissue by tissue, at one moment.

Signals are signed (see `signal`), so that where fat and water share a pixel they cancel.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.phantom.chambers import Anatomy, HeartPoints, Regions, coverage
from domain.phantom.heart import HeartInstant
from domain.phantom.scar import ScarTables, scar_share

Field = NDArray[np.float32]

# Label values of the masks.
LV_CAVITY, LV_WALL, RV_CAVITY, LEFT_ATRIUM, RIGHT_ATRIUM, AORTA = 1, 2, 3, 4, 5, 6


@dataclass(frozen=True)
class WallLook:
    """How the left-ventricular wall looks after contrast.

    `enhanced`, `no_reflow`: signals of scar and of tissue that contrast never reached.
    """

    tables: ScarTables
    enhanced: float
    no_reflow: float


@dataclass(frozen=True)
class Surroundings:
    """What does not change from phase to phase on the painted pixels (samples, rows, columns).

    `fat`: depth of epicardial fat; `fluid`: depth of pericardial fluid, None where there is none;
    `vessel`: coverage of large vessels already painted; `swirl`: two smooth fields of flow;
    `grain`: fine texture.
    """

    fat: Field
    fluid: Field | None
    vessel: Field
    swirl: tuple[Field, Field]
    grain: Field


@dataclass(frozen=True)
class Moment:
    """One phase: its place in the cycle (0 to 1), and how open the valves to the atria are."""

    cycle: float
    opening: float
    instant: HeartInstant


def valve_opening(cycle: float, systole: float) -> float:
    """How open the mitral valve is, 0 to 1, at a place in the cycle."""
    if cycle <= systole + 0.02 or cycle > 0.985:
        return 0.0
    place = (cycle - systole) / (1.0 - systole)
    times = [0.0, 0.12, 0.35, 0.60, 0.78, 0.90, 1.0]
    return float(np.interp(place, times, [0.0, 1.0, 1.0, 0.45, 0.40, 1.0, 0.2]))


def paint_heart(
    background: Field,
    points: HeartPoints,
    anatomy: Anatomy,
    moment: Moment,
    palette: Mapping[str, float],
    around: Surroundings,
    pixel_mm: float,
    look: WallLook | None = None,
) -> tuple[Field, Regions]:
    """(signed signal with the heart on `background`, regions): (samples, rows, columns)."""
    instant = moment.instant
    found = anatomy.regions(points, instant, pixel_mm)
    image = background.copy()
    shown = 1.0 - around.vessel
    phase = np.float32(2.0 * np.pi * moment.cycle)
    swirl = around.swirl[0] * np.cos(phase) + around.swirl[1] * np.sin(phase)
    blood = np.float32(palette["blood"]) * (1.0 + swirl * np.float32(0.05 + 0.03 * moment.opening))
    muscle = np.float32(palette["myocardium"]) * around.grain
    solid = found.solid + around.fat
    if around.fluid is not None:
        _lay(image, coverage(solid + around.fluid + 1.6, pixel_mm) * shown, palette["bone"])
        _lay(image, coverage(solid + around.fluid, pixel_mm) * shown, palette["fluid"])
    _lay(image, coverage(solid, pixel_mm) * shown, palette["fat"])
    for wall, cavity in ((found.ra_wall, found.ra), (found.la_wall, found.la)):
        _lay(image, wall * shown, muscle)
        _lay(image, cavity, blood)
    _lay(image, found.pulmonary_wall * shown, muscle)
    _lay(image, found.pulmonary, blood)
    _lay(image, found.rv_wall * (1.0 - found.pulmonary), muscle)
    _lay(image, found.rv_cavity, blood)
    _paint_rv_trabeculae(image, points, anatomy, instant, found, muscle, pixel_mm)
    _lay(image, found.lv_wall, _wall_signal(muscle, points, found, look, pixel_mm))
    _lay(image, found.lv_cavity, blood)
    _paint_inside_lv(image, points, anatomy, instant, found, muscle, palette, pixel_mm)
    above = coverage(np.float32(instant.base) - points.z, 3.0)
    _lay(image, found.aorta_wall * above, muscle)
    _lay(image, found.aorta, blood)
    _paint_valves(image, points, anatomy, moment, found, palette, pixel_mm)
    return image, found


def _lay(image: Field, share: Field, signal: Field | float) -> None:
    """Mixes `signal` into `image` by `share` (0 to 1), in place."""
    if not share.any():
        return
    image += share * (signal - image)


def _wall_signal(
    muscle: Field, points: HeartPoints, found: Regions, look: WallLook | None, pixel_mm: float
) -> Field:
    if look is None:
        return muscle
    thickness = np.maximum(found.epi - found.endo, 1.0)
    depth = (points.radius - found.endo) / thickness
    soft = np.clip(pixel_mm / thickness, 0.05, 0.6)
    tables = look.tables
    share = scar_share(
        tables.inner.take(found.cell, mode="clip"), tables.outer.take(found.cell, mode="clip"), tables.strength.take(found.cell, mode="clip"), depth, soft
    )
    result = muscle + share * (np.float32(look.enhanced) - muscle)
    blocked = tables.obstruction.take(found.cell, mode="clip")
    core = np.clip((blocked - depth) / soft, 0.0, 1.0) * np.clip((depth - 0.06) / soft, 0.0, 1.0)
    core *= blocked > 0.05
    painted: Field = result + core * (np.float32(look.no_reflow) - result)
    return painted


def _paint_rv_trabeculae(
    image: Field,
    points: HeartPoints,
    anatomy: Anatomy,
    instant: HeartInstant,
    found: Regions,
    muscle: Field,
    pixel_mm: float,
) -> None:
    rough = anatomy.heart.rv_trabeculae.take(found.cell, mode="clip")
    standing = coverage(points.radius - instant.rv_inner.take(found.cell, mode="clip") + rough, pixel_mm)
    _lay(image, found.rv_cavity * standing * (rough > 0.3) * np.float32(0.75), muscle)


def _paint_inside_lv(
    image: Field,
    points: HeartPoints,
    anatomy: Anatomy,
    instant: HeartInstant,
    found: Regions,
    muscle: Field,
    palette: Mapping[str, float],
    pixel_mm: float,
) -> None:
    """Trabeculae, papillary muscles and thrombus in the left-ventricular cavity."""
    rough = anatomy.heart.trabeculae.take(found.cell, mode="clip")
    standing = coverage(points.radius - found.endo + rough, pixel_mm) * np.float32(0.7)
    _lay(image, found.lv_cavity * standing, muscle)
    papillary = coverage(anatomy.papillary(points, found, instant), pixel_mm)
    _lay(image, papillary * found.lv_cavity, muscle)
    size = anatomy.shape.thrombus_mm
    if size > 0:
        ball = anatomy.thrombus_distance(points)
        _lay(image, coverage(ball, pixel_mm) * found.lv_cavity, palette["thrombus"])


def _paint_valves(
    image: Field,
    points: HeartPoints,
    anatomy: Anatomy,
    moment: Moment,
    found: Regions,
    palette: Mapping[str, float],
    pixel_mm: float,
) -> None:
    """Mitral leaflets, and the aortic valve while it is shut."""
    if points.lowest > moment.instant.base + 26.0:
        return
    blood = np.maximum(found.lv_cavity, found.la)
    near = coverage(15.0 - np.abs(_beside(points, anatomy)), 6.0)
    share = np.zeros(points.x.shape, np.float32)
    for leaflet in anatomy.mitral_leaflets(moment.instant.base, moment.opening):
        share = np.maximum(share, coverage(_strip(points, anatomy, leaflet), pixel_mm))
    _lay(image, share * blood * near * np.float32(0.75), palette["valve"])
    if moment.opening > 0.0:
        start, along = anatomy.aortic_valve(moment.instant.base)
        height = (
            (points.x - start[0]) * along[0]
            + (points.y - start[1]) * along[1]
            + (points.z - start[2]) * along[2]
        )
        shut = coverage(0.7 - np.abs(height), pixel_mm)
        _lay(image, shut * found.aorta * np.float32(0.7), palette["valve"])


def _along(points: HeartPoints, anatomy: Anatomy) -> Field:
    """From the mitral centre towards the aortic root, mm."""
    atrium = anatomy.left_atrium
    return ((points.x - atrium.x) + (points.y - atrium.y)) * np.float32(np.sqrt(0.5))


def _beside(points: HeartPoints, anatomy: Anatomy) -> Field:
    atrium = anatomy.left_atrium
    return ((points.y - atrium.y) - (points.x - atrium.x)) * np.float32(np.sqrt(0.5))


def _strip(
    points: HeartPoints, anatomy: Anatomy, leaflet: tuple[float, float, float, float]
) -> Field:
    """Distance into a leaflet 1.8 mm thick that runs between two points of (along, z)."""
    start_p, start_z, end_p, end_z = leaflet
    p, z = _along(points, anatomy) - np.float32(start_p), points.z - np.float32(start_z)
    dp, dz = end_p - start_p, end_z - start_z
    share = np.clip((p * dp + z * dz) / np.float32(dp * dp + dz * dz), 0.0, 1.0)
    p, z = p - share * np.float32(dp), z - share * np.float32(dz)
    distance: Field = np.float32(0.9) - np.sqrt(p * p + z * z)
    return distance


def label_image(found: Regions, points: HeartPoints) -> NDArray[np.uint8]:
    """Mask of one sample: the label values of this module, 0 elsewhere."""
    result = np.zeros(points.x.shape, np.uint8)
    result[found.ra > 0.5] = RIGHT_ATRIUM
    result[found.la > 0.5] = LEFT_ATRIUM
    result[found.rv_cavity > 0.5] = RV_CAVITY
    result[found.aorta > 0.5] = AORTA
    result[found.lv_wall > 0.5] = LV_WALL
    result[found.lv_cavity > 0.5] = LV_CAVITY
    return result
