"""From a phantom study to the arrays of all its images."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.errors import InputError
from domain.phantom.chambers import Anatomy
from domain.phantom.chest import draw_chest
from domain.phantom.contrasts import DrawnContrast, cine_contrast, lge_contrast
from domain.phantom.measures import anatomy_of
from domain.phantom.planes import SlicePlane, long_axis_plane, short_axis_planes
from domain.phantom.scan import Scanner, grey, grey_signed, make_scanner, off_resonance, receive
from domain.phantom.slices import BeatingSlice, StillSlice, still_slice
from domain.phantom.study import PhantomStudy, with_matrix
from domain.phantom.textures import Textures

_VIEWS = ("sax", "lax4", "lax2", "lax3")
_LGE_VIEWS = ("sax", "lax4")
# Magnitude after inversion is noisier than cine beside the same reference signal.
_LGE_NOISE = 1.5


@dataclass(frozen=True)
class RenderedStack:
    """Parallel slices of one view and contrast.

    - `pixels`: uint16, 12 bits used, (slices, phases, rows, columns), base to apex for short axis
    - `labels`: uint8 masks of the same shape (`painting.LV_CAVITY` and its neighbours)
    - `planes`: where each slice lies; `present` (slices, phases): False where an image never came
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


def render(
    study: PhantomStudy, *, matrix: int | None = None, phases: int | None = None
) -> RenderedStudy:
    """Draws every image of `study`; the same study gives the same arrays.

    `matrix`: pixels across the same field of view; `phases`: cine phases evenly over the cycle;
    None for as many as the study was scanned with. Fewer make small and quick images of the same
    heart: its truth stays. Raises InputError for a matrix under 16 or fewer than 1 phase.
    """
    if phases is not None and phases < 1:
        raise InputError("A cine needs at least one phase; ask for 1 or more.")
    if matrix is not None:
        study = with_matrix(study, matrix)
    return _Studio(study, phases or study.acquisition.phase_count).render()


def planned_planes(study: PhantomStudy, anatomy: Anatomy) -> dict[str, list[SlicePlane]]:
    """The planes of each view (sax, lax4, lax2, lax3) of a study."""
    length, acquisition = anatomy.heart.length, study.acquisition
    planes = {"sax": short_axis_planes(anatomy.frame, length, acquisition, study.seed)}
    for view in _VIEWS[1:]:
        planes[view] = [long_axis_plane(anatomy.frame, view, length, acquisition, study.seed)]
    return planes


class _Studio:
    """Everything that the stacks of one study share."""

    def __init__(self, study: PhantomStudy, phases: int) -> None:
        self.study = study
        self.anatomy = anatomy_of(study)
        self.chest = draw_chest(study.patient, self.anatomy, study.seed)
        self.planes = planned_planes(study, self.anatomy)
        self.cine = cine_contrast([index / phases for index in range(phases)])
        self.lge = lge_contrast(study) if study.acquisition.contrast_given else None
        self.scanners: dict[tuple[int, int], Scanner] = {}
        self.textures: dict[tuple[int, int], Textures] = {}

    def render(self) -> RenderedStudy:
        cine, lge = [], []
        for view, planes in self.planes.items():
            contrasts = [self.cine]
            if self.lge is not None and view in _LGE_VIEWS:
                contrasts.append(self.lge)
            still = [self._still(view, index, contrasts) for index in range(len(planes))]
            cine.append(self._stack(view, still, self.cine, 0))
            if self.lge is not None and view in _LGE_VIEWS:
                lge.append(self._stack(view, still, self.lge, 1))
        return RenderedStudy(self.study, (*cine, *lge))

    def _rng(self, *parts: int) -> np.random.Generator:
        """Each use has numbers of its own, so that leaving one image out changes no other."""
        return np.random.default_rng([self.study.seed, *parts])

    def _still(self, view: str, index: int, contrasts: list[DrawnContrast]) -> StillSlice:
        plane, scan = self.planes[view][index], self.study.acquisition
        return still_slice(
            plane,
            view,
            self.chest,
            contrasts,
            self._textures_of(plane),
            scan.slice_thickness_mm,
            scan.shading,
            self._rng(53, _VIEWS.index(view), index),
        )

    def _stack(
        self, view: str, still: list[StillSlice], contrast: DrawnContrast, number: int
    ) -> RenderedStack:
        """`number`: which of the contrasts that the still slices were painted in."""
        scan, phases = self.study.acquisition, len(contrast.cycles)
        rng = self._rng(51, _VIEWS.index(view), number)
        usual = 60_000.0 / scan.heart_rate
        rr = usual * (1.0 + scan.arrhythmia * rng.standard_normal(len(still)))
        rr = np.clip(rr, 0.6 * usual, 1.5 * usual).round()
        present = np.ones((len(still), phases), bool)
        keep = list(range(len(still)))
        if view == "sax" and contrast.name == "cine":
            if scan.missing_phase is not None:
                index, phase = scan.missing_phase
                present[index, phase * phases // scan.phase_count] = False
            if scan.missing_slice is not None:
                keep.remove(scan.missing_slice)
        drawn = [self._image(view, index, still[index], contrast, number) for index in keep]
        return RenderedStack(
            view=view,
            contrast=contrast.name,
            pixels=np.stack([image for image, _ in drawn]),
            labels=np.stack([label for _, label in drawn]),
            planes=tuple(self.planes[view][index] for index in keep),
            present=present[keep],
            rr_ms=rr[keep],
            trigger_times_ms=(rr[:, None] * np.array(contrast.cycles))[keep],
            inversion_time_ms=contrast.inversion_time_ms,
            phase_sensitive=contrast.name == "lge" and scan.phase_sensitive,
        )

    def _image(
        self, view: str, index: int, still: StillSlice, contrast: DrawnContrast, number: int
    ) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
        """(phases, rows, columns) pixels and labels of one slice."""
        scan, plane = self.study.acquisition, still.plane
        rng = self._rng(52, _VIEWS.index(view), number, index)
        # Each breath-hold finds the heart a little elsewhere.
        breath = rng.normal(0.0, (0.6, 0.8, 1.6))
        fat = float(np.clip(0.16 * self.chest.fat_mm + 1.6, 2.2, 6.0))
        beating = BeatingSlice(still, self.anatomy, breath, fat, self._textures_of(plane), rng)
        signal, labels = beating.draw(contrast, number)
        signal *= still.sensitivity
        sigma = scan.noise * contrast.reference
        if contrast.name == "cine":
            points, middle = still.points, still.middle
            x, y, z = points.x[middle], points.y[middle], points.z[middle]
            signal *= off_resonance(x, y, z, scan, still.texture)
        else:
            sigma *= _LGE_NOISE
        signed = contrast.name == "lge" and scan.phase_sensitive
        image = receive(signal, self._scanner(plane), sigma, rng, signed)
        if signed:
            return grey_signed(image, contrast.reference), labels
        return grey(image, scan, contrast.reference), labels

    def _scanner(self, plane: SlicePlane) -> Scanner:
        size = (plane.rows, plane.columns)
        if size not in self.scanners:
            self.scanners[size] = make_scanner(*size, plane.rows < plane.columns, self.study.seed)
        return self.scanners[size]

    def _textures_of(self, plane: SlicePlane) -> Textures:
        size = (plane.rows, plane.columns)
        if size not in self.textures:
            self.textures[size] = Textures(*size, plane.pixel_mm, self.study.seed)
        return self.textures[size]
