"""Which chamber a point lies in: soft coverages (0 to 1) and distances at one moment.

Points are in heart coordinates (`heart`), float32 arrays of one shape; see `distances` for what
distances and coverages are.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.phantom.distances import (
    Capsule,
    Field,
    capsule_distance,
    coverage,
    ellipsoid_distance,
    smooth_union,
)
from domain.phantom.frame import HeartFrame
from domain.phantom.heart import BeatingHeart, HeartInstant, rv_base
from domain.phantom.segments import ANGLES, LEVELS
from domain.phantom.study import HeartShape

ATRIAL_WALL_MM = 1.8
VESSEL_WALL_MM = 1.4
_USUAL_RADIUS_MM = 26.0
# The two papillary muscles: degrees around the axis.
PAPILLARY_DEGREES = (148, -112)
_SLOPE_COUNTS_MM = 15.0
# Share by which distances along the radius count less, squared.
_PAPILLARY_STRETCH = 0.45


@dataclass(frozen=True)
class HeartPoints:
    """Heart coordinates of pixels with what does not change from phase to phase.

    `x`, `y`, `z`: mm, of one shape whose last axis runs over pixels; `radius`: distance from the
    axis; `column`: column of a wall table; `lowest`: the smallest z, by which what lies wholly
    above the points is left out. `lead`: only so many pixels, the first ones, can ever lie in the
    left ventricle.
    """

    x: Field
    y: Field
    z: Field
    radius: Field
    column: NDArray[np.intp]
    lowest: float
    lead: int

    @classmethod
    def of(cls, x: Field, y: Field, z: Field, lead: int | None = None) -> "HeartPoints":
        """Points of heart coordinates; `lead` None where all may lie in the left ventricle."""
        degrees = np.degrees(np.arctan2(y, x))
        column = (np.rint(degrees).astype(np.intp) + 180) % ANGLES
        radius = np.sqrt(x * x + y * y)
        return cls(x, y, z, radius, column, float(z.min()), x.shape[-1] if lead is None else lead)

    def row(self, instant: HeartInstant) -> NDArray[np.intp]:
        """Row of a wall table for each point."""
        scale = np.float32((LEVELS - 1) / (instant.apex - instant.base))
        place = self.z - np.float32(instant.base)
        place *= scale
        place += np.float32(0.5)
        np.clip(place, 0.0, LEVELS - 1, out=place)
        row: NDArray[np.intp] = place.astype(np.intp)
        return row

    def leading(self) -> "HeartPoints":
        """The first `lead` pixels."""
        first = (..., slice(0, self.lead))
        return HeartPoints(
            self.x[first], self.y[first], self.z[first], self.radius[first], self.column[first],
            self.lowest, self.lead,
        )  # fmt: skip


@dataclass(frozen=True)
class Atrium:
    """An ellipsoid between a fixed roof and the moving valve plane: centre (x, y), half axes."""

    x: float
    y: float
    roof: float
    half_x: float
    half_y: float


@dataclass(frozen=True)
class Regions:
    """Everything about the heart at one moment, on the points handed in.

    Coverages: `lv_wall`, `lv_cavity` (leading pixels only), `rv_wall`, `rv_cavity`, `la`, `ra` with
    their walls, `aorta` and `pulmonary` with walls; None for what lies wholly elsewhere. `solid`:
    distance to the outer surface of all of these. `row`, `cell`: row, and row and column as one
    index, of a wall table. `endo`, `epi`: the radii there (leading pixels only).
    """

    row: NDArray[np.intp]
    cell: NDArray[np.intp]
    endo: Field
    epi: Field
    lv_wall: Field
    lv_cavity: Field
    rv_wall: Field
    rv_cavity: Field
    la: Field | None
    la_wall: Field | None
    ra: Field | None
    ra_wall: Field | None
    aorta: Field | None
    aorta_wall: Field | None
    pulmonary: Field | None
    pulmonary_wall: Field | None
    solid: Field


class Anatomy:
    """The heart of one study: ventricles, atria and great vessels in heart coordinates."""

    def __init__(self, shape: HeartShape, frame: HeartFrame, seed: int) -> None:
        self.shape = shape
        self.heart = BeatingHeart(shape, seed)
        self.frame = frame
        scale = float(np.clip(self.heart.radius / _USUAL_RADIUS_MM, 0.9, 1.12))
        left, right = shape.la_scale, shape.ra_scale
        self.left_atrium = Atrium(
            -7.0 * scale, -9.0 * scale, -44.0 * left, 25.0 * left, 23.0 * left
        )
        x = self.left_atrium.x + self.left_atrium.half_x + 22.0 * right
        self.right_atrium = Atrium(x, -13.0 * scale, -42.0 * right, 23.0 * right, 24.0 * right)
        self.outflow = np.array([11.5, 11.5, 4.0], np.float32) * np.float32(scale)
        up = frame.direction_to_heart((-0.36, -0.16, 0.92))
        self.ascending = self.outflow + 62.0 * up
        trunk = frame.direction_to_heart((0.12, 0.50, 0.86))
        valve = float(self.heart.epi_rest[0, 265]) + 0.35 * self.heart.rv_width
        self.pulmonary_valve = np.array([0.05 * valve, valve, -13.0], np.float32)
        self.pulmonary_end = self.pulmonary_valve + 38.0 * trunk
        self.head = frame.direction_to_heart((0.0, 0.0, 1.0))

    def aorta_tubes(self, base: float) -> list[Capsule]:
        """Outflow tract with the sinuses, then the ascending aorta, whose far end stays."""
        start = self.outflow + np.array([0.0, 0.0, base], np.float32)
        along = self.ascending - start
        along = along / np.linalg.norm(along)
        sinus = start + 20.0 * along
        radius = self.shape.aorta_mm / 2.0
        return [
            Capsule(start, start + 9.0 * along, min(radius, 12.0)),
            Capsule(start + 11.0 * along, sinus, radius * 1.08),
            Capsule(sinus, self.ascending, radius),
        ]

    def pulmonary_tube(self, base: float) -> Capsule:
        """The pulmonary trunk; its valve follows the base half way."""
        start = self.pulmonary_valve + np.array([0.0, 0.0, 0.5 * base], np.float32)
        return Capsule(start, self.pulmonary_end, 12.5)

    def regions(self, points: HeartPoints, instant: HeartInstant, width: float) -> Regions:
        """Coverages of all chambers at `instant` for pixels of `width` mm."""
        row = points.row(instant)
        cell = row * ANGLES
        cell += points.column
        first = (..., slice(0, points.lead))
        epi = instant.epi.take(cell, mode="clip")
        below_base = points.z - np.float32(instant.base)
        epi_distance = epi - points.radius
        steepness = instant.epi_steepness.take(cell, mode="clip")
        if self.shape.effusion_mm > 0:
            # Fluid reaches so far out that the slope of the nearest surface no longer counts.
            far = np.clip(epi_distance * np.float32(-1.0 / _SLOPE_COUNTS_MM), 0.0, 1.0)
            steepness += far * (1.0 - steepness)
        epi_distance *= steepness
        below_apex = np.float32(instant.apex) - points.z
        if self.shape.effusion_mm > 0:
            # Around the apex fluid lies as around a point.
            apart = np.sqrt(points.radius * points.radius + below_apex * below_apex)
            below_apex = np.where(below_apex < 0.0, -apart, below_apex)
        np.minimum(epi_distance, below_apex, out=epi_distance)
        endo = instant.endo.take(cell[first], mode="clip")
        endo_distance = np.where(endo > 0.01, endo - points.radius[first], np.float32(-9.0))
        endo_distance *= instant.endo_steepness.take(cell[first], mode="clip")
        rv_cavity, rv_wall, rv_distance = self._right_ventricle(
            points, instant, cell, width, epi, epi_distance
        )
        np.minimum(rv_distance, below_apex, out=rv_distance)
        solid = smooth_union(np.minimum(epi_distance, below_base + 2.0), rv_distance, 10.0)
        la, la_wall, solid = self._atrium(
            points, self.left_atrium, instant.base, instant.contraction, width, solid
        )
        ra, ra_wall, solid = self._atrium(
            points, self.right_atrium, instant.tricuspid, instant.contraction, width, solid
        )
        aorta, aorta_wall, solid = self._vessel(
            points, self.aorta_tubes(instant.base), width, solid
        )
        pulmonary, pulmonary_wall, solid = self._vessel(
            points, [self.pulmonary_tube(instant.base)], width, solid
        )
        lv_cavity = coverage(np.minimum(endo_distance, below_base[first]), width)
        lv_wall = coverage(np.minimum(epi_distance[first], below_base[first]), width)
        return Regions(
            row=row, cell=cell, endo=endo, epi=epi[first],
            lv_wall=lv_wall, lv_cavity=lv_cavity, rv_wall=rv_wall, rv_cavity=rv_cavity,
            la=la, la_wall=la_wall, ra=ra, ra_wall=ra_wall,
            aorta=aorta, aorta_wall=aorta_wall, pulmonary=pulmonary, pulmonary_wall=pulmonary_wall,
            solid=solid,
        )  # fmt: skip

    def _right_ventricle(
        self,
        points: HeartPoints,
        instant: HeartInstant,
        cell: NDArray[np.intp],
        width: float,
        epi: Field,
        epi_distance: Field,
    ) -> tuple[Field, Field, Field]:
        """(cavity, cavity and wall, distance into both)."""
        cavity = instant.rv_inner.take(cell, mode="clip")
        cavity -= points.radius
        wall = instant.rv_outer.take(cell, mode="clip")
        wall -= points.radius
        outside_lv = -epi_distance
        if points.lowest <= max(instant.base, instant.tricuspid) + 20.0:
            above = np.float32(instant.base) - points.z
            outside_lv = np.where(above < 0.0, outside_lv, np.float32(9.0))
            np.maximum(outside_lv, above, out=outside_lv)
            # Above the base there is no septum: the outflow tract ends where the aorta begins.
            behind = np.where(above > 0.0, points.radius - epi, np.float32(99.0))
            np.minimum(outside_lv, behind, out=outside_lv)
            floor = points.z - rv_base(points.y, instant.tricuspid)
            np.minimum(cavity, floor, out=cavity)
            floor += np.float32(1.0)
            np.minimum(wall, floor, out=wall)
        np.minimum(cavity, outside_lv, out=cavity)
        outside_lv += np.float32(3.0)
        np.minimum(wall, outside_lv, out=wall)
        # Beyond the crescent there is no right ventricle.
        absence = self.heart.rv_absence.take(cell, mode="clip")
        np.minimum(wall, absence, out=wall)
        np.minimum(cavity, absence, out=cavity)
        return coverage(cavity, width), coverage(wall, width), wall

    def _atrium(
        self,
        points: HeartPoints,
        atrium: Atrium,
        valve: float,
        contraction: float,
        width: float,
        solid: Field,
    ) -> tuple[Field | None, Field | None, Field]:
        """(cavity, wall, union): the atrium fills as its valve plane descends."""
        if points.lowest > valve + 4.0:
            return None, None, solid
        bottom = valve + 9.0
        half_z = 0.5 * (bottom - atrium.roof)
        swell = 1.0 + 0.05 * contraction
        distance = ellipsoid_distance(
            points.x - np.float32(atrium.x),
            points.y - np.float32(atrium.y),
            points.z - np.float32(bottom - half_z),
            (atrium.half_x * swell, atrium.half_y * swell, half_z),
        )
        above = np.float32(valve) - points.z
        cavity = np.minimum(distance, above)
        wall = np.minimum(distance + np.float32(ATRIAL_WALL_MM), above + np.float32(1.0))
        return coverage(cavity, width), coverage(wall, width), smooth_union(solid, wall, 8.0)

    def _vessel(
        self, points: HeartPoints, tubes: list[Capsule], width: float, solid: Field
    ) -> tuple[Field | None, Field | None, Field]:
        """(lumen, lumen and wall, union) of a vessel made of `tubes`."""
        reach = max(max(tube.start[2], tube.end[2]) + tube.radius for tube in tubes)
        if points.lowest > reach + 4.0:
            return None, None, solid
        inside = capsule_distance(points.x, points.y, points.z, tubes[0])
        for tube in tubes[1:]:
            np.maximum(inside, capsule_distance(points.x, points.y, points.z, tube), out=inside)
        wall = inside + np.float32(VESSEL_WALL_MM)
        return coverage(inside, width), coverage(wall, width), smooth_union(solid, wall, 8.0)

    def papillary(self, points: HeartPoints, regions: Regions, instant: HeartInstant) -> Field:
        """Distance into the papillary muscles on the leading pixels, positive inside."""
        first = (..., slice(0, points.lead))
        row = regions.row[first]
        result = np.full(row.shape, -9.0, np.float32)
        along = np.arange(LEVELS, dtype=np.float32) / (LEVELS - 1)
        window = np.clip(np.minimum((along - 0.30) / 0.08, (0.74 - along) / 0.10), 0.0, 1.0)
        if row.size == 0 or not window[row.min() : row.max() + 1].any():
            return result
        grown = min(1.15, self.heart.radius / _USUAL_RADIUS_MM)
        thick = np.sqrt(window) * (4.3 + 1.0 * instant.contraction) * grown
        # The heads stand free of the wall, the feet merge with it.
        gap = 6.0 - 9.0 * np.clip(along - 0.45, 0.0, 0.4)
        for number, degrees in enumerate(PAPILLARY_DEGREES):
            angle = np.radians(degrees)
            out = np.maximum(instant.endo[:, degrees + 180] - gap * (1 - 0.25 * number), 2)
            x = (out * np.cos(angle)).astype(np.float32)
            y = (out * np.sin(angle)).astype(np.float32)
            grown = thick * (1 - 0.1 * number) * self.heart.papillary_size[:, number]
            size = np.where(thick > 0.1, grown, -9.0).astype(np.float32)
            dx = points.x[first] - x.take(row, mode="clip")
            dy = points.y[first] - y.take(row, mode="clip")
            # Longer towards the wall than across, as the muscle's cut face is.
            outwards = dx * np.float32(np.cos(angle)) + dy * np.float32(np.sin(angle))
            outwards *= outwards
            dx *= dx
            dy *= dy
            dx += dy
            dx -= np.float32(_PAPILLARY_STRETCH) * outwards
            np.sqrt(dx, out=dx)
            np.subtract(size.take(row, mode="clip"), dx, out=dx)
            np.maximum(result, dx, out=result)
        return result

    def thrombus_distance(self, points: HeartPoints) -> Field:
        """Distance into a thrombus that lies on the apex, positive inside."""
        radius = 0.5 * self.shape.thrombus_mm
        end = float(np.count_nonzero(self.heart.endo_rest[:, 0] > 0)) / LEVELS * self.heart.length
        centre = end - 0.75 * radius
        dx, dy, dz = points.x - np.float32(2.0), points.y, points.z - np.float32(centre)
        distance: Field = np.float32(radius) - np.sqrt(dx * dx + dy * dy + 0.8 * dz * dz)
        return distance

    def mitral_leaflets(
        self, base: float, opening: float
    ) -> list[tuple[float, float, float, float]]:
        """(start, z, end, z) of both leaflets, along the line to the aortic root, mm."""
        scale = self.heart.radius / _USUAL_RADIUS_MM
        angle = np.radians(12.0 + 66.0 * opening)
        front, back, half = 21.0 * scale, 12.0 * scale, 15.0 * scale
        return [
            (half, base, half - front * np.cos(angle), base + front * np.sin(angle)),
            (-half, base, -half + back * np.cos(angle), base + back * np.sin(angle)),
        ]

    def aortic_valve(self, base: float) -> tuple[Field, Field]:
        """A point on the closed aortic valve and the direction of the vessel there."""
        sinus = self.aorta_tubes(base)[1]
        along = (sinus.end - sinus.start) / np.float32(np.linalg.norm(sinus.end - sinus.start))
        return sinus.start, along
