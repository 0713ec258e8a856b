"""Which chamber a point lies in: soft coverages (0 to 1) and distances at one moment.

Points are in heart coordinates (`heart`), float32 arrays of one shape. A distance is positive
inside, in mm; a coverage is the share of a pixel that lies inside, from the distance to the border
beside the pixel's width, so that borders are as soft as partial volume makes them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.phantom.frame import HeartFrame
from domain.phantom.heart import BeatingHeart, HeartInstant, rv_base
from domain.phantom.segments import ANGLES, LEVELS
from domain.phantom.study import HeartShape

Field = NDArray[np.float32]
ATRIAL_WALL_MM = 1.8
VESSEL_WALL_MM = 1.4
_USUAL_RADIUS_MM = 26.0
# The two papillary muscles: degrees around the axis.
PAPILLARY_DEGREES = (148, -112)


@dataclass(frozen=True)
class HeartPoints:
    """Heart coordinates of pixels with what does not change from phase to phase.

    `x`, `y`, `z`: mm; `radius`: distance from the axis; `column`: column of a wall table;
    `lowest`: the smallest z, by which what lies wholly above the points is left out.
    """

    x: Field
    y: Field
    z: Field
    radius: Field
    column: NDArray[np.intp]
    lowest: float

    @classmethod
    def of(cls, x: Field, y: Field, z: Field) -> "HeartPoints":
        degrees = np.degrees(np.arctan2(y, x))
        column = (np.rint(degrees).astype(np.intp) + 180) % ANGLES
        return cls(x, y, z, np.sqrt(x * x + y * y), column, float(z.min()))

    def row(self, instant: HeartInstant) -> NDArray[np.intp]:
        """Row of a wall table for each point."""
        scale = np.float32((LEVELS - 1) / (instant.apex - instant.base))
        place = np.clip((self.z - np.float32(instant.base)) * scale + 0.5, 0, LEVELS - 1)
        row: NDArray[np.intp] = place.astype(np.intp)
        return row


@dataclass(frozen=True)
class Capsule:
    """A tube from `start` to `end` (3,), heart mm, of the given `radius`."""

    start: Field
    end: Field
    radius: float


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

    Coverages: `lv_wall`, `lv_cavity`, `rv_wall`, `rv_cavity`, `la`, `ra` with their walls, `aorta`
    and `pulmonary` with walls. `solid`: distance to the outer surface of all of these.
    `row`, `cell`: row, and row and column as one index, of a wall table. `endo`, `epi`: radii there.
    """

    row: NDArray[np.intp]
    cell: NDArray[np.intp]
    endo: Field
    epi: Field
    lv_wall: Field
    lv_cavity: Field
    rv_wall: Field
    rv_cavity: Field
    la: Field
    la_wall: Field
    ra: Field
    ra_wall: Field
    aorta: Field
    aorta_wall: Field
    pulmonary: Field
    pulmonary_wall: Field
    solid: Field


def coverage(distance: Field, width: float) -> Field:
    """Share of a pixel of `width` mm inside a border at `distance` (positive inside)."""
    share: Field = distance * np.float32(1.0 / width)
    share += np.float32(0.5)
    np.clip(share, 0.0, 1.0, out=share)
    return share


def smooth_union(first: Field, second: Field, blend: float) -> Field:
    """Union of two distances whose meeting groove is filled over `blend` mm."""
    near = np.maximum(np.float32(blend) - np.abs(first - second), 0.0)
    union: Field = np.maximum(first, second) + near * near * np.float32(0.25 / blend)
    return union


def capsule_distance(points: HeartPoints, tube: Capsule) -> Field:
    """Distance into a tube, positive inside."""
    axis = tube.end - tube.start
    dx, dy, dz = points.x - tube.start[0], points.y - tube.start[1], points.z - tube.start[2]
    share = (dx * axis[0] + dy * axis[1] + dz * axis[2]) / np.float32(axis @ axis)
    share = np.clip(share, 0.0, 1.0)
    dx, dy, dz = dx - share * axis[0], dy - share * axis[1], dz - share * axis[2]
    distance: Field = np.float32(tube.radius) - np.sqrt(dx * dx + dy * dy + dz * dz)
    return distance


def ellipsoid_distance(x: Field, y: Field, z: Field, half: tuple[float, float, float]) -> Field:
    """Approximate distance into an ellipsoid about the origin, positive inside."""
    a, b, c = (np.float32(value) for value in half)
    x, y, z = x / a, y / b, z / c
    reach = np.sqrt(x * x + y * y + z * z)
    x, y, z = x / a, y / b, z / c
    slope = np.sqrt(x * x + y * y + z * z) + np.float32(1e-6)
    distance: Field = reach * (1.0 - reach) / slope
    distance += np.where(reach < 0.05, np.float32(min(half)), np.float32(0.0))
    return distance


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
        cell = row * ANGLES + points.column
        endo, epi = instant.endo.take(cell, mode="clip"), instant.epi.take(cell, mode="clip")
        below_base = points.z - np.float32(instant.base)
        epi_distance = (epi - points.radius) * instant.epi_steepness.take(cell, mode="clip")
        epi_distance = np.minimum(epi_distance, np.float32(instant.apex) - points.z)
        solid = np.minimum(epi_distance, below_base + 2.0)
        endo_gap = np.where(endo > 0.01, endo - points.radius, np.float32(-9.0))
        endo_distance = endo_gap * instant.endo_steepness.take(cell, mode="clip")
        lv_cavity = coverage(np.minimum(endo_distance, below_base), width)
        lv_wall = coverage(np.minimum(epi_distance, below_base), width)
        rv_cavity, rv_wall, solid = self._right_ventricle(
            points, instant, cell, width, epi_distance, solid
        )
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
        return Regions(
            row=row, cell=cell, endo=endo, epi=epi,
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
        epi_distance: Field,
        solid: Field,
    ) -> tuple[Field, Field, Field]:
        floor = points.z - rv_base(points.y, instant.tricuspid)
        inner = instant.rv_inner.take(cell, mode="clip") - points.radius
        outer = instant.rv_outer.take(cell, mode="clip") - points.radius
        outside_lv = np.where(points.z > instant.base, -epi_distance, np.float32(9.0))
        outside_lv = np.maximum(outside_lv, np.float32(instant.base) - points.z)
        # Above the base there is no septum: the outflow tract ends where the aorta begins.
        behind = points.radius - instant.epi.take(cell, mode="clip")
        outside_lv = np.minimum(outside_lv, np.where(points.z < instant.base, behind, 99.0))
        cavity = np.minimum(np.minimum(inner, floor), outside_lv)
        wall = np.minimum(np.minimum(outer, floor + 1.0), outside_lv + 3.0)
        present = self.heart.rv_profile.take(cell, mode="clip") > 0.01
        wall = np.where(present, wall, np.float32(-9.0)).astype(np.float32)
        cavity = np.where(present, cavity, np.float32(-9.0))
        return coverage(cavity, width), coverage(wall, width), smooth_union(solid, wall, 10.0)

    def _atrium(
        self,
        points: HeartPoints,
        atrium: Atrium,
        valve: float,
        contraction: float,
        width: float,
        solid: Field,
    ) -> tuple[Field, Field, Field]:
        """(cavity, wall, union): the atrium fills as its valve plane descends."""
        if points.lowest > valve + 4.0:
            nothing = np.zeros_like(points.x)
            return nothing, nothing, solid
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
        wall = np.minimum(distance + ATRIAL_WALL_MM, above + 1.0)
        return coverage(cavity, width), coverage(wall, width), smooth_union(solid, wall, 8.0)

    def _vessel(
        self, points: HeartPoints, tubes: list[Capsule], width: float, solid: Field
    ) -> tuple[Field, Field, Field]:
        """(lumen, lumen and wall, union) of a vessel made of `tubes`."""
        reach = max(max(tube.start[2], tube.end[2]) + tube.radius for tube in tubes)
        if points.lowest > reach + 4.0:
            nothing = np.zeros_like(points.x)
            return nothing, nothing, solid
        inside = capsule_distance(points, tubes[0])
        for tube in tubes[1:]:
            np.maximum(inside, capsule_distance(points, tube), out=inside)
        wall = inside + np.float32(VESSEL_WALL_MM)
        return coverage(inside, width), coverage(wall, width), smooth_union(solid, wall, 8.0)

    def papillary(self, points: HeartPoints, regions: Regions, instant: HeartInstant) -> Field:
        """Distance into the papillary muscles, positive inside."""
        result = np.full(points.x.shape, -9.0, np.float32)
        along = np.arange(LEVELS, dtype=np.float32) / (LEVELS - 1)
        window = np.clip(np.minimum((along - 0.30) / 0.08, (0.74 - along) / 0.10), 0.0, 1.0)
        thick = np.sqrt(window) * (4.3 + 1.0 * instant.contraction) * min(
            1.15, self.heart.radius / _USUAL_RADIUS_MM
        )
        for number, degrees in enumerate(PAPILLARY_DEGREES):
            angle = np.radians(degrees)
            # The heads stand free of the wall, the feet merge with it.
            gap = 6.0 - 9.0 * np.clip(along - 0.45, 0.0, 0.4)
            distance_out = np.maximum(instant.endo[:, degrees + 180] - gap * (1 - 0.25 * number), 2)
            x = (distance_out * np.cos(angle)).astype(np.float32)
            y = (distance_out * np.sin(angle)).astype(np.float32)
            dx, dy = points.x - x.take(regions.row, mode="clip"), points.y - y.take(regions.row, mode="clip")
            away = np.sqrt(dx * dx + dy * dy)
            size = np.where(thick > 0.1, thick * (1 - 0.1 * number), -9.0).astype(np.float32)
            result = np.maximum(result, size.take(regions.row, mode="clip") - away)
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
