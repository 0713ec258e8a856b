"""From a phantom study to the arrays of all its images."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.phantom.chambers import Anatomy, HeartPoints
from domain.phantom.chest import Chest, ChestPoints, draw_chest, paint_chest
from domain.phantom.heart import contraction_curve
from domain.phantom.measures import anatomy_of
from domain.phantom.painting import (
    Moment,
    Surroundings,
    WallLook,
    label_image,
    paint_heart,
    valve_opening,
)
from domain.phantom.planes import SlicePlane, long_axis_plane, short_axis_planes
from domain.phantom.scan import (
    Scanner,
    coil_shading,
    grey,
    grey_signed,
    make_scanner,
    off_resonance,
    receive,
)
from domain.phantom.scar import scar_tables
from domain.phantom.signal import (
    BLOOD_T1_POST_AMYLOID_MS,
    BLOOD_T1_POST_MS,
    TISSUES,
    cine_palette,
    lge_palette,
    lge_signal,
    null_time_ms,
    t1_after_contrast,
)
from domain.phantom.study import PhantomStudy
from domain.phantom.vessels import meets, stamp, tube_distance

Field = NDArray[np.float32]
LGE_CYCLE = 0.72
AMYLOID_ECV = 0.44
_LONG_AXIS_THICKNESS_SAMPLES = (-0.25, 0.25)
_SHORT_AXIS_THICKNESS_SAMPLES = (-0.33, 0.0, 0.33)


@dataclass(frozen=True)
class RenderedStack:
    """Parallel slices of one view and contrast.

    - `pixels`: uint16, 12 bits used, (slices, phases, rows, columns), base to apex for short axis
    - `labels`: uint8 masks of the same shape (`painting.LV_CAVITY` and its neighbours)
    - `planes`: where each slice lies; `present` (slices, phases): False where an image never arrived
    - `rr_ms` (slices,), `trigger_times_ms` (slices, phases); `inversion_time_ms`: LGE only
    """

    view: str
    contrast: str
    pixels: NDArray[np.uint16]
    labels: NDArray[np.uint8]
    planes: tuple[SlicePlane, ...]
    present: NDArray[np.bool_]
    rr_ms: NDArray[np.float64]
    trigger_times_ms: NDArray[np.float64]
    inversion_time_ms: float | None = None
    phase_sensitive: bool = False


@dataclass(frozen=True)
class RenderedStudy:
    """All stacks of a study: short-axis cine first, then the long axes, then LGE."""

    study: PhantomStudy
    stacks: tuple[RenderedStack, ...]


@dataclass(frozen=True)
class _Contrast:
    """How one contrast is drawn: palette, wall and phases (places in the cycle)."""

    name: str
    palette: dict[str, float]
    cycles: tuple[float, ...]
    look: WallLook | None = None
    inversion_time_ms: float | None = None

    @property
    def reference(self) -> float:
        """The signal that the grey scale is set by: blood, or what enhances if that is brighter."""
        blood = abs(self.palette["blood"])
        return blood if self.look is None else max(blood, abs(self.look.enhanced))


def render(study: PhantomStudy) -> RenderedStudy:
    """Draws every image of `study`; the same study gives the same arrays."""
    return _Studio(study).render()


def planned_planes(study: PhantomStudy, anatomy: Anatomy) -> dict[str, list[SlicePlane]]:
    """The planes of each view (sax, lax4, lax2, lax3) of a study."""
    length, acquisition = anatomy.heart.length, study.acquisition
    planes = {"sax": short_axis_planes(anatomy.frame, length, acquisition, study.seed)}
    for view in ("lax4", "lax2", "lax3"):
        planes[view] = [long_axis_plane(anatomy.frame, view, length, acquisition, study.seed)]
    return planes


def lge_contrast(study: PhantomStudy, anatomy: Anatomy) -> _Contrast:
    """LGE with remote myocardium nulled; in amyloid, where none is remote, blood is nulled."""
    amyloid = study.kind == "amyloid"
    blood_post = BLOOD_T1_POST_AMYLOID_MS if amyloid else BLOOD_T1_POST_MS
    wall = TISSUES["myocardium"]
    remote = t1_after_contrast(wall.t1_ms, wall.ecv, blood_post)
    inversion = null_time_ms(blood_post) - 25.0 if amyloid else null_time_ms(remote) + 4.0
    palette = lge_palette(inversion, blood_post)
    if amyloid:
        # No part of an amyloid heart is spared; the enhanced layer is only where there is most.
        palette["myocardium"] = lge_signal(wall, AMYLOID_ECV, inversion, blood_post)
    look = None
    if study.enhancement is not None:
        look = WallLook(
            scar_tables(study.enhancement, study.seed),
            lge_signal(wall, study.enhancement.ecv, inversion, blood_post),
            lge_signal(wall, 0.02, inversion, blood_post),
        )
    return _Contrast("lge", palette, (LGE_CYCLE,), look, float(round(inversion)))


class _Studio:
    """Everything that the stacks of one study share."""

    def __init__(self, study: PhantomStudy) -> None:
        self.study = study
        self.anatomy = anatomy_of(study)
        self.chest: Chest = draw_chest(study.patient, self.anatomy, study.seed)
        self.planes = planned_planes(study, self.anatomy)
        self.rng = np.random.default_rng([study.seed, 51])
        self.scanners: dict[tuple[int, int], Scanner] = {}
        self.rr_ms = 60_000.0 / study.acquisition.heart_rate

    def render(self) -> RenderedStudy:
        count = self.study.acquisition.phase_count
        cine = _Contrast("cine", cine_palette(), tuple(index / count for index in range(count)))
        stacks = [self._stack(view, planes, cine) for view, planes in self.planes.items()]
        if self.study.acquisition.contrast_given:
            lge = lge_contrast(self.study, self.anatomy)
            stacks += [self._stack(view, self.planes[view], lge) for view in ("sax", "lax4")]
        return RenderedStudy(self.study, tuple(stacks))

    def _stack(
        self, view: str, planes: Sequence[SlicePlane], contrast: _Contrast
    ) -> RenderedStack:
        spread = self.study.acquisition.arrhythmia
        rr = self.rr_ms * (1.0 + spread * self.rng.standard_normal(len(planes)))
        rr = np.clip(rr, 0.6 * self.rr_ms, 1.5 * self.rr_ms).round()
        drawn = [self._slice(view, plane, contrast) for plane in planes]
        pixels = np.stack([image for image, _ in drawn])
        present = np.ones(pixels.shape[:2], bool)
        keep = list(range(len(planes)))
        acquisition = self.study.acquisition
        if view == "sax" and contrast.name == "cine":
            if acquisition.missing_phase is not None:
                present[acquisition.missing_phase] = False
            if acquisition.missing_slice is not None:
                keep.remove(acquisition.missing_slice)
        return RenderedStack(
            view=view,
            contrast=contrast.name,
            pixels=pixels[keep],
            labels=np.stack([label for _, label in drawn])[keep],
            planes=tuple(planes[index] for index in keep),
            present=present[keep],
            rr_ms=rr[keep],
            trigger_times_ms=(rr[:, None] * np.array(contrast.cycles))[keep],
            inversion_time_ms=contrast.inversion_time_ms,
            phase_sensitive=contrast.name == "lge" and acquisition.phase_sensitive,
        )

    def _slice(
        self, view: str, plane: SlicePlane, contrast: _Contrast
    ) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
        """(phases, rows, columns) pixels and labels of one slice."""
        acquisition = self.study.acquisition
        samples = _SHORT_AXIS_THICKNESS_SAMPLES if view == "sax" else _LONG_AXIS_THICKNESS_SAMPLES
        offsets = [share * acquisition.slice_thickness_mm for share in samples]
        # Each breath-hold finds the heart, and all else, a little elsewhere.
        breath = self.rng.normal(0.0, (0.6, 0.8, 1.6))
        xyz = [np.stack(c).astype(np.float32) for c in zip(
            *(plane.points(offset) for offset in offsets), strict=True
        )]  # fmt: skip
        points = ChestPoints(xyz[0], xyz[1], xyz[2])
        texture = _smooth_noise(self.rng, plane, 9.0)
        fine = _smooth_noise(self.rng, plane, 2.2)
        background, vessel, depth = self._background(plane, points, contrast, texture, fine)
        middle = len(offsets) // 2
        gain = coil_shading(depth[middle], points.y[middle], acquisition.shading)
        if contrast.name == "cine":
            gain = gain * off_resonance(
                points.x[middle], points.y[middle], points.z[middle], acquisition, texture
            )
        signal, labels = self._beat(plane, points, contrast, background, vessel, fine, breath)
        signal *= gain
        sigma = acquisition.noise * contrast.reference * (1.0 if contrast.name == "cine" else 1.5)
        signed = contrast.name == "lge" and acquisition.phase_sensitive
        image = receive(signal, self._scanner(plane), sigma, self.rng, signed)
        if signed:
            return grey_signed(image, contrast.reference), labels
        return grey(image, acquisition, contrast.reference), labels

    def _scanner(self, plane: SlicePlane) -> Scanner:
        size = (plane.rows, plane.columns)
        if size not in self.scanners:
            self.scanners[size] = make_scanner(*size, plane.rows < plane.columns, self.study.seed)
        return self.scanners[size]

    def _background(
        self,
        plane: SlicePlane,
        points: ChestPoints,
        contrast: _Contrast,
        texture: Field,
        fine: Field,
    ) -> tuple[Field, Field, Field]:
        """(signal, coverage of large vessels, depth below the skin)."""
        pixel, palette = plane.pixel_mm, contrast.palette
        image, lung, liver, depth = paint_chest(
            self.chest, points, palette, pixel, texture, fine
        )
        small = stamp(plane, self.chest.small, self.study.acquisition.slice_thickness_mm)
        share = small * np.maximum(lung, 0.9 * liver)
        image += share * (np.float32(palette["blood"]) - image)
        vessel = np.zeros(image.shape, np.float32)
        wall = np.zeros(image.shape, np.float32)
        for tube in self.chest.large:
            if meets(plane, tube, 0.5 * self.study.acquisition.slice_thickness_mm):
                distance = tube_distance(points, tube)
                np.maximum(vessel, np.clip(distance / pixel + 0.5, 0.0, 1.0), out=vessel)
                np.maximum(wall, np.clip((distance + 1.3) / pixel + 0.5, 0.0, 1.0), out=wall)
        image += wall * (np.float32(palette["myocardium"]) - image)
        image += vessel * (np.float32(palette["blood"]) * (1.0 + 0.04 * texture) - image)
        return image, vessel, depth

    def _beat(
        self,
        plane: SlicePlane,
        points: ChestPoints,
        contrast: _Contrast,
        background: Field,
        vessel: Field,
        fine: Field,
        breath: NDArray[np.float64],
    ) -> tuple[Field, NDArray[np.uint8]]:
        """Signed signal and labels, (phases, rows, columns), the heart drawn where it can be."""
        frame, shape = self.anatomy.frame, self.study.shape
        offset = frame.origin + breath
        moved = np.stack([points.x - offset[0], points.y - offset[1], points.z - offset[2]])
        heart = np.tensordot(frame.axes, moved, axes=1).astype(np.float32)
        window = self._window(heart)
        x, y, z = (axis[(slice(None), *window)] for axis in heart)
        place = HeartPoints.of(x, y, z)
        around = self._surroundings(plane, place, vessel[(slice(None), *window)], window, fine)
        signal = np.repeat(background.mean(axis=0)[None], len(contrast.cycles), axis=0)
        labels = np.zeros(signal.shape, np.uint8)
        curve = contraction_curve(np.array(contrast.cycles), shape.systole)
        below = background[(slice(None), *window)]
        for index, cycle in enumerate(contrast.cycles):
            moment = Moment(
                cycle, valve_opening(cycle, shape.systole), self.anatomy.heart.at(float(curve[index]))
            )
            image, found = paint_heart(
                below, place, self.anatomy, moment, contrast.palette, around, plane.pixel_mm,
                contrast.look,
            )  # fmt: skip
            signal[(index, *window)] = image.mean(axis=0)
            labels[(index, *window)] = label_image(found, place)[x.shape[0] // 2]
        return signal, labels

    def _window(self, heart: NDArray[np.float32]) -> tuple[slice, slice]:
        """Rows and columns that the heart, its fat and fluid can reach at any phase."""
        place = HeartPoints.of(*(axis[axis.shape[0] // 2] for axis in heart))
        margin = 12.0 + self.study.shape.effusion_mm + 0.5 * self.study.acquisition.slice_thickness_mm
        reach = np.zeros(place.x.shape, bool)
        for contraction in (0.0, 1.0):
            found = self.anatomy.regions(place, self.anatomy.heart.at(contraction), 2.0)
            reach |= found.solid > -margin
        rows, columns = np.flatnonzero(reach.any(axis=1)), np.flatnonzero(reach.any(axis=0))
        if len(rows) == 0:
            return slice(0, 1), slice(0, 1)
        return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)

    def _surroundings(
        self,
        plane: SlicePlane,
        place: HeartPoints,
        vessel: Field,
        window: tuple[slice, slice],
        fine: Field,
    ) -> Surroundings:
        shape = self.study.shape
        amount = np.clip(0.16 * self.chest.fat_mm + 1.6, 2.2, 6.0)
        towards_right = 1.0 / (1.0 + np.exp(-(place.x + 0.5 * place.y - 12.0) / 12.0))
        towards_base = np.clip(1.0 - place.z / self.anatomy.heart.length, 0.0, 1.0)
        uneven = np.clip(0.75 + 0.55 * _smooth_noise(self.rng, plane, 11.0)[window], 0.05, 2.0)
        fat = amount * (0.10 + 0.72 * towards_right + 0.40 * towards_base) * uneven
        fluid = None
        if shape.effusion_mm > 0:
            # Fluid sinks to the back in a person who lies.
            back = self.anatomy.frame.direction_to_heart((0.0, 1.0, 0.0))
            low = (place.x * back[0] + place.y * back[1] + place.z * 0.0) / 40.0
            share = np.clip(0.62 + 0.38 * low, 0.25, 1.0)
            share *= np.clip((place.z + 26.0) / 24.0, 0.0, 1.0)
            fluid = (shape.effusion_mm * share).astype(np.float32)
            fat = fat * 0.6
        swirl = (
            _smooth_noise(self.rng, plane, 7.0)[window],
            _smooth_noise(self.rng, plane, 7.0)[window],
        )
        return Surroundings(
            fat.astype(np.float32), fluid, vessel, swirl, (1.0 + 0.05 * fine)[window]
        )


def _smooth_noise(rng: np.random.Generator, plane: SlicePlane, grain_mm: float) -> Field:
    """A random field (rows, columns) of mean 0, deviation 1 and the given grain."""
    white = rng.standard_normal((plane.rows, plane.columns)).astype(np.float32)
    rows = np.fft.fftfreq(plane.rows)[:, None]
    columns = np.fft.rfftfreq(plane.columns)
    reach = grain_mm / plane.pixel_mm
    weight = np.exp(-2.0 * (np.pi * reach) ** 2 * (rows**2 + columns**2)).astype(np.float32)
    smooth = np.fft.irfft2(np.fft.rfft2(white) * weight, s=white.shape)
    result: Field = ((smooth - smooth.mean()) / smooth.std()).astype(np.float32)
    return result
