"""A library to train on: studies made ready once, so that an epoch only reads arrays.

    python -m workers.cmrclip.library --dicom FOLDER --out READY
    python -m workers.cmrclip.library --phantoms 1200 --seed 1 --out READY

A folder of de-identified studies has one folder a study, with its DICOM files and its report in
`report.txt`. Each study becomes one .npz file; what is there already is left alone, so an
interrupted run goes on where it stopped. The truth of phantoms is written for evaluation alone:
training reads images and reports, nothing else.
"""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from domain.errors import InputError
from domain.processes import process_pool
from workers.cmrclip.compact_input import CompactInput, build_input

_ARRAYS = tuple(one.name for one in fields(CompactInput))


@dataclass(frozen=True)
class Facts:
    """What a study is grouped by in evaluation, never what the model sees; "" for unknown.

    `patient`: whose study it is, so that no patient is on both sides of a split.
    """

    patient: str
    sex: str = ""
    age_band: str = ""
    vendor: str = ""
    field_strength: str = ""
    site: str = ""


@dataclass(frozen=True)
class Example:
    """One study ready for the model, with its report and, for a phantom, its truth."""

    name: str
    report: str
    facts: Facts
    images: CompactInput
    truth: dict[str, Any] = field(default_factory=dict)


def age_band(years: float | None) -> str:
    """Twenty-year bands: "0-39", "40-59", "60-79", "80+"; "" for unknown."""
    if years is None:
        return ""
    return "0-39" if years < 40 else "40-59" if years < 60 else "60-79" if years < 80 else "80+"


def write_example(folder: Path, example: Example) -> None:
    """One .npz in `folder`; a half-written file is never left under the final name."""
    path = folder / f"{example.name}.npz"
    partial = path.with_suffix(f".partial-{os.getpid()}")
    about = {"report": example.report, "facts": asdict(example.facts), "truth": example.truth}
    with partial.open("wb") as file:
        np.savez(
            file,
            about=np.frombuffer(json.dumps(about).encode(), dtype=np.uint8),
            **{name: getattr(example.images, name) for name in _ARRAYS},
        )
    partial.rename(path)


def read_example(path: Path) -> Example:
    """Raises InputError where the file is none of ours."""
    try:
        with np.load(path) as arrays:
            about = json.loads(arrays["about"].tobytes())
            images = CompactInput(**{name: arrays[name] for name in _ARRAYS})
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path.name} is no prepared study; prepare it again.") from error
    return Example(path.stem, about["report"], Facts(**about["facts"]), images, about["truth"])


def read_library(folder: Path) -> list[Example]:
    """All prepared studies of a folder by name. Raises InputError where there is none."""
    return list(iterate_library(folder))


def iterate_library(folder: Path) -> Iterator[Example]:
    """The same, one at a time."""
    paths = sorted(folder.glob("*.npz"))
    if not paths:
        raise InputError(
            f"{folder} holds no prepared study; make some with python -m workers.cmrclip.library."
        )
    for path in paths:
        yield read_example(path)


def split_by_patient(
    examples: Iterable[Example], held_out: float
) -> tuple[list[Example], list[Example]]:
    """(for training, held out): every study of a patient on the same side, settled by a hash."""
    sides: tuple[list[Example], list[Example]] = ([], [])
    for example in examples:
        digest = hashlib.sha256(example.facts.patient.encode()).digest()
        sides[int.from_bytes(digest[:4]) / 2**32 < held_out].append(example)
    return sides


# --- phantoms -----------------------------------------------------------------------------


@dataclass(frozen=True)
class PhantomJob:
    """Study `number` of the library of `seed`, its report in `style`."""

    seed: int
    number: int
    style: str
    vendors: tuple[str, ...]
    folder: Path


def phantom_example(job: PhantomJob) -> Example:
    """Draws, reports and prepares one phantom."""
    from domain.phantom.rendering import render
    from domain.phantom.reports import write_report
    from domain.phantom.spectrum import draw_spectrum
    from workers.cmrclip.phantoms import study_pixels

    study = draw_spectrum(job.seed, job.number, vendors=job.vendors)
    patient, acquisition = study.patient, study.acquisition
    facts = Facts(
        patient=f"phantom-{job.seed}-{job.number}",
        sex=patient.sex,
        age_band=age_band(patient.age),
        vendor=acquisition.style,
        field_strength=f"{acquisition.field_strength_tesla:g} T",
        site=f"phantom-{job.seed}",
    )
    pixels = study_pixels(render(study, matrix=TRAINING_MATRIX, phases=TRAINING_PHASES))
    name = f"phantom-{job.seed}-{job.number:05d}"
    return Example(name, write_report(study, job.style), facts, build_input(pixels), study.truth)


# A third of the work of full size, and what is left after resampling to 2 mm is the same.
TRAINING_MATRIX, TRAINING_PHASES = 176, 12


def _prepare_phantom(job: PhantomJob) -> str | None:
    torch.set_num_threads(1)
    write_example(job.folder, phantom_example(job))
    return None


def phantom_jobs(
    folder: Path, seed: int, count: int, styles: tuple[str, ...], vendors: tuple[str, ...]
) -> list[PhantomJob]:
    """What is still to be drawn of `count` studies; styles come round in turn."""
    jobs = [
        PhantomJob(seed, number, styles[number % len(styles)], vendors, folder)
        for number in range(count)
    ]
    return [
        job for job in jobs if not (folder / f"phantom-{seed}-{job.number:05d}.npz").exists()
    ]


# --- DICOM --------------------------------------------------------------------------------


def dicom_example(folder: Path) -> Example:
    """One study of a library of folders. Raises InputError where it cannot be used."""
    import domain.imaging as imaging
    from workers.cmrclip.dicom_pixels import study_pixels

    try:
        report = (folder / "report.txt").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{folder.name} has no readable report.txt beside its images.") from error
    files = [
        (str(path.relative_to(folder)), path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "report.txt"
    ]
    study = imaging.read_study(files)
    facts = Facts(
        patient=hashlib.sha256(study.patient_key.encode()).hexdigest()[:16],
        sex=study.facts.patient_sex,
        age_band=age_band(study.facts.patient_age_years),
        vendor=study.facts.manufacturer,
        field_strength=(
            f"{study.facts.field_strength_tesla:g} T" if study.facts.field_strength_tesla else ""
        ),
    )
    return Example(folder.name, report, facts, build_input(study_pixels(study)))


def _prepare_dicom(job: tuple[Path, Path]) -> str | None:
    torch.set_num_threads(1)
    source, target = job
    try:
        write_example(target, dicom_example(source))
    except InputError as error:
        return f"{source.name}: {error.sentence}"
    return None


def run_all(
    work: Callable[[Any], str | None], jobs: list[Any], processes: int
) -> Iterator[str | None]:
    """`work` on every job in as many processes; yields what each says, in order."""
    with process_pool(processes, get_context("spawn")) as pool:
        yield from tqdm(pool.map(work, jobs), total=len(jobs), unit="study", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes studies ready for training.")
    parser.add_argument("--dicom", type=Path, help="a folder with one folder a study")
    parser.add_argument("--phantoms", type=int, help="how many phantoms to draw")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--styles", default="prose,shorthand,structured")
    parser.add_argument("--vendors", default="siemens,ge,philips")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    if (given.dicom is None) == (given.phantoms is None):
        parser.error("name either --dicom FOLDER or --phantoms COUNT")
    given.out.mkdir(parents=True, exist_ok=True)
    if given.phantoms is not None:
        styles, vendors = tuple(given.styles.split(",")), tuple(given.vendors.split(","))
        jobs = phantom_jobs(given.out, given.seed, given.phantoms, styles, vendors)
        said = run_all(_prepare_phantom, jobs, given.processes)
    else:
        sources = sorted(path for path in given.dicom.iterdir() if path.is_dir())
        waiting = [s for s in sources if not (given.out / f"{s.name}.npz").exists()]
        said = run_all(_prepare_dicom, [(s, given.out) for s in waiting], given.processes)
    for sentence in said:
        if sentence:
            print(sentence, file=sys.stderr)
    print(f"{len(list(given.out.glob('*.npz')))} studies are ready in {given.out}.")


if __name__ == "__main__":
    main()
