"""One study -> the input of cine-compact: every slice that moves as one cycle, in millimetres.

Unlike the published recipe (`tensor`), nothing of a study is thrown away or repeated to fill a
count, and size is kept: frames are resampled to 2 mm and cut to 224 mm around the heart, held
upright in the patient however they were stored. A slice becomes a *cycle* of 12 places in the
cardiac cycle, each filled from the phase nearest to it, so that 2, 12, 20, 25 or 30 phases all give
the same shape. The heart is where a short-axis stack moves; other planes are cut around the same
point of the patient.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray

from domain.body import body_surface_area
from domain.errors import InputError
from workers.cmrclip.pixels import PatientFacts, StackPixels, StudyPixels, check_stack

PHASES, SIZE, PIXEL_MM = 12, 112, 2.0
VIEWS = ("sax", "lax2", "lax3", "lax4", "rv2", "rvot", "other")
_LGE_AT_MOST, _CINE_AT_MOST = 24, 48
_WINDOW_PERCENTILES = (1.0, 99.0)
_BLUR_MM = 14.0
_MOVES = 0.6
_IN_PLANE = 0.25
# DICOM patient coordinates: x to the left, y to the back, z to the head.
_LEFT, _BACK, _FEET = np.array([1.0, 0, 0]), np.array([0, 1.0, 0]), np.array([0, 0, -1.0])
_STANDING = frozenset({"lax2", "lax3", "rv2", "rvot"})


@dataclass(frozen=True)
class CompactInput:
    """Everything that the image encoder sees of a study.

    - `cine`: (S, 12, 112, 112) uint8, one cycle a slice; `lge`: (L, 112, 112) uint8
    - `cine_views` (S,), `lge_views` (L,): indices into VIEWS
    - `cine_places` (S, 2), `lge_places` (L, 2): mm from the middle of the stack towards the apex,
      and mm between the slices of the stack (0 for a single slice)
    - `patient` (4,): male, female, body surface area in m² (Mosteller), 1 where that is known
    """

    cine: NDArray[np.uint8]
    cine_views: NDArray[np.int64]
    cine_places: NDArray[np.float32]
    lge: NDArray[np.uint8]
    lge_views: NDArray[np.int64]
    lge_places: NDArray[np.float32]
    patient: NDArray[np.float32]


def build_input(study: StudyPixels) -> CompactInput:
    """The input of a study. Stacks of another contrast than cine and lge are not used.

    Raises InputError without a usable cine (a slice with two phases or more), for pixels that are
    no numbers, and for images of one grey.
    """
    for stack in study.stacks:
        check_stack(stack)
    cines = [stack for stack in study.stacks if stack.contrast == "cine" and _moving(stack).any()]
    if not cines:
        raise InputError(
            "The study has no cine that the image model can use: it needs a slice with two phases"
            " or more.",
            "no_usable_cine",
        )
    heart = _heart_of(cines)
    cycles = [_cycles(stack, heart) for stack in cines]
    stills = [_stills(stack, heart) for stack in study.stacks if stack.contrast == "lge"]
    cine, cine_views, cine_places = _joined(cycles, (PHASES, SIZE, SIZE), _CINE_AT_MOST)
    lge, lge_views, lge_places = _joined(stills, (SIZE, SIZE), _LGE_AT_MOST)
    return CompactInput(
        cine, cine_views, cine_places, lge, lge_views, lge_places, patient_vector(study.patient)
    )


def patient_vector(patient: PatientFacts) -> NDArray[np.float32]:
    """(4,): male, female, body surface area in m² (Mosteller 1987), 1 where that is known."""
    area = body_surface_area(patient.size_m, patient.weight_kg)
    known = area is not None
    return np.array([patient.sex == "M", patient.sex == "F", area or 0.0, known], dtype=np.float32)


_Part = tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.float32]]


def _joined(parts: Sequence[_Part], shape: tuple[int, ...], at_most: int) -> _Part:
    pixels = [np.zeros((0, *shape), np.uint8), *(part[0] for part in parts)]
    views = [np.zeros(0, np.int64), *(part[1] for part in parts)]
    places = [np.zeros((0, 2), np.float32), *(part[2] for part in parts)]
    return (
        np.concatenate(pixels)[:at_most],
        np.concatenate(views)[:at_most],
        np.concatenate(places)[:at_most],
    )


def _moving(stack: StackPixels) -> NDArray[np.bool_]:
    """(slices,), True where a slice has two phases or more."""
    moving: NDArray[np.bool_] = stack.present.sum(axis=1) >= 2
    return moving


def nearest_phases(present: NDArray[np.bool_], cycle: NDArray[np.float64]) -> NDArray[np.intp]:
    """(12,): for each place in the cycle the present phase that is nearest, the cycle closed.

    `present`, `cycle`: (phases,), which exist and when in 0..1.
    """
    there = np.flatnonzero(present)
    wanted = np.arange(PHASES) / PHASES
    away = np.abs(cycle[there][None, :] - wanted[:, None])
    away = np.minimum(away, 1.0 - away)
    chosen: NDArray[np.intp] = there[away.argmin(axis=1)]
    return chosen


def _cycle_of(cycle: NDArray[np.float64] | None, present: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(phases,) in 0..1 of one slice: as stated, or evenly spread where that says nothing."""
    phases = len(present)
    even: NDArray[np.float64] = np.arange(phases) / phases
    if cycle is None:
        return even
    stated = np.asarray(cycle, dtype=np.float64)
    usable = bool(np.isfinite(stated[present]).all()) and float(np.ptp(stated)) > 0.5
    filled: NDArray[np.float64] = np.mod(np.where(np.isfinite(stated), stated, even), 1.0)
    return filled if usable else even


def _phases_of(
    present: NDArray[np.bool_], cycle: NDArray[np.float64] | None, index: int
) -> NDArray[np.intp]:
    """(12,): the phases of slice `index` that stand for its cycle, of which `present` (phases,)
    there are."""
    return nearest_phases(present, _cycle_of(None if cycle is None else cycle[index], present))


def wanted_frames(
    contrast: str, present: NDArray[np.bool_], cycle: NDArray[np.float64] | None
) -> NDArray[np.bool_]:
    """(slices, phases): the frames of a stack that `build_input` looks at; with the rest missing
    it gives the same, up to the frames that the heart is found by.

    `present`, `cycle` as in `StackPixels`. A full cine is decoded in half the time.
    """
    wanted = np.zeros_like(present)
    for s, there in enumerate(present):
        if contrast == "cine" and there.sum() >= 2:
            wanted[s, _phases_of(there, cycle, s)] = True
        elif contrast == "lge" and there.any():
            wanted[s, there.argmax()] = True
    return wanted


def _cycles(stack: StackPixels, heart: "_Heart") -> _Part:
    """The moving slices of a cine stack."""
    chosen = np.flatnonzero(_moving(stack))
    phases = [_phases_of(stack.present[s], stack.cycle, int(s)) for s in chosen]
    frames = np.stack(
        [stack.pixels[s][index] for s, index in zip(chosen, phases, strict=True)]
    ).astype(np.float32)
    cut = _cut(frames.reshape(-1, *frames.shape[2:]), stack, heart)
    pixels = _grey(cut, stack).reshape(len(chosen), PHASES, SIZE, SIZE)
    return pixels, _views(stack, len(chosen)), _places(stack)[chosen]


def _stills(stack: StackPixels, heart: "_Heart") -> _Part:
    """The first image of each slice of a late enhancement stack."""
    chosen = np.flatnonzero(stack.present.any(axis=1))
    if len(chosen) == 0:
        return _joined([], (SIZE, SIZE), 0)
    first = stack.present[chosen].argmax(axis=1)
    frames = stack.pixels[chosen, first].astype(np.float32)
    pixels = _grey(_cut(frames, stack, heart), stack)
    return pixels, _views(stack, len(chosen)), _places(stack)[chosen]


def _views(stack: StackPixels, count: int) -> NDArray[np.int64]:
    view = VIEWS.index(stack.view if stack.view in VIEWS else "other")
    return np.full(count, view, dtype=np.int64)


def _places(stack: StackPixels) -> NDArray[np.float32]:
    """(slices, 2): mm from the stack's middle in the order of the slices, mm between slices."""
    count = len(stack.pixels)
    if count == 1 or stack.positions_mm is None:
        return np.zeros((count, 2), np.float32)
    along = np.linalg.norm(stack.positions_mm - stack.positions_mm[0], axis=1)
    spacing = float(np.median(np.diff(along)))
    return np.stack([along - along[-1] / 2, np.full(count, spacing)], axis=1).astype(np.float32)


@dataclass(frozen=True)
class _Heart:
    """Where the heart is: in patient mm (3,) where geometry tells, and in pixels of each stack."""

    point_mm: NDArray[np.float64] | None
    in_stack: dict[int, tuple[float, float]]


def _heart_of(cines: Sequence[StackPixels]) -> _Heart:
    """Found in each stack that moves; the short axis decides for all planes of known geometry."""
    in_stack: dict[int, tuple[float, float]] = {}
    point = None
    for stack in sorted(cines, key=lambda one: (one.view != "sax", -len(one.pixels))):
        centre = motion_centre(stack)
        if centre is None:
            continue
        in_stack[id(stack)] = centre
        if point is None and stack.view == "sax" and stack.positions_mm is not None:
            point = _point_of(stack, centre)
    return _Heart(point, in_stack)


def motion_centre(stack: StackPixels) -> tuple[float, float] | None:
    """(row, column) of what moves most through the cycle; None where nothing moves.

    The deviation over the phases, averaged over the middle slices and blurred by 14 mm; the centre
    of mass of what reaches 60 % of its peak.
    """
    chosen = np.flatnonzero(_moving(stack))
    middle = chosen[len(chosen) // 5 : len(chosen) - len(chosen) // 4]
    maps = []
    for s in middle:
        phases = np.flatnonzero(stack.present[s])
        step = max(1, len(phases) // 8)
        maps.append(stack.pixels[s][phases[::step]].astype(np.float32).std(axis=0))
    moves = torch.from_numpy(np.mean(maps, axis=0))[None, None]
    row_mm, _ = stack.pixel_spacing_mm or (1.5, 1.5)
    side = 2 * max(1, round(_BLUR_MM / row_mm / 2)) + 1
    for _ in range(2):
        moves = functional.avg_pool2d(moves, side, stride=1, padding=side // 2)
    blurred = moves[0, 0].numpy()
    peak = float(blurred.max())
    if not np.isfinite(peak):
        raise _no_numbers(stack)
    if peak <= 0:
        return None
    weight = np.where(blurred >= _MOVES * peak, blurred, 0.0)
    rows, columns = np.indices(weight.shape)
    total = float(weight.sum())
    return float((rows * weight).sum() / total), float((columns * weight).sum() / total)


def _spacing(stack: StackPixels) -> tuple[float, float]:
    """mm between rows and between columns; a field of 340 mm is supposed where it is unknown."""
    return stack.pixel_spacing_mm or (340.0 / max(stack.pixels.shape[2:]),) * 2


def _point_of(stack: StackPixels, centre: tuple[float, float]) -> NDArray[np.float64] | None:
    if stack.positions_mm is None or stack.directions is None:
        return None
    row_mm, column_mm = _spacing(stack)
    along_row, down_column = stack.directions
    middle = stack.positions_mm[len(stack.positions_mm) // 2]
    point: NDArray[np.float64] = (
        middle + centre[1] * column_mm * along_row + centre[0] * row_mm * down_column
    )
    return point


def _centre(stack: StackPixels, heart: _Heart) -> tuple[float, float]:
    """(row, column) of the heart in `stack`: by geometry, else by motion, else the middle."""
    rows, columns = stack.pixels.shape[2:]
    known = stack.positions_mm is not None and stack.directions is not None
    if heart.point_mm is not None and known and stack.view != "other":
        assert stack.positions_mm is not None and stack.directions is not None
        row_mm, column_mm = _spacing(stack)
        from_corner = heart.point_mm - stack.positions_mm[len(stack.positions_mm) // 2]
        row = float(from_corner @ stack.directions[1]) / row_mm
        column = float(from_corner @ stack.directions[0]) / column_mm
        if 0 <= row < rows and 0 <= column < columns:
            return row, column
    return heart.in_stack.get(id(stack), ((rows - 1) / 2, (columns - 1) / 2))


def upright(stack: StackPixels) -> NDArray[np.float64]:
    """(2, 2): how far down the rows and along the columns of the stored image one goes by a step
    to the right and by a step down in an image that is held upright.

    However a scanner turned or mirrored the image, the patient's left is to the right, as far as
    the plane allows, and the back is down; planes that stand upright along the body have the feet
    down and the back to the right. An image of unknown orientation stays as it is.
    """
    if stack.directions is None:
        return np.array([[0.0, 1.0], [1.0, 0.0]])
    along_row, down_column = stack.directions
    normal = np.cross(along_row, down_column)
    if stack.view in _STANDING:
        down = _in_plane(_FEET, normal)
        right = np.cross(down, normal)
        right = right if right @ _BACK >= 0 else -right
    else:
        right = _in_plane(_LEFT, normal)
        down = np.cross(normal, right)
        down = down if down @ _BACK >= 0 else -down
    return np.array(
        [[one @ down_column, one @ along_row] for one in (right, down)], dtype=np.float64
    )


def _in_plane(direction: NDArray[np.float64], normal: NDArray[np.float64]) -> NDArray[np.float64]:
    """The part of a patient direction that lies in a plane, of length one; of the back's direction
    where the plane stands across the first."""
    part = direction - (direction @ normal) * normal
    if np.linalg.norm(part) < _IN_PLANE:
        part = _BACK - (_BACK @ normal) * normal
    result: NDArray[np.float64] = part / np.linalg.norm(part)
    return result


def _cut(frames: NDArray[np.float32], stack: StackPixels, heart: _Heart) -> torch.Tensor:
    """(N, rows, columns) -> (N, 112, 112) at 2 mm around the heart, zero outside the image.

    Raises InputError for pixels that are no numbers and for frames of one grey.
    """
    row, column = _centre(stack, heart)
    row_mm, column_mm = _spacing(stack)
    rows, columns = frames.shape[1:]
    offsets = (torch.arange(SIZE, dtype=torch.float32) - (SIZE - 1) / 2) * PIXEL_MM
    down, across = torch.meshgrid(offsets, offsets, indexing="ij")
    (right_row, right_column), (down_row, down_column) = upright(stack)
    source_row = row + (across * right_row + down * down_row) / row_mm
    source_column = column + (across * right_column + down * down_column) / column_mm
    # grid_sample counts from -1 at the outer edge of the first pixel to 1 at that of the last.
    grid = torch.stack(
        ((2 * source_column + 1) / columns - 1, (2 * source_row + 1) / rows - 1), dim=-1
    )
    if not np.isfinite(frames.sum(axis=(1, 2))).all():
        raise _no_numbers(stack)
    if frames.max() == frames.min():
        raise InputError(
            f"The {stack.view} {stack.contrast} is of one grey and shows nothing; export the study"
            " again.",
            "bad_pixels",
        )
    tensor = torch.from_numpy(frames)[None]
    cut: torch.Tensor = functional.grid_sample(
        tensor, grid[None], mode="bilinear", padding_mode="zeros", align_corners=False
    )[0]
    return cut


def _grey(frames: torch.Tensor, stack: StackPixels) -> NDArray[np.uint8]:
    """One window for all frames of a stack, from its 1st to its 99th percentile."""
    values = frames.numpy()
    low, high = (float(one) for one in np.percentile(values[..., ::2, ::2], _WINDOW_PERCENTILES))
    # Hardly any pixel may differ from the rest, so that the percentiles miss them.
    low, high = (low, high) if high > low else (low, float(values.max()))
    scaled = (frames - low) * (255.0 / max(high - low, 1e-6))
    result: NDArray[np.uint8] = scaled.clamp_(0, 255).round_().to(torch.uint8).numpy()
    return result


def _no_numbers(stack: StackPixels) -> InputError:
    return InputError(
        f"The {stack.view} {stack.contrast} holds pixels that are no numbers; export the study"
        " again.",
        "bad_pixels",
    )
