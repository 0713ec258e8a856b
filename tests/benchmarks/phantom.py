"""How fast phantoms are made, and how like real studies they are.

    python -m tests.benchmarks.phantom [--studies 12] [--image side_by_side.png]

Speed: full-size studies drawn and written as DICOM by two processes, and the reduced studies that
training uses (176 pixels across, 12 phases, arrays only). Volumes: short-axis masks summed as a
reader sums contours, against the volumes counted on the drawn heart. Likeness: grey values relative
to blood in two real GE short-axis stacks with expert contours (Sunnybrook) and in phantoms of the
same style, by the same rule on both; skipped with a reason where ../shared is absent. The last line
is JSON.

The rule, on the end-diastolic frame of the slices in the middle third: blood is the median inside
the endocardium and muscle the median between the contours, each a pixel away from them; lung is the
20th percentile between 10 and 40 mm outside the epicardium, and fat the 98.5th percentile of the
frame.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from pydicom import dcmread

from domain.phantom import PhantomStudy, draw_spectrum, draw_study, render
from domain.phantom.dicom import write_rendered
from domain.phantom.painting import LV_CAVITY, LV_WALL, THROMBUS

SHARED = Path(__file__).resolve().parents[3] / "shared"
PATIENTS = ("SCD0000101", "SCD0000401")
# Slice spacing of the real stacks from Image Position (Patient), mm.
TRUE_SPACING = {"SCD0000101": 10.0, "SCD0000401": 8.0}
RATIOS = ("blood/muscle", "lung/blood", "fat/blood", "noise/blood")
Frame = NDArray[np.float64]
Mask = NDArray[np.bool_]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Speed and likeness of the phantoms.")
    parser.add_argument("--studies", type=int, default=12)
    parser.add_argument("--image", type=Path, help="write real and drawn frames side by side")
    chosen = parser.parse_args(arguments)
    result = {"speed": speed(chosen.studies), "volumes": volumes(6), "likeness": likeness()}
    if chosen.image is not None and SHARED.is_dir():
        side_by_side(chosen.image)
    print(json.dumps(result))


# --- speed ----------------------------------------------------------------------------------


def speed(count: int) -> dict[str, float]:
    """Studies a minute with two processes, and processor seconds a study.

    What else the machine does lengthens the first and hardly the second.
    """
    result = {}
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        list(pool.map(_reduced, range(2)))
        for name, work, number in (("full", _full, count), ("reduced", _reduced, 2 * count)):
            began = time.perf_counter()
            spent = list(pool.map(work, range(number)))
            rate = 60.0 * number / (time.perf_counter() - began)
            print(f"{name:8s} {rate:6.1f} studies a minute, {np.mean(spent):5.2f} CPU s a study")
            result[f"{name}_per_minute"] = round(rate, 1)
            result[f"{name}_cpu_seconds"] = round(float(np.mean(spent)), 2)
    return result


def _full(number: int) -> float:
    """Processor seconds that a full study takes, drawn and written."""
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        write_rendered(render(draw_study(1, number)), Path(folder))
    return time.process_time() - began


def _reduced(number: int) -> float:
    """The same for a reduced study, drawn only."""
    began = time.process_time()
    render(draw_spectrum(1, number), matrix=176, phases=12)
    return time.process_time() - began


# --- volumes --------------------------------------------------------------------------------


def volumes(count: int) -> dict[str, float]:
    """Largest differences of summed masks from the drawn heart, over `count` studies."""
    print(f"\n{'study':>14s} {'EDV mL':>14s} {'ESV mL':>14s} {'EF %':>12s}   summed / counted")
    apart: dict[str, list[float]] = {"edv_percent": [], "ef_points": []}
    for number in range(count):
        study = _whole(draw_study(2, number))
        summed = _summed(study)
        counted = [study.measures[name] for name in ("lvedv", "lvesv", "lvef")]
        pairs = [f"{a:6.1f}/{b:6.1f}" for a, b in zip(summed, counted, strict=True)]
        print(f"{study.kind:>14s} {pairs[0]:>14s} {pairs[1]:>14s} {pairs[2]:>12s}")
        apart["edv_percent"].append(100.0 * abs(summed[0] / counted[0] - 1.0))
        apart["ef_points"].append(abs(summed[2] - counted[2]))
    return {name: round(max(values), 2) for name, values in apart.items()}


def _whole(study: PhantomStudy) -> PhantomStudy:
    return replace(
        study, acquisition=replace(study.acquisition, missing_slice=None, missing_phase=None)
    )


def _summed(study: PhantomStudy) -> tuple[float, float, float]:
    """End-diastolic and end-systolic volume (mL) and EF (%) from the short-axis masks."""
    stack = render(study).stacks[0]
    cavity = np.isin(stack.labels, (LV_CAVITY, THROMBUS)).sum(axis=(0, 2, 3))
    voxel = stack.planes[0].pixel_mm ** 2 * study.acquisition.slice_spacing_mm / 1000.0
    diastolic, systolic = float(cavity[0]) * voxel, float(cavity.min()) * voxel
    return diastolic, systolic, 100.0 * (1.0 - systolic / diastolic)


# --- likeness -------------------------------------------------------------------------------


def likeness() -> dict[str, dict[str, float]] | str:
    """Ratios in real and drawn studies, or why they were not compared."""
    if not SHARED.is_dir():
        reason = "skipped: ../shared, which holds the real studies, is absent"
        print(f"\nlikeness {reason}")
        return reason
    real = {patient: _ratios_of_real(patient) for patient in PATIENTS}
    drawn = [_ratios_of_drawn(draw_spectrum(6, number, vendors=("ge",))) for number in range(8)]
    print(f"\n{'':14s}" + "".join(f"{name:>15s}" for name in RATIOS))
    for patient, ratios in real.items():
        print(f"{patient:14s}" + "".join(f"{ratios[name]:15.3f}" for name in RATIOS))
    low, middle, high = (
        {name: float(np.percentile([one[name] for one in drawn], share)) for name in RATIOS}
        for share in (10, 50, 90)
    )
    shown = [f"{middle[name]:.3f} ({low[name]:.2f}-{high[name]:.2f})" for name in RATIOS]
    print(f"{'phantoms':14s}" + "".join(f"{text:>15s}" for text in shown))
    for patient in PATIENTS:
        diastolic, systolic = _contour_volumes(patient)
        print(
            f"{patient}: contours summed {diastolic:.0f} / {systolic:.0f} mL, "
            f"EF {100.0 * (1.0 - systolic / diastolic):.0f} %"
        )
    rounded = {name: {k: round(v, 3) for k, v in one.items()} for name, one in real.items()}
    return rounded | {"phantoms": {name: round(value, 3) for name, value in middle.items()}}


def ratios(frames: Sequence[tuple[Frame, Mask, Mask]], pixel_mm: float) -> dict[str, float]:
    """Mean ratios of (frame, inside endocardium, inside epicardium) by the rule above."""
    found: dict[str, list[float]] = {name: [] for name in RATIOS}
    for frame, endo, epi in frames:
        blood = float(np.median(frame[_grown(endo, -1)]))
        muscle = float(np.median(frame[_grown(epi, -1) & ~_grown(endo, 1)]))
        near, far = round(10.0 / pixel_mm), round(40.0 / pixel_mm)
        lung = float(np.percentile(frame[_grown(epi, far) & ~_grown(epi, near)], 20.0))
        fine = frame - 0.25 * sum(np.roll(frame, step, axis) for axis in (0, 1) for step in (1, -1))
        # The Laplacian of white noise of deviation s deviates by s sqrt(1.25).
        noise = float(np.std(fine[_grown(endo, -3)])) / np.sqrt(1.25)
        values = (blood / muscle, lung / blood, float(np.percentile(frame, 98.5)) / blood)
        for name, value in zip(RATIOS, (*values, noise / blood), strict=True):
            found[name].append(value)
    return {name: float(np.mean(values)) for name, values in found.items()}


def _grown(mask: Mask, pixels: int) -> Mask:
    """`mask` with its border moved outwards by so many pixels, inwards where negative."""
    if pixels < 0:
        return ~_grown(~mask, -pixels)
    rows, columns = np.nonzero(mask)
    reach = np.arange(-pixels, pixels + 1)
    disc = np.add.outer(reach**2, reach**2) <= pixels**2 + 0.5
    grown = np.zeros(mask.shape, bool)
    for down, across in np.argwhere(disc) - pixels:
        grown[
            np.clip(rows + down, 0, mask.shape[0] - 1),
            np.clip(columns + across, 0, mask.shape[1] - 1),
        ] = True
    return grown


def _ratios_of_drawn(study: PhantomStudy) -> dict[str, float]:
    stack = render(_whole(study), phases=1).stacks[0]
    count = len(stack.pixels)
    frames = []
    for index in range(count // 3, 2 * count // 3):
        labels = stack.labels[index, 0]
        endo = labels == LV_CAVITY
        frames.append((stack.pixels[index, 0].astype(float), endo, endo | (labels == LV_WALL)))
    return ratios(frames, stack.planes[0].pixel_mm)


def _ratios_of_real(patient: str) -> dict[str, float]:
    contours = _contours(patient)
    both = sorted(set(contours["i"]) & set(contours["o"]))
    middle = both[len(both) // 3 : 2 * len(both) // 3]
    frames, pixel_mm = [], 1.0
    for number in middle:
        dataset = dcmread(_folder(patient) / "dicom" / f"{number}.dcm")
        pixel_mm = float(dataset.PixelSpacing[0])
        shape = dataset.pixel_array.shape
        endo, epi = (_filled(contours[kind][number], shape) for kind in ("i", "o"))
        frames.append((dataset.pixel_array.astype(float), endo, epi))
    return ratios(frames, pixel_mm)


def _folder(patient: str) -> Path:
    unpack = subprocess.run(
        [sys.executable, str(SHARED / "data" / "unpack")],
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(unpack.stdout.strip().splitlines()[-1]) / "cmr" / "sunnybrook_ge" / patient


def _contours(patient: str) -> Mapping[str, dict[int, NDArray[np.float64]]]:
    """Contours (points, 2) of x and y in pixels, by kind (i inner, o outer) and file number."""
    found: dict[str, dict[int, NDArray[np.float64]]] = {"i": {}, "o": {}}
    for kind, held in found.items():
        for path in (_folder(patient) / "contours" / f"{kind}-contours").glob("*.txt"):
            held[int(path.name.split("-")[2])] = np.loadtxt(path)
    return found


def _filled(contour: NDArray[np.float64], shape: tuple[int, ...]) -> Mask:
    canvas = Image.new("1", (shape[1], shape[0]))
    ImageDraw.Draw(canvas).polygon([(float(x), float(y)) for x, y in contour], fill=1)
    return np.array(canvas)


def _contour_volumes(patient: str) -> tuple[float, float]:
    """End-diastolic and end-systolic volume (mL) of the inner contours."""
    inner = _contours(patient)["i"]
    outer = set(_contours(patient)["o"])
    dataset = dcmread(_folder(patient) / "dicom" / f"{min(inner)}.dcm", stop_before_pixels=True)
    voxel = float(dataset.PixelSpacing[0]) ** 2 * TRUE_SPACING[patient] / 1000.0
    # Outer contours were drawn at end-diastole only.
    volumes = [0.0, 0.0]
    for number, contour in inner.items():
        x, y = contour.T
        area = 0.5 * abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1)))
        volumes[number not in outer] += area * voxel
    return volumes[0], volumes[1]


def side_by_side(path: Path) -> None:
    """Real end-diastolic short-axis frames above phantom ones, the same width in mm."""
    rows = []
    for patient in PATIENTS:
        numbers = sorted(_contours(patient)["o"])
        chosen = [numbers[place * (len(numbers) - 1) // 3] for place in range(4)]
        sets = [dcmread(_folder(patient) / "dicom" / f"{number}.dcm") for number in chosen]
        rows.append([_shown(one.pixel_array, float(one.PixelSpacing[0])) for one in sets])
    for number in (0, 3):
        stack = render(_whole(draw_spectrum(6, number, vendors=("ge",))), phases=1).stacks[0]
        count = len(stack.pixels)
        frames = [stack.pixels[1 + place * (count - 3) // 3, 0] for place in range(4)]
        rows.append([_shown(frame, stack.planes[0].pixel_mm) for frame in frames])
    Image.fromarray(np.concatenate([np.concatenate(row, axis=1) for row in rows])).save(path)
    print(f"\nreal above, drawn below: {path}")


def _shown(frame: NDArray[np.uint16], pixel_mm: float) -> NDArray[np.uint8]:
    """The middle 260 mm of a frame at 1 mm a pixel, windowed to its 99.3rd percentile."""
    top = float(np.percentile(frame, 99.3))
    grey = Image.fromarray(np.clip(255.0 * frame / top, 0, 255).astype(np.uint8))
    size = (round(frame.shape[1] * pixel_mm), round(frame.shape[0] * pixel_mm))
    grey = grey.resize(size, Image.Resampling.BICUBIC)
    left, upper = (size[0] - 260) // 2, (size[1] - 260) // 2
    return np.array(grey.crop((left, upper, left + 260, upper + 260)))


if __name__ == "__main__":
    main()
