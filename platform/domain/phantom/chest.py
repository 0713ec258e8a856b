"""Everything around the heart that does not beat: chest wall, lungs, liver, spine, vessels.

Points are in DICOM patient coordinates (x left, y back, z head, mm), where the middle of the left
ventricle lies near (34, -24, 0). Painting lays one tissue over another, so that each border is a
mixture of two signals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.phantom.chambers import Anatomy
from domain.phantom.distances import coverage
from domain.phantom.study import Patient
from domain.phantom.vessels import Balls, ChestPoints, Tube, balls_along

Field = NDArray[np.float32]
_WALL_MM = 21.0
_FRONT, _BACK = -78.0, 104.0
_SPINE = (0.0, 74.0)
_DESCENDING = (24.0, 57.0)


@dataclass(frozen=True)
class Chest:
    """One person's chest. `fat_mm`: subcutaneous fat in front; lengths in mm."""

    half_width: float
    fat_mm: float
    breast_mm: float
    dome_right: float
    dome_left: float
    large: tuple[Tube, ...]
    small: Balls


def draw_chest(patient: Patient, anatomy: Anatomy, seed: int) -> Chest:
    """The chest of a person, with vessels that meet the chambers of `anatomy`."""
    rng = np.random.default_rng([seed, 21])
    mass_index = patient.weight_kg / patient.height_m**2
    female = patient.sex == "F"
    fat = float(np.clip((mass_index - 16.0) * 1.5 + (3.0 if female else 0.0), 4.0, 34.0))
    return Chest(
        half_width=float(128.0 + 10.0 * (patient.height_m - 1.7) * 5 + rng.normal(0, 3)),
        fat_mm=fat,
        breast_mm=float(rng.uniform(14.0, 30.0) + 0.5 * fat) if female else 2.0,
        dome_right=float(-22.0 + rng.normal(0, 5)),
        dome_left=float(-48.0 + rng.normal(0, 5)),
        large=tuple(_large_vessels(anatomy)),
        small=balls_along(_small_vessels(rng)),
    )


def _large_vessels(anatomy: Anatomy) -> list[Tube]:
    def place(point: NDArray[np.floating]) -> tuple[float, float, float]:
        x, y, z = anatomy.frame.to_patient(point)
        return (float(x), float(y), float(z))

    aorta = anatomy.shape.aorta_mm / 2.0
    ascending, trunk = place(anatomy.ascending), place(anatomy.pulmonary_end)
    arch = max(ascending[2], trunk[2]) + 24.0
    top = (0.5 * (ascending[0] + 20.0), 0.5 * (ascending[1] + 50.0), arch + 6.0)
    descending = (*_DESCENDING, arch - 16.0)
    right, left = anatomy.right_atrium, anatomy.left_atrium
    ra = place(np.array([right.x, right.y, right.roof * 0.45], np.float32))
    la = place(np.array([left.x, left.y, left.roof * 0.6], np.float32))
    return [
        Tube(ascending, top, aorta, 0.5 * aorta + 6.0),
        Tube(top, descending, 0.5 * aorta + 6.0, 11.5),
        Tube(descending, (*_DESCENDING, -20.0), 11.5, 10.5),
        Tube((*_DESCENDING, -20.0), (10.0, 50.0, -210.0), 10.5, 9.5),
        Tube((ra[0] - 4, ra[1], ra[2] + 14), (-33.0, -2.0, 150.0), 9.5, 8.5),
        Tube((ra[0] - 2, ra[1] + 8, ra[2] - 12), (-27.0, 36.0, -70.0), 11.0, 12.0),
        Tube((-27.0, 36.0, -70.0), (-22.0, 40.0, -210.0), 12.0, 11.0),
        Tube(trunk, (trunk[0] - 62.0, trunk[1] + 14.0, trunk[2] - 4.0), 10.5, 8.5),
        Tube(trunk, (trunk[0] + 34.0, trunk[1] + 30.0, trunk[2] + 4.0), 10.5, 8.0),
        Tube(la, (la[0] - 58, la[1] + 22, la[2] + 14), 7.0, 5.0),
        Tube(la, (la[0] - 56, la[1] + 26, la[2] - 8), 7.0, 5.0),
        Tube(la, (la[0] + 56, la[1] + 22, la[2] + 16), 6.5, 5.0),
        Tube(la, (la[0] + 52, la[1] + 30, la[2] - 6), 6.5, 5.0),
    ]


def _small_vessels(rng: np.random.Generator) -> list[Tube]:
    """Branches in both lungs, from the hila outwards, and in the liver."""
    tubes: list[Tube] = []
    for side in (-1.0, 1.0):
        hilum = np.array([side * 48.0, 34.0, 30.0])
        for _ in range(34):
            away = rng.normal(size=3) * (0.8, 1.0, 1.1) + (side * 0.9, 0.1, -0.1)
            tubes += _branch(rng, hilum + rng.normal(0, 7, 3), away, rng.uniform(2.2, 4.0), 3)
    porta = np.array([-45.0, 8.0, -75.0])
    for _ in range(26):
        tubes += _branch(rng, porta + rng.normal(0, 12, 3), rng.normal(size=3), 3.2, 2)
    return tubes


def _branch(
    rng: np.random.Generator, start: NDArray[np.float64], away: NDArray[np.float64],
    radius: float, generations: int,
) -> list[Tube]:  # fmt: skip
    away = away / np.linalg.norm(away)
    end = start + away * rng.uniform(18.0, 34.0)
    tubes = [Tube(tuple(start), tuple(end), radius, radius * 0.75)]
    if generations > 1:
        for _ in range(2):
            turned = away + rng.normal(0, 0.45, 3)
            tubes += _branch(rng, end, turned, radius * 0.66, generations - 1)
    return tubes


def inner_distance(chest: Chest, points: ChestPoints) -> Field:
    """Distance (mm) into the rib cage, positive inside, negative out to the skin and beyond."""
    middle, half = 0.5 * (_FRONT + _BACK), 0.5 * (_BACK - _FRONT)
    # The front of the chest leans back towards the neck.
    lean = 1.0 + 0.0017 * np.clip(points.z, -30.0, 150.0)
    y = points.y - np.float32(middle)
    y = np.where(y < 0, y * lean, y)
    x = points.x * (1.0 + 0.0010 * np.clip(points.z - 20.0, 0.0, 150.0))
    across, along = np.abs(x / chest.half_width), np.abs(y / half)
    # A superellipse of power 2.5.
    scaled = (across * across * np.sqrt(across) + along * along * np.sqrt(along)) ** 0.4
    reach = np.sqrt(x * x + y * y)
    result: Field = (0.93 * reach * (1.0 / np.maximum(scaled, 0.02) - 1.0)).astype(np.float32)
    return np.minimum(result, 90.0)


def fat_depth(chest: Chest, points: ChestPoints) -> Field:
    """Subcutaneous fat (mm) over the chest wall at the points' direction."""
    front = np.clip(-points.y / 90.0 + 0.1, 0.0, 1.0)
    breasts = np.exp(
        -(((np.abs(points.x) - 72.0) / 46.0) ** 2) - ((points.z + 5.0) / 62.0) ** 2
    ) * np.clip(-points.y / 60.0, 0.0, 1.0)
    result: Field = chest.fat_mm * (0.65 + 0.35 * front) + chest.breast_mm * breasts
    return result.astype(np.float32)


def dome(chest: Chest, points: ChestPoints) -> Field:
    """Height (z, mm) of the diaphragm."""
    x, y = points.x, points.y
    right = chest.dome_right - 46.0 * ((x + 66.0) / 78.0) ** 2 - 42.0 * ((y - 2.0) / 88.0) ** 2
    left = chest.dome_left - 40.0 * ((x - 72.0) / 66.0) ** 2 - 46.0 * ((y - 12.0) / 84.0) ** 2
    centre = -58.0 - 30.0 * ((y + 10.0) / 90.0) ** 2 - 0.004 * x * x
    result: Field = np.maximum(np.maximum(right, left), centre).astype(np.float32)
    return result


@dataclass(frozen=True)
class Ground:
    """The still part of one slice, (samples, rows, columns).

    `signals`: one image a palette; `lung`, `liver`: coverages, for their small vessels; `depth`:
    mm below the skin.
    """

    signals: tuple[Field, ...]
    lung: Field
    liver: Field
    depth: Field


def paint_chest(
    chest: Chest,
    points: ChestPoints,
    palettes: Sequence[Mapping[str, float]],
    pixel_mm: float,
    texture: Field,
    fine: Field,
) -> Ground:
    """The chest at `points` in each of several contrasts.

    `texture`, `fine`: smooth random fields (rows, columns), mean 0 and deviation 1.
    """
    inner = inner_distance(chest, points)
    width = pixel_mm * 1.2
    signals = tuple(np.zeros(inner.shape, np.float32) for _ in palettes)
    canvas = _Canvas(signals, palettes, width)
    _paint_arms(canvas, chest, points, texture)
    outer = inner + np.float32(_WALL_MM)
    depth = outer + fat_depth(chest, points)
    canvas.lay("fat", depth, 1.0 + 0.05 * fine)
    canvas.lay("bone", 1.3 - np.abs(depth - 1.0))
    canvas.lay("muscle", outer + 2.5 * texture, 1.0 + 0.10 * fine)
    canvas.lay("fat", np.minimum(fine + texture - 2.9, outer) * np.float32(0.7))
    _paint_ribs(canvas, points, inner, texture)
    _paint_back(canvas, points, texture, fine)
    abdomen = np.minimum(dome(chest, points) - points.z, inner)
    lung = np.minimum(inner - 1.0, -abdomen)
    half = 15.0 + 4.0 * texture + 0.10 * np.abs(points.y - 4.0)
    lung = np.minimum(lung, np.abs(points.x - 5.0) - half)
    canvas.lay("muscle", inner, 1.0 + 0.08 * fine)
    canvas.lay("fat", np.minimum(inner, 3.0 * texture + 1.5 * fine - 0.4), 0.9 + 0.10 * fine)
    canvas.lay("lung", lung, np.clip(1.0 + 0.45 * fine + 0.3 * texture, 0.1, None))
    liver = _paint_abdomen(canvas, points, abdomen, texture, fine)
    _paint_spine(canvas, points, fine)
    return Ground(signals, coverage(lung - 1.0, width), coverage(liver - 2.0, width), depth)


class _Canvas:
    """Images, one a palette, that tissues are laid onto, each hiding what lies below it."""

    def __init__(
        self, images: Sequence[Field], palettes: Sequence[Mapping[str, float]], width: float
    ) -> None:
        self.images, self.palettes, self.width = images, palettes, width

    def lay(self, tissue: str, distance: NDArray[np.floating], gain: Field | float = 1.0) -> None:
        """Lays `tissue` where `distance` is positive; `gain` scales its signal."""
        if distance.max() <= -0.5 * self.width:
            return
        share = coverage(distance, self.width)
        for image, palette in zip(self.images, self.palettes, strict=True):
            change = np.float32(palette[tissue]) * gain - image
            change *= share
            image += change

    def part(self, window: tuple[slice, slice]) -> "_Canvas":
        """The same canvas cut down to some rows and columns."""
        cut = (slice(None), *window)
        return _Canvas([image[cut] for image in self.images], self.palettes, self.width)


def _bounds(inside: NDArray[np.bool_]) -> tuple[slice, slice]:
    """The smallest window of rows and columns that holds `inside` (samples, rows, columns)."""
    rows = np.flatnonzero(inside.any(axis=(0, 2)))
    columns = np.flatnonzero(inside.any(axis=(0, 1)))
    if rows.size == 0:
        return slice(0, 0), slice(0, 0)
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _paint_arms(canvas: _Canvas, chest: Chest, points: ChestPoints, texture: Field) -> None:
    x = np.abs(points.x) - (chest.half_width + 92.0 + chest.fat_mm)
    y = points.y - 25.0
    arm = np.sqrt(x * x + y * y)
    canvas.lay("fat", 46.0 - arm)
    canvas.lay("muscle", 36.0 - arm + 2.0 * texture)
    canvas.lay("bone", 11.0 - arm)
    canvas.lay("marrow", 7.0 - arm)


def _paint_ribs(canvas: _Canvas, points: ChestPoints, inner: Field, texture: Field) -> None:
    """Rings of rib in the wall, sloping down towards the front, and the breastbone."""
    across = np.abs(inner + 6.5)
    beat = np.cos((points.z + 0.38 * points.y + 2.0 * texture) * np.float32(2 * np.pi / 27.0))
    rib: Field = np.minimum(5.0 - across, (beat - 0.15) * 6.0)
    canvas.lay("fat", np.minimum(1.2 - np.abs(inner + 13.5), 1.0) * np.float32(0.8))
    canvas.lay("bone", rib)
    canvas.lay("marrow", rib - 1.6)
    sternum = np.minimum(6.0 - across, 17.0 - np.abs(points.x))
    sternum = np.where(points.y < 0, sternum, np.float32(-9.0))
    canvas.lay("bone", sternum)
    canvas.lay("marrow", sternum - 1.6)


def _paint_back(canvas: _Canvas, points: ChestPoints, texture: Field, fine: Field) -> None:
    """The muscles beside the spine."""
    near = (np.abs(points.x) < 62.0) & (np.abs(points.y - 106.0) < 21.0)
    window = _bounds(near)
    if window[0] == slice(0, 0):
        return
    cut = (slice(None), *window)
    canvas, texture, fine = canvas.part(window), texture[window], fine[window]
    for side in (-1.0, 1.0):
        x, y = (points.x[cut] - side * 31.0) / 25.0, (points.y[cut] - 106.0) / 17.0
        place = np.sqrt(x * x + y * y)
        canvas.lay("fat", (1.12 - place) * np.float32(17.0))
        canvas.lay("muscle", (1.0 - place) * 17.0 + 1.5 * texture, 1.0 + 0.2 * fine)


def _paint_abdomen(
    canvas: _Canvas, points: ChestPoints, abdomen: Field, texture: Field, fine: Field
) -> Field:
    """Diaphragm, fat, liver, stomach and spleen; returns the distance into the liver."""
    x, y, z = points.x, points.y, points.z
    canvas.lay("muscle", abdomen)
    canvas.lay("fat", abdomen - 2.5, 1.0 + 0.10 * fine)
    right = 1.0 - np.sqrt(
        ((x + 62.0) / 108.0) ** 2 + ((y + 2.0) / 96.0) ** 2 + ((z + 90.0) / 92.0) ** 2
    )
    liver = np.minimum(right * 90.0 + 2.0 * texture, abdomen - 2.5)
    stomach = 1.0 - np.sqrt(
        ((x - 72.0) / 44.0) ** 2 + ((y + 8.0) / 44.0) ** 2 + ((z + 92.0) / 40.0) ** 2
    )
    stomach = np.minimum(stomach * 40.0 + 2.0 * texture, abdomen - 4.0)
    spleen = 1.0 - np.sqrt(
        ((x - 98.0) / 30.0) ** 2 + ((y - 58.0) / 44.0) ** 2 + ((z + 88.0) / 46.0) ** 2
    )
    canvas.lay("spleen", np.minimum(spleen * 34.0 + texture, abdomen - 3.0), 1.0 + 0.03 * fine)
    canvas.lay("liver", liver, 1.0 + 0.04 * fine)
    canvas.lay("muscle", stomach)
    canvas.lay("stomach", stomach - 3.0, np.clip(0.55 + 0.3 * fine + 0.2 * texture, 0.05, None))
    gas = np.minimum(stomach - 4.0, -28.0 - y + 3.0 * texture)
    canvas.lay("air", gas)
    into_liver: Field = np.minimum(liver, -stomach)
    return into_liver


def _paint_spine(canvas: _Canvas, points: ChestPoints, fine: Field) -> None:
    """Vertebral bodies with discs, the canal with its fluid and cord, and the arch behind."""
    window = _bounds((np.abs(points.x - _SPINE[0]) < 26.0) & (np.abs(points.y - 90.0) < 46.0))
    if window[0] == slice(0, 0):
        return
    cut = (slice(None), *window)
    canvas, fine = canvas.part(window), fine[window]
    x, y, z = points.x[cut] - _SPINE[0], points.y[cut] - _SPINE[1], points.z[cut]
    body = (1.0 - np.hypot(x / 20.0, y / 16.0)) * np.float32(17.0)
    canvas.lay("fat", body + 3.0)
    canvas.lay("bone", body)
    disc = np.cos(z * np.float32(2 * np.pi / 26.0))
    canvas.lay("marrow", body - 1.4, 1.0 + 0.12 * fine)
    canvas.lay("bone", np.minimum(body, (disc - 0.86) * 22.0))
    canvas.lay("muscle", np.minimum(body - 2.0, (disc - 0.93) * 26.0))
    arch = 15.0 - np.hypot(x, y - 27.0)
    canvas.lay("bone", arch)
    canvas.lay("marrow", np.minimum(6.0 - np.abs(x), 16.0 - np.abs(y - 44.0)))
    canal = 8.6 - np.hypot(x, y - 25.0)
    canvas.lay("fat", canal + 1.5)
    canvas.lay("fluid", canal, 0.75)
    canvas.lay("spleen", 4.3 - np.hypot(x * 0.8, y - 25.0))
