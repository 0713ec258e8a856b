"""The heart painted over the chest, tissue by tissue, at one moment.

Signals are signed (see `signal`), so that where fat and water share a pixel they cancel.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.phantom.chambers import Anatomy, HeartPoints, Regions
from domain.phantom.distances import coverage
from domain.phantom.heart import HeartInstant
from domain.phantom.scar import ScarTables, scar_share

Field = NDArray[np.float32]

# Label values of the masks; a thrombus lies within the cavity and is told from it.
LV_CAVITY, LV_WALL, RV_CAVITY, LEFT_ATRIUM, RIGHT_ATRIUM, AORTA = 1, 2, 3, 4, 5, 6
THROMBUS, EFFUSION = 7, 8


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
    """What does not change from phase to phase on the painted pixels.

    `fat`: depth of epicardial fat (samples, pixels); `fluid`: depth of pericardial fluid, None
    where there is none; `shown`: share not hidden by large vessels already painted, None for all;
    `swirl`: two smooth fields of flow, `grain`: fine texture, (pixels,).
    """

    fat: Field
    fluid: Field | None
    shown: Field | None
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


class HeartPainter:
    """Paints one slice's heart in one contrast, phase by phase.

    `points`: (samples, pixels), where samples lie within the slice's thickness.
    """

    def __init__(
        self,
        points: HeartPoints,
        anatomy: Anatomy,
        palette: Mapping[str, float],
        around: Surroundings,
        pixel_mm: float,
        look: WallLook | None = None,
    ) -> None:
        self.points, self.anatomy, self.palette = points, anatomy, palette
        self.around, self.pixel_mm, self.look = around, pixel_mm, look
        self.inside = points.leading()
        self.muscle = np.float32(palette["myocardium"]) * around.grain
        self.leaflets = _near_leaflets(points, anatomy)

    def paint(self, background: Field, moment: Moment) -> tuple[Field, Regions]:
        """(signed signal with the heart on `background`, regions): (samples, pixels)."""
        around, muscle, instant = self.around, self.muscle, moment.instant
        found = self.anatomy.regions(self.points, instant, self.pixel_mm)
        image = background.copy()
        blood = self._blood(moment)
        self._lay_sac(image, found.solid + around.fat)
        for wall, cavity in ((found.ra_wall, found.ra), (found.la_wall, found.la)):
            if wall is not None and cavity is not None:
                _lay(image, self._shown(wall), muscle)
                _lay(image, cavity, blood)
        rv_wall = found.rv_wall
        if found.pulmonary is not None and found.pulmonary_wall is not None:
            _lay(image, self._shown(found.pulmonary_wall), muscle)
            _lay(image, found.pulmonary, blood)
            rv_wall = rv_wall * (1.0 - found.pulmonary)
        _lay(image, rv_wall, muscle)
        _lay(image, found.rv_cavity, blood)
        self._lay_rv_trabeculae(image, instant, found)
        self._lay_left_ventricle(image[..., : self.points.lead], instant, found, blood)
        if found.aorta is not None and found.aorta_wall is not None:
            above = coverage(np.float32(instant.base) - self.points.z, 3.0)
            _lay(image, found.aorta_wall * above, muscle)
            _lay(image, found.aorta, blood)
            self._lay_aortic_valve(image, moment, found.aorta)
        if self.leaflets.size:
            self._lay_leaflets(image, moment, found)
        return image, found

    def labels(self, found: Regions, sample: int) -> NDArray[np.uint8]:
        """Label values of this module for the pixels of one sample, 0 elsewhere, (pixels,)."""
        result = np.zeros(found.rv_cavity.shape[-1], np.uint8)
        fluid = self.around.fluid
        if fluid is not None:
            fat = found.solid[sample] + self.around.fat[sample]
            result[(fat + fluid[sample] > 0) & (fat <= 0)] = EFFUSION
        for share, value in (
            (found.ra, RIGHT_ATRIUM), (found.la, LEFT_ATRIUM), (found.rv_cavity, RV_CAVITY),
            (found.aorta, AORTA),
        ):  # fmt: skip
            if share is not None:
                result[share[sample] > 0.5] = value
        inside, cavity = result[: self.points.lead], found.lv_cavity[sample] > 0.5
        inside[found.lv_wall[sample] > 0.5] = LV_WALL
        inside[cavity] = LV_CAVITY
        if self.anatomy.shape.thrombus_mm > 0:
            ball = self.anatomy.thrombus_distance(self.inside)[sample]
            inside[cavity & (ball > 0)] = THROMBUS
        return result

    def _blood(self, moment: Moment) -> Field:
        phase = 2.0 * np.pi * moment.cycle
        first, second = self.around.swirl
        swirl = first * np.float32(np.cos(phase)) + second * np.float32(np.sin(phase))
        swirl *= np.float32(0.05 + 0.03 * moment.opening)
        swirl += np.float32(1.0)
        swirl *= np.float32(self.palette["blood"])
        return swirl

    def _shown(self, share: Field) -> Field:
        return share if self.around.shown is None else share * self.around.shown

    def _lay_sac(self, image: Field, solid: Field) -> None:
        """Pericardium and its fluid, then the fat on the heart."""
        fluid = self.around.fluid
        if fluid is not None:
            sac = coverage(solid + fluid + np.float32(1.6), self.pixel_mm)
            _lay(image, self._shown(sac), self.palette["bone"])
            _lay(image, self._shown(coverage(solid + fluid, self.pixel_mm)), self.palette["fluid"])
        _lay(image, self._shown(coverage(solid, self.pixel_mm)), self.palette["fat"])

    def _lay_rv_trabeculae(self, image: Field, instant: HeartInstant, found: Regions) -> None:
        rough = self.anatomy.heart.rv_trabeculae.take(found.cell, mode="clip")
        standing = self.points.radius - instant.rv_inner.take(found.cell, mode="clip")
        standing += rough
        share = coverage(standing, self.pixel_mm)
        share *= found.rv_cavity
        share *= np.float32(0.75)
        share *= rough > 0.3
        _lay(image, share, self.muscle)

    def _lay_left_ventricle(
        self, image: Field, instant: HeartInstant, found: Regions, blood: Field
    ) -> None:
        """Wall and cavity with trabeculae, papillary muscles and thrombus: leading pixels only."""
        anatomy, pixel, lead = self.anatomy, self.pixel_mm, self.points.lead
        muscle = self.muscle[:lead]
        _lay(image, found.lv_wall, self._wall_signal(muscle, found))
        _lay(image, found.lv_cavity, blood[:lead])
        standing = self.inside.radius - found.endo
        standing += anatomy.heart.trabeculae.take(found.cell[..., :lead], mode="clip")
        share = coverage(standing, pixel)
        share *= found.lv_cavity
        share *= np.float32(0.7)
        _lay(image, share, muscle)
        papillary = coverage(anatomy.papillary(self.points, found, instant), pixel)
        papillary *= found.lv_cavity
        _lay(image, papillary, muscle)
        if anatomy.shape.thrombus_mm > 0:
            ball = coverage(anatomy.thrombus_distance(self.inside), pixel)
            ball *= found.lv_cavity
            _lay(image, ball, self.palette["thrombus"])

    def _wall_signal(self, muscle: Field, found: Regions) -> Field:
        look = self.look
        if look is None:
            return muscle
        cell = found.cell[..., : self.points.lead]
        thickness = np.maximum(found.epi - found.endo, np.float32(1.0))
        depth = (self.inside.radius - found.endo) / thickness
        soft = np.clip(np.float32(self.pixel_mm) / thickness, 0.05, 0.6)
        tables = look.tables
        share = scar_share(
            tables.inner.take(cell, mode="clip"),
            tables.outer.take(cell, mode="clip"),
            tables.strength.take(cell, mode="clip"),
            depth,
            soft,
        )
        result = muscle + share * (np.float32(look.enhanced) - muscle)
        blocked = tables.obstruction.take(cell, mode="clip")
        core = np.clip((blocked - depth) / soft, 0.0, 1.0)
        core *= np.clip((depth - np.float32(0.06)) / soft, 0.0, 1.0)
        core *= blocked > 0.05
        painted: Field = result + core * (np.float32(look.no_reflow) - result)
        return painted

    def _lay_aortic_valve(self, image: Field, moment: Moment, aorta: Field) -> None:
        """The aortic valve, while it is shut."""
        if moment.opening <= 0.0:
            return
        points = self.points
        start, along = self.anatomy.aortic_valve(moment.instant.base)
        height = (points.x - start[0]) * along[0]
        height += (points.y - start[1]) * along[1]
        height += (points.z - start[2]) * along[2]
        np.abs(height, out=height)
        shut = coverage(np.float32(0.7) - height, self.pixel_mm)
        shut *= aorta
        shut *= np.float32(0.7)
        _lay(image, shut, self.palette["valve"])

    def _lay_leaflets(self, image: Field, moment: Moment, found: Regions) -> None:
        """The mitral leaflets, on the few pixels that they can reach."""
        index, points, atrium = self.leaflets, self.points, self.anatomy.left_atrium
        x, y, z = (axis.take(index, axis=-1) for axis in (points.x, points.y, points.z))
        blood = np.zeros(image.shape, np.float32)
        blood[..., : points.lead] = found.lv_cavity
        if found.la is not None:
            np.maximum(blood, found.la, out=blood)
        along = ((x - atrium.x) + (y - atrium.y)) * np.float32(np.sqrt(0.5))
        beside = ((y - atrium.y) - (x - atrium.x)) * np.float32(np.sqrt(0.5))
        share = np.zeros(x.shape, np.float32)
        for leaflet in self.anatomy.mitral_leaflets(moment.instant.base, moment.opening):
            share = np.maximum(share, coverage(_strip(along, z, leaflet), self.pixel_mm))
        share *= coverage(np.float32(15.0) - np.abs(beside), 6.0)
        share *= blood.take(index, axis=-1)
        share *= np.float32(0.75)
        seen = image.take(index, axis=-1)
        _lay(seen, share, self.palette["valve"])
        image[..., index] = seen


def _lay(image: Field, share: Field, signal: Field | float) -> None:
    """Mixes `signal` into `image` by `share` (0 to 1), in place."""
    change = np.subtract(signal, image, dtype=np.float32)
    change *= share
    image += change


def _near_leaflets(points: HeartPoints, anatomy: Anatomy) -> NDArray[np.intp]:
    """Indices of the pixels that a mitral leaflet can reach at any moment."""
    atrium, size = anatomy.left_atrium, anatomy.heart.radius / 26.0
    x, y = points.x - np.float32(atrium.x), points.y - np.float32(atrium.y)
    near = np.abs(y - x) < 19.0 * np.sqrt(2.0)
    near &= np.abs(x + y) < (17.0 * size + 3.0) * np.sqrt(2.0)
    near &= (points.z > -4.0) & (points.z < anatomy.heart.annular_motion + 22.0 * size + 4.0)
    return np.flatnonzero(near.any(axis=0))


def _strip(along: Field, z: Field, leaflet: tuple[float, float, float, float]) -> Field:
    """Distance into a leaflet 1.8 mm thick that runs between two points of (along, z)."""
    start_p, start_z, end_p, end_z = leaflet
    p, q = along - np.float32(start_p), z - np.float32(start_z)
    dp, dq = end_p - start_p, end_z - start_z
    share = np.clip((p * dp + q * dq) / (dp * dp + dq * dq), 0.0, 1.0)
    p, q = p - share * dp, q - share * dq
    distance: Field = np.float32(0.9) - np.sqrt(p * p + q * q)
    return distance
