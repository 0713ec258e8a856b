"""One slice: the still chest painted once, the heart painted over it phase by phase."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.phantom.chambers import Anatomy, HeartPoints
from domain.phantom.chest import Chest, paint_chest
from domain.phantom.contrasts import DrawnContrast
from domain.phantom.heart import contraction_curve
from domain.phantom.painting import (
    HeartPainter,
    Moment,
    Surroundings,
    valve_opening,
)
from domain.phantom.planes import SlicePlane
from domain.phantom.scan import coil_shading
from domain.phantom.textures import Textures
from domain.phantom.vessels import ChestPoints, meets, stamp, tube_distance

Field = NDArray[np.float32]
# Where a slice's thickness is sampled, as shares of it.
_LONG_AXIS_SAMPLES = (-0.25, 0.25)
_SHORT_AXIS_SAMPLES = (-0.33, 0.0, 0.33)
_SEARCH_STEP = 3


@dataclass(frozen=True)
class StillSlice:
    """What does not move in one slice, shared by all its contrasts.

    `points` and `vessel` (coverage of large vessels): (samples, rows, columns). `signals`: one
    image of that shape a palette. `sensitivity`: of the coils, (rows, columns). `texture`, `fine`:
    random fields (rows, columns).
    """

    plane: SlicePlane
    points: ChestPoints
    signals: tuple[Field, ...]
    vessel: Field
    sensitivity: Field
    texture: Field
    fine: Field
    thickness_mm: float

    @property
    def middle(self) -> int:
        """The sample that stands for the slice where one must."""
        return int(self.vessel.shape[0]) // 2


def still_slice(
    plane: SlicePlane,
    view: str,
    chest: Chest,
    contrasts: Sequence[DrawnContrast],
    textures: Textures,
    thickness_mm: float,
    shading: float,
    rng: np.random.Generator,
) -> StillSlice:
    """Paints the chest of one slice in each of several contrasts."""
    samples = _SHORT_AXIS_SAMPLES if view == "sax" else _LONG_AXIS_SAMPLES
    drawn = [plane.points(share * thickness_mm) for share in samples]
    x, y, z = (np.stack(axis).astype(np.float32) for axis in zip(*drawn, strict=True))
    points = ChestPoints(x, y, z)
    texture, fine = textures.draw(9.0, rng), textures.draw(2.2, rng)
    palettes = [contrast.palette for contrast in contrasts]
    ground = paint_chest(chest, points, palettes, plane.pixel_mm, texture, fine)
    small = stamp(plane, chest.small, thickness_mm)
    small = small * np.maximum(ground.lung, np.float32(0.9) * ground.liver)
    vessel, wall = _large_vessels(plane, points, chest, thickness_mm)
    for image, palette in zip(ground.signals, palettes, strict=True):
        blood = np.float32(palette["blood"])
        image += small * (blood - image)
        image += wall * (np.float32(palette["myocardium"]) - image)
        image += vessel * (blood * (1.0 + np.float32(0.04) * texture) - image)
    middle = len(samples) // 2
    sensitivity = coil_shading(ground.depth[middle], y[middle], shading)
    return StillSlice(
        plane, points, ground.signals, vessel, sensitivity, texture, fine, thickness_mm
    )


def _large_vessels(
    plane: SlicePlane, points: ChestPoints, chest: Chest, thickness_mm: float
) -> tuple[Field, Field]:
    """Coverages of the large vessels' lumen, and of lumen and wall."""
    inside = np.full(points.x.shape, -9.0, np.float32)
    for tube in chest.large:
        if meets(plane, tube, 0.5 * thickness_mm):
            np.maximum(inside, tube_distance(points, tube), out=inside)
    inside *= np.float32(1.0 / plane.pixel_mm)
    wall = inside + np.float32(1.3 / plane.pixel_mm)
    return np.clip(inside + 0.5, 0.0, 1.0), np.clip(wall + 0.5, 0.0, 1.0)


class BeatingSlice:
    """The heart in one slice, on the pixels that it can reach at any phase.

    `breath` (3,): how far this breath-hold moves the heart, patient mm. `amount_of_fat`: mm.
    """

    def __init__(
        self,
        still: StillSlice,
        anatomy: Anatomy,
        breath: NDArray[np.floating],
        amount_of_fat: float,
        textures: Textures,
        rng: np.random.Generator,
    ) -> None:
        self.still, self.anatomy = still, anatomy
        self.origin = anatomy.frame.origin + breath
        self.pixels = self._reached(amount_of_fat)
        x, y, z = self._heart_coordinates(self.pixels)
        # The pixels that the left ventricle can reach come first.
        deep = np.sqrt(x * x + y * y) < anatomy.heart.reach(z) + np.float32(
            2.0 * still.plane.pixel_mm
        )
        deep &= z > np.float32(-2.0 * still.plane.pixel_mm - 2.0)
        leads = deep.any(axis=0)
        order = np.concatenate([np.flatnonzero(leads), np.flatnonzero(~leads)])
        self.pixels = self.pixels[order]
        self.points = HeartPoints.of(
            x[:, order], y[:, order], z[:, order], lead=int(np.count_nonzero(leads))
        )
        self.around = self._surroundings(amount_of_fat, textures, rng)

    def draw(self, contrast: DrawnContrast, number: int) -> tuple[Field, NDArray[np.uint8]]:
        """Signed signal and labels, (phases, rows, columns), of contrast `number` of the slice."""
        still, systole = self.still, self.anatomy.shape.systole
        background = still.signals[number].reshape(self.points.x.shape[0], -1)
        signal = np.repeat(background.mean(axis=0)[None], len(contrast.cycles), axis=0)
        labels = np.zeros(signal.shape, np.uint8)
        if self.pixels.size:
            painter = HeartPainter(
                self.points, self.anatomy, contrast.palette, self.around, still.plane.pixel_mm,
                contrast.look,
            )  # fmt: skip
            below = background.take(self.pixels, axis=1)
            curve = contraction_curve(np.array(contrast.cycles), systole)
            for index, cycle in enumerate(contrast.cycles):
                instant = self.anatomy.heart.at(float(curve[index]))
                moment = Moment(cycle, valve_opening(cycle, systole), instant)
                image, found = painter.paint(below, moment)
                signal[index, self.pixels] = image.mean(axis=0)
                labels[index, self.pixels] = painter.labels(found, still.middle)
        shape = (len(contrast.cycles), still.plane.rows, still.plane.columns)
        return signal.reshape(shape), labels.reshape(shape)

    def _heart_coordinates(self, pixels: NDArray[np.intp]) -> tuple[Field, Field, Field]:
        """Heart x, y and z of flat `pixels`, (samples, pixels) each."""
        points = self.still.points
        away = [
            axis.reshape(axis.shape[0], -1).take(pixels, axis=1) - np.float32(origin)
            for axis, origin in zip((points.x, points.y, points.z), self.origin, strict=True)
        ]
        axes = self.anatomy.frame.axes.astype(np.float32)
        x, y, z = (away[0] * one[0] + away[1] * one[1] + away[2] * one[2] for one in axes)
        return x, y, z

    def _reached(self, amount_of_fat: float) -> NDArray[np.intp]:
        """Flat indices of the pixels that the heart, its fat and fluid can reach at any phase.

        Looked for on every third row and column, with that much more room.
        """
        plane, middle, step = self.still.plane, self.still.middle, _SEARCH_STEP
        flat = np.arange(plane.rows * plane.columns).reshape(plane.rows, plane.columns)
        coarse = flat[step // 2 :: step, step // 2 :: step]
        x, y, z = (axis[middle] for axis in self._heart_coordinates(coarse.ravel()))
        place = HeartPoints.of(x, y, z)
        margin = 2.0 * amount_of_fat + self.anatomy.shape.effusion_mm
        margin += 0.5 * self.still.thickness_mm
        margin += 0.75 * step * plane.pixel_mm
        near = np.zeros(place.x.shape, bool)
        for contraction in (0.0, 1.0):
            found = self.anatomy.regions(place, self.anatomy.heart.at(contraction), 2.0)
            near |= found.solid > -margin
        blocks = near.reshape(coarse.shape).repeat(step, axis=0).repeat(step, axis=1)
        reached = np.zeros(flat.shape, bool)
        blocks = blocks[: plane.rows, : plane.columns]
        reached[: blocks.shape[0], : blocks.shape[1]] = blocks
        return np.flatnonzero(reached)

    def _surroundings(
        self, amount: float, textures: Textures, rng: np.random.Generator
    ) -> Surroundings:
        place, shape, still = self.points, self.anatomy.shape, self.still

        def here(image: Field) -> Field:
            return image.ravel().take(self.pixels)

        right = place.x + np.float32(0.5) * place.y - np.float32(12.0)
        towards_right = 1.0 / (1.0 + np.exp(right * np.float32(-1.0 / 12.0)))
        towards_base = np.clip(1.0 - place.z / np.float32(self.anatomy.heart.length), 0.0, 1.0)
        uneven = np.clip(0.75 + 0.55 * here(textures.draw(11.0, rng)), 0.05, 2.0)
        fat = amount * (0.10 + 0.72 * towards_right + 0.40 * towards_base) * uneven
        fluid = None
        if shape.effusion_mm > 0:
            # Fluid sinks to the back in a person who lies.
            back = self.anatomy.frame.direction_to_heart((0.0, 1.0, 0.0))
            low = (place.x * back[0] + place.y * back[1]) * np.float32(1.0 / 40.0)
            share = np.clip(0.62 + 0.38 * low, 0.25, 1.0)
            share *= np.clip((place.z + 26.0) / 24.0, 0.0, 1.0)
            fluid = (shape.effusion_mm * share).astype(np.float32)
            fat = fat * 0.6
        vessel = still.vessel.reshape(still.vessel.shape[0], -1).take(self.pixels, axis=1)
        shown = 1.0 - vessel if vessel.any() else None
        swirl = here(textures.draw(7.0, rng)), here(textures.draw(7.0, rng))
        grain = 1.0 + np.float32(0.05) * here(still.fine)
        return Surroundings(fat.astype(np.float32), fluid, shown, swirl, grain)
