"""The beating ventricles as tables of radii.

Heart coordinates, millimetres: x towards the right ventricle, y upward (to the front and head), z
from base to apex along the left-ventricular axis, with the mitral annulus at z = 0 in
end-diastole. Around the axis the walls are radii over wall tables (`segments`), so that every
surface of the ventricles is looked up from (level, angle).

The wall keeps its volume: as the ventricle shortens and narrows, the area between endocardium and
epicardium in each wedge grows by exactly as much as its height shrinks. Thickening is therefore a
consequence of inward motion, not a parameter, and a segment that does not move does not thicken.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from domain.phantom.segments import ALONG, ANGLES, DEGREES, LEVELS, Table, bump, rough, spread
from domain.phantom.study import HeartShape

# Where the largest diameter lies, as a share of the length: a truncated ellipsoid.
_WIDEST = 0.30
_RV_END = 0.90
RV_WALL_MM = 3.2
_LOWER_INSERTION, _UPPER_INSERTION = -70.0, 72.0
_OUTFLOW_INSERTION = 97.0
OUTFLOW_TOP_MM = 16.0
_STEP = np.radians(360.0 / ANGLES)


@dataclass(frozen=True)
class HeartInstant:
    """The ventricles at one moment.

    `endo`, `epi`: LV radii; `rv_inner`, `rv_outer`: RV free wall radii, equal to `epi` where there
    is no right ventricle; all wall tables in mm. `base`, `tricuspid`, `apex`: z in mm.
    `contraction`: 0 at end-diastole to 1 at end-systole.
    """

    contraction: float
    endo: Table
    epi: Table
    rv_inner: Table
    rv_outer: Table
    base: float
    tricuspid: float
    apex: float

    @cached_property
    def endo_steepness(self) -> Table:
        """Cosine by which a radial gap to the endocardium exceeds the gap across it."""
        return self._steepness(self.endo)

    @cached_property
    def epi_steepness(self) -> Table:
        """The same for the epicardium."""
        return self._steepness(self.epi)

    def _steepness(self, radius: Table) -> Table:
        step = (self.apex - self.base) / (LEVELS - 1)
        slope = np.clip(np.gradient(radius, step, axis=0), -4.0, 4.0)
        result: Table = (1.0 / np.sqrt(1.0 + slope * slope)).astype(np.float32)
        return result


def contraction_curve(phases: np.ndarray, systole: float) -> Table:
    """Contraction 0 to 1 at `phases` (0 to 1 of RR), largest at `systole`.

    Ejection, early filling, diastasis and atrial kick, as volume curves of healthy hearts have.
    """
    rest = 1.0 - systole
    knots = [0.0, 0.12, 0.35, 0.65, 0.88, 1.0]
    times = [systole * knot for knot in knots]
    values = [0.0, 0.05, 0.36, 0.80, 0.975, 1.0]
    for share, value in (
        (0.08, 0.97), (0.22, 0.66), (0.36, 0.34), (0.50, 0.225), (0.70, 0.19), (0.84, 0.155),
        (0.94, 0.03), (1.0, 0.0),
    ):  # fmt: skip
        times.append(systole + rest * share)
        values.append(value)
    dense = np.interp(np.arange(400) / 400, times, values)
    kernel = np.exp(-0.5 * (np.arange(-24, 25) / 7.0) ** 2)
    smooth = np.convolve(np.tile(dense, 3), kernel / kernel.sum(), mode="same")[400:800]
    smooth = (smooth - smooth[0]) / (smooth.max() - smooth[0])
    result = np.interp(np.asarray(phases) % 1.0, np.arange(401) / 400, [*smooth, smooth[0]])
    contraction: Table = np.clip(result, 0.0, 1.0).astype(np.float32)
    return contraction


class BeatingHeart:
    """Ventricles fitted to the volume targets of a `HeartShape`."""

    def __init__(self, shape: HeartShape, seed: int) -> None:
        self.shape = shape
        self.wall = spread(shape.wall_mm, shape.wall_default_mm)
        apical_wall = 0.6 * float(self.wall[-1].mean())
        radius = self._fit_radius(apical_wall)
        self.radius = radius
        self.length = 2.0 * radius * shape.elongation + apical_wall
        self.annular_motion = shape.annular_shortening * self.length
        self.tricuspid_motion = shape.tricuspid_shortening * self.length
        self.endo_rest, self.epi_rest = self._surfaces(radius, apical_wall)
        self.motion = spread(shape.contraction, 1.0)
        self.inward = self._fit_inward()
        self.rv_profile = self._rv_profile()
        self.rv_absence = np.where(self.rv_profile > 0.01, 99.0, -9.0).astype(np.float32)
        self.rv_width = self._fit_rv_width()
        self.rv_inward = self._fit_rv_inward()
        # Trabeculae: how far muscle stands into the cavity, mm, more so towards the apex.
        grain = np.clip(rough(seed, 4.0, 0.020) * 1.7 + 0.3, 0.0, 4.4)
        self.trabeculae: Table = (grain * (0.3 + 1.4 * ALONG)).astype(np.float32)
        # How thick each papillary muscle is from level to level, beside its usual size.
        self.papillary_size: Table = 1.0 + 0.16 * rough(seed + 2, 30.0, 0.03)[:, [0, 180]]
        self.rv_trabeculae: Table = np.clip(
            (rough(seed + 1, 3.5, 0.02) - 0.4) * 3.5 * (0.3 + 1.6 * ALONG), 0.0, 9.0
        ).astype(np.float32)
        self._instants: dict[float, HeartInstant] = {}

    def at(self, contraction: float) -> HeartInstant:
        """The ventricles at a contraction from 0 (end-diastole) to 1 (end-systole).

        Kept, because every slice passes through the same moments.
        """
        if contraction not in self._instants:
            self._instants[contraction] = self._instant(contraction)
        return self._instants[contraction]

    def reach(self, z: Table) -> Table:
        """Largest epicardial radius (mm) of the left ventricle at heights `z` during the cycle."""
        places = np.linspace(-2.0, self.length, LEVELS, dtype=np.float32)
        result = np.zeros(LEVELS, np.float32)
        for instant in (self.at(0.0), self.at(1.0)):
            levels = instant.base + ALONG[:, 0] * (instant.apex - instant.base)
            result = np.maximum(result, np.interp(places, levels, instant.epi.max(axis=1)))
        reached: Table = np.interp(z, places, result).astype(np.float32)
        return reached

    def _instant(self, contraction: float) -> HeartInstant:
        endo, epi = self._moved(contraction, self.inward)
        inner = epi + self.rv_width * self._rv_remaining(contraction) * self.rv_profile
        outer = np.where(self.rv_profile > 0, inner + RV_WALL_MM * (1 + 0.3 * contraction), epi)
        return HeartInstant(
            contraction=contraction,
            endo=endo,
            epi=epi,
            rv_inner=inner.astype(np.float32),
            rv_outer=outer.astype(np.float32),
            base=self.annular_motion * contraction,
            tricuspid=4.0 + self.tricuspid_motion * contraction,
            apex=self.length,
        )

    def _surfaces(self, radius: float, apical_wall: float) -> tuple[Table, Table]:
        """End-diastolic (endo, epi) for a largest cavity radius."""
        length = 2.0 * radius * self.shape.elongation + apical_wall
        cavity_end = 1.0 - apical_wall / length
        flat = 1.0 - 0.35 * self.shape.septal_flattening * bump(0.0, 42.0)
        oval = 1.0 + 0.03 * np.cos(np.radians(2.0 * (DEGREES - 100.0)))
        endo = radius * _ellipse(ALONG / cavity_end) * flat * oval
        epi = (radius * flat * oval + self.wall) * _ellipse(ALONG)
        # Never thinner than half the wall: the two ellipsoids close at different ends.
        epi = np.maximum(epi, np.where(endo > 0, endo + 0.5 * self.wall, 0.0))
        return endo.astype(np.float32), epi.astype(np.float32)

    def _fit_radius(self, apical_wall: float) -> float:
        radius = 26.0
        for _ in range(6):
            endo, _ = self._surfaces(radius, apical_wall)
            length = 2.0 * radius * self.shape.elongation + apical_wall
            radius *= float((self.shape.lv_edv_ml / _volume_ml(endo, length)) ** (1 / 3))
        return radius

    def _moved(self, contraction: float, inward: float) -> tuple[Table, Table]:
        """(endo, epi) when each endocardial point has moved in by its share of `inward`."""
        shortening = 1.0 - self.annular_motion * contraction / self.length
        share = np.clip(1.0 - contraction * inward * self.motion, 0.08, 1.4)
        endo = self.endo_rest * share
        area = (self.epi_rest**2 - self.endo_rest**2) / shortening
        epi = np.sqrt(endo**2 + area)
        return endo.astype(np.float32), epi.astype(np.float32)

    def _fit_inward(self) -> float:
        target = self.shape.lv_edv_ml * (1.0 - self.shape.lvef / 100.0)
        length = self.length - self.annular_motion
        low, high = -0.05, 0.95
        for _ in range(18):
            middle = 0.5 * (low + high)
            too_small = _volume_ml(self._moved(1.0, middle)[0], length) < target
            low, high = (low, middle) if too_small else (middle, high)
        return 0.5 * (low + high)

    def _rv_profile(self) -> Table:
        """Depth of the RV cavity beside its largest, (LEVELS, ANGLES), 0 outside the crescent."""
        towards_base = np.clip(1.0 - ALONG / 0.30, 0.0, 1.0)
        smooth = towards_base**2 * (3.0 - 2.0 * towards_base)
        upper = _UPPER_INSERTION + (_OUTFLOW_INSERTION - _UPPER_INSERTION) * smooth
        place = (DEGREES - _LOWER_INSERTION) / (upper - _LOWER_INSERTION)
        around = np.clip(np.sin(np.pi * np.clip(place, 0.0, 1.0)), 0.0, 1.0) ** 0.55
        skew = 1.0 + 0.22 * smooth * np.cos(np.pi * place)
        along = np.clip(1.0 - (ALONG / _RV_END) ** 1.7, 0.0, 1.0) ** 0.75
        profile: Table = (along * around * skew).astype(np.float32)
        return profile

    def _rv_remaining(self, contraction: float) -> float:
        return 1.0 - contraction * getattr(self, "rv_inward", 0.0)

    def _rv_volume_ml(self, epi: Table, width: float, base: float, tricuspid: float) -> float:
        """RV cavity between septum and free wall, below the tricuspid plane and its outflow."""
        inner = epi + width * self.rv_profile
        height = self.length - base
        z = base + ALONG * height
        y = 0.5 * (inner + epi) * np.sin(np.radians(DEGREES))
        inside = z > rv_base(y, tricuspid)
        area = 0.5 * (inner**2 - epi**2) * _STEP
        return float((area * inside).sum() * height / (LEVELS - 1) / 1000.0)

    def _fit_rv_width(self) -> float:
        low, high = 3.0, 110.0
        for _ in range(15):
            middle = 0.5 * (low + high)
            small = self._rv_volume_ml(self.epi_rest, middle, 0.0, 4.0) < self.shape.rv_edv_ml
            low, high = (middle, high) if small else (low, middle)
        return 0.5 * (low + high)

    def _fit_rv_inward(self) -> float:
        target = self.shape.rv_edv_ml * (1.0 - self.shape.rvef / 100.0)
        epi = self._moved(1.0, self.inward)[1]
        base, tricuspid = self.annular_motion, 4.0 + self.tricuspid_motion
        low, high = -0.4, 0.95
        for _ in range(15):
            middle = 0.5 * (low + high)
            width = self.rv_width * (1.0 - middle)
            small = self._rv_volume_ml(epi, width, base, tricuspid) < target
            low, high = (low, middle) if small else (middle, high)
        return 0.5 * (low + high)


def rv_base(y: Table, tricuspid: float) -> Table:
    """z of the basal limit of the RV cavity at height `y`: the outflow tract reaches higher."""
    rise = np.clip((y - 12.0) / 24.0, 0.0, 1.0)
    result: Table = tricuspid - (OUTFLOW_TOP_MM + tricuspid) * rise * rise * (3.0 - 2.0 * rise)
    return result


def _ellipse(along: Table) -> Table:
    """Radius of a truncated ellipsoid, 1 where widest, 0 beyond its end at `along` = 1."""
    place = (along - _WIDEST) / (1.0 - _WIDEST)
    result: Table = np.sqrt(np.clip(1.0 - place * place, 0.0, None))
    return result


def _volume_ml(radius: Table, length: float) -> float:
    """Volume inside a table of radii over a height of `length` mm."""
    area = 0.5 * (radius**2).sum(axis=1) * _STEP
    return float(np.trapezoid(area, dx=length / (LEVELS - 1)) / 1000.0)
