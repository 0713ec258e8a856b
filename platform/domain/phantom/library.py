"""Drawing a library of studies: who the people are, what they have, how they were scanned.

A recipe per disease sets causes only (`HeartShape`, `Enhancement`). Targets keep clear of the
limits between normal and abnormal (`truth`), so that no study sits on the fence by accident.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from domain.errors import InputError
from domain.phantom.segments import APICAL, LAD, LCX, RCA
from domain.phantom.stories import histories, patient_name, title
from domain.phantom.study import Acquisition, Enhancement, HeartShape, Patient, PhantomStudy

_SEPTAL = (2, 3, 8, 9, 14)
_LATERAL = (5, 6, 11, 12, 16)
# Every block of twelve holds four normal studies; the diseases come round in turn.
_BLOCK = 12
_NORMALS = (0, 3, 6, 9)
DISEASES = (
    "ischaemic_lad", "dcm", "hcm", "rv", "myocarditis", "ischaemic_rca", "amyloid", "thrombus",
    "effusion", "ischaemic_lcx", "aorta", "dcm", "hcm", "infarct_acute",
)  # fmt: skip


@dataclass(frozen=True)
class _Person:
    """Who a recipe draws a heart for."""

    rng: np.random.Generator
    patient: Patient

    def within(self, low: float, high: float) -> float:
        """A uniform number from `low` to `high`."""
        return float(self.rng.uniform(low, high))

    def indexed(self, low: float, high: float) -> float:
        """A volume (mL) from a range per m² of body surface."""
        return self.within(low, high) * self.patient.body_surface_area


Recipe = Callable[[_Person], tuple[HeartShape, Enhancement | None]]


def draw_library(seed: int, count: int, *, matrix: int | None = None) -> list[PhantomStudy]:
    """`count` different studies; the same seed gives the same ones, and a longer list begins alike.

    `matrix`: pixels across the same field of view, for small and quick images; None for full size.
    Raises InputError where `count` is negative or `matrix` is too small.
    """
    if count < 0:
        raise InputError("A library cannot hold fewer than no studies; ask for a count of 0 or more.")
    studies = [draw_study(seed, number) for number in range(count)]
    return studies if matrix is None else [with_matrix(study, matrix) for study in studies]


def with_matrix(study: PhantomStudy, matrix: int) -> PhantomStudy:
    """`study` scanned over the same field of view with `matrix` pixels across.

    Raises InputError under 16 pixels.
    """
    if matrix < 16:
        raise InputError("A phantom needs at least 16 pixels across; ask for a larger matrix.")
    scan = study.acquisition
    pixel_mm = scan.pixel_mm * scan.columns / matrix
    rows = max(16, round(scan.rows * scan.pixel_mm / pixel_mm))
    return replace(
        study, acquisition=replace(scan, rows=rows, columns=matrix, pixel_mm=round(pixel_mm, 5))
    )


def draw_study(seed: int, number: int) -> PhantomStudy:
    """Study `number` (from 0) of the library of `seed`."""
    return make_study(
        kind_of(seed, number), int(np.random.SeedSequence([seed, number]).generate_state(1)[0]), number
    )


def kind_of(seed: int, number: int) -> str:
    """What study `number` shows."""
    block, place = divmod(number, _BLOCK)
    order = [int(one) for one in np.random.default_rng([seed, block, 1]).permutation(_BLOCK)]
    # The very first study of a library is a normal one.
    if block == 0 and order[0] not in _NORMALS:
        swap = next(index for index, one in enumerate(order) if one in _NORMALS)
        order[0], order[swap] = order[swap], order[0]
    drawn = order[place]
    if drawn in _NORMALS:
        return "normal"
    abnormal = sorted(set(range(_BLOCK)) - set(_NORMALS)).index(drawn)
    return DISEASES[(block * (_BLOCK - len(_NORMALS)) + abnormal) % len(DISEASES)]


def make_study(kind: str, seed: int, number: int = 0) -> PhantomStudy:
    """One study of a `kind` ("normal" or one of DISEASES). Raises InputError for another kind.

    `number` settles what is left out: of twelve studies one lacks a slice and one a phase.
    """
    if kind not in _RECIPES:
        raise InputError(f"There is no phantom of kind {kind!r}; choose from {sorted(_RECIPES)}.")
    rng = np.random.default_rng([seed, 2])
    patient = _draw_patient(rng, kind, seed)
    shape, enhancement = _RECIPES[kind](_Person(rng, patient))
    acquisition = _draw_acquisition(rng, kind, number, shape, enhancement)
    if not acquisition.contrast_given:
        enhancement = None
    history, indication = histories(kind, patient, rng)
    return PhantomStudy(
        seed=seed,
        kind=kind,
        title=title(kind, shape, enhancement),
        history=history,
        indication=indication,
        patient=patient,
        shape=shape,
        enhancement=enhancement,
        acquisition=acquisition,
    )


def _draw_patient(rng: np.random.Generator, kind: str, seed: int) -> Patient:
    female = bool(rng.random() < (0.25 if kind in ("amyloid", "ischaemic_lad") else 0.45))
    height = float(np.clip(rng.normal(1.64 if female else 1.78, 0.06), 1.48, 1.98))
    body_mass_index = float(np.clip(rng.normal(25.5, 3.2), 19.0, 34.0))
    low, high = {
        "amyloid": (64, 84), "myocarditis": (19, 42), "hcm": (24, 62), "normal": (20, 68),
        "rv": (22, 52), "aorta": (38, 74),
    }.get(kind, (42, 78))  # fmt: skip
    return Patient(
        name=patient_name(seed, female),
        sex="F" if female else "M",
        age=int(rng.integers(low, high + 1)),
        height_m=round(height, 2),
        weight_kg=round(body_mass_index * height**2, 1),
    )


def _walls(base: float, changes: dict[int, float] | None = None) -> dict[int, float]:
    """Wall thickness (mm) by segment: the septum a little thicker, the apex thinner."""
    walls = {segment: base for segment in range(1, 18)}
    for segment in _SEPTAL:
        walls[segment] = base + 0.7
    for segment in _LATERAL:
        walls[segment] = base - 0.3
    for segment in APICAL:
        walls[segment] -= 1.2
    walls[17] = base - 2.2
    return walls | (changes or {})


def _usual(person: _Person) -> dict[str, Any]:
    """A healthy heart, as keyword arguments of HeartShape."""
    female = person.patient.sex == "F"
    wall = person.within(6.2, 7.4) if female else person.within(7.0, 8.4)
    size = (person.patient.body_surface_area / 1.9) ** (1 / 3)
    return {
        "lv_edv_ml": person.indexed(66, 86) if female else person.indexed(70, 94),
        "lvef": person.within(58, 68),
        "rv_edv_ml": person.indexed(70, 92),
        "rvef": person.within(53, 63),
        "elongation": person.within(1.65, 1.85),
        "wall_mm": _walls(wall),
        "wall_default_mm": wall,
        "annular_shortening": person.within(0.13, 0.16),
        "tricuspid_shortening": person.within(0.20, 0.24),
        "la_scale": size * person.within(0.92, 1.02),
        "ra_scale": size * person.within(0.92, 1.02),
        "aorta_mm": person.within(26, 34),
        "systole": person.within(0.33, 0.38),
    }


def _normal(person: _Person) -> tuple[HeartShape, Enhancement | None]:
    return HeartShape(**_usual(person)), None


def _dcm(person: _Person) -> tuple[HeartShape, Enhancement | None]:
    wall = person.within(6.2, 7.6)
    shape = _usual(person) | {
        "lv_edv_ml": person.indexed(126, 165), "lvef": person.within(17, 37),
        "elongation": person.within(1.36, 1.50), "wall_mm": _walls(wall),
        "wall_default_mm": wall, "annular_shortening": person.within(0.04, 0.07),
        "tricuspid_shortening": 0.16, "rvef": person.within(50, 56),
    }  # fmt: skip
    shape["la_scale"] *= 1.2
    depth = person.within(0.28, 0.40)
    midwall = Enhancement("midwall", dict.fromkeys((2, 3, 8, 9), depth), ecv=0.45)
    return HeartShape(**shape), midwall if person.within(0, 1) < 0.6 else None


def _hcm(person: _Person) -> tuple[HeartShape, Enhancement | None]:
    base, septum = person.within(8.8, 10.2), person.within(17.0, 24.0)
    thick = {2: septum, 3: septum * 0.92, 8: septum * 0.97, 9: septum * 0.85, 14: septum * 0.62,
             1: 0.5 * (base + septum), 7: 0.5 * (base + septum)}  # fmt: skip
    shape = _usual(person) | {
        "lv_edv_ml": person.indexed(62, 74), "lvef": person.within(66, 75),
        "wall_mm": _walls(base, thick), "wall_default_mm": base,
        "annular_shortening": person.within(0.10, 0.12),
        "contraction": {2: 0.62, 3: 0.62, 8: 0.7, 9: 0.7},
    }  # fmt: skip
    shape["la_scale"] *= 1.18
    patches = Enhancement(
        "insertion", dict.fromkeys((2, 3, 8, 9), person.within(0.55, 0.8)), ecv=0.45
    )
    return HeartShape(**shape), patches


def _infarct(
    person: _Person, segments: Iterable[int], depth: float, acute: bool = False
) -> tuple[dict[str, Any], Enhancement]:
    """A heart with an infarct of a share `depth` of the wall in `segments`."""
    chosen = sorted(segments)
    motion = 0.55 if depth < 0.5 else 0.15 if depth < 0.75 else 0.0
    usual = _usual(person)
    thinning = 1.0 if acute or depth < 0.6 else 0.68
    thin = {one: usual["wall_mm"][one] * thinning for one in chosen}
    lost = 3.0 * len(chosen) * (1.0 - motion)
    shape = usual | {
        "lv_edv_ml": person.indexed(84, 92) if acute else person.indexed(112, 132),
        "lvef": float(np.clip(58.0 - lost - person.within(0, 4), 26.0, 47.5)),
        "elongation": person.within(1.55, 1.65),
        "wall_mm": usual["wall_mm"] | thin,
        "contraction": {one: motion + person.within(-0.05, 0.05) for one in chosen},
        "annular_shortening": person.within(0.08, 0.11),
    }
    scar = Enhancement(
        "subendocardial", {one: float(np.clip(depth + person.within(-0.07, 0.07), 0.3, 1.0))
                           for one in chosen}, ecv=0.60, obstruction=0.5 if acute else 0.0,
    )  # fmt: skip
    return shape, scar


def _ischaemic_lad(person: _Person) -> tuple[HeartShape, Enhancement | None]:
    segments = LAD - {1, 2} if person.within(0, 1) < 0.5 else LAD - {1}
    shape, scar = _infarct(person, segments, person.within(0.45, 0.95))
    return HeartShape(**shape), scar


def _ischaemic_rca(person: _Person) -> tuple[HeartShape, Enhancement | None]:
    shape, scar = _infarct(person, RCA - {3}, person.within(0.55, 0.95))
    return HeartShape(**shape), scar


def _ischaemic_lcx(person: _Person) -> tuple[HeartShape, Enhancement | None]:
    shape, scar = _infarct(person, LCX - {6}, person.within(0.55, 0.95))
    return HeartShape(**shape), scar


def _infarct_acute(person: _Person) -> tuple[HeartShape, Enhancement | None]:
    territory = LAD - {1, 2} if person.within(0, 1) < 0.5 else RCA
    shape, scar = _infarct(person, territory, person.within(0.82, 0.95), acute=True)
    return HeartShape(**shape), scar


def _thrombus(person: _Person) -> tuple[HeartShape, Enhancement | None]:
    shape, scar = _infarct(person, (LAD - {1, 2}) | {15, 16}, person.within(0.85, 0.97))
    return HeartShape(**shape | {"thrombus_mm": person.within(15, 21)}), scar


def _rv(person: _Person) -> tuple[HeartShape, Enhancement | None]:
    shape = _usual(person) | {
        "lv_edv_ml": person.indexed(62, 70), "lvef": person.within(56, 62),
        "rv_edv_ml": person.indexed(126, 158), "rvef": person.within(24, 36),
        "septal_flattening": person.within(0.3, 0.6), "tricuspid_shortening": 0.12,
    }  # fmt: skip
    shape["ra_scale"] *= 1.22
    return HeartShape(**shape), None


def _amyloid(person: _Person) -> tuple[HeartShape, Enhancement | None]:
    wall = person.within(14.5, 17.5)
    shape = _usual(person) | {
        "lv_edv_ml": person.indexed(60, 70), "lvef": person.within(42, 48),
        "wall_mm": _walls(wall), "wall_default_mm": wall,
        "annular_shortening": person.within(0.06, 0.08), "tricuspid_shortening": 0.13,
        "rvef": person.within(50, 54), "effusion_mm": person.within(5, 8),
    }  # fmt: skip
    shape["la_scale"] *= 1.2
    shape["ra_scale"] *= 1.15
    diffuse = Enhancement("diffuse", dict.fromkeys(range(1, 18), person.within(0.6, 0.75)), ecv=0.54)
    return HeartShape(**shape), diffuse


def _myocarditis(person: _Person) -> tuple[HeartShape, Enhancement | None]:
    segments = (5, 11, 16) if person.within(0, 1) < 0.5 else (5, 6, 11, 12)
    scar = Enhancement("subepicardial", dict.fromkeys(segments, person.within(0.38, 0.5)), ecv=0.44)
    return HeartShape(**_usual(person) | {"lvef": person.within(54, 60)}), scar


def _effusion(person: _Person) -> tuple[HeartShape, Enhancement | None]:
    return HeartShape(**_usual(person) | {"effusion_mm": person.within(13, 26)}), None


def _aorta(person: _Person) -> tuple[HeartShape, Enhancement | None]:
    return HeartShape(**_usual(person) | {"aorta_mm": person.within(43, 52)}), None


_RECIPES: dict[str, Recipe] = {
    "normal": _normal, "dcm": _dcm, "hcm": _hcm, "ischaemic_lad": _ischaemic_lad,
    "ischaemic_rca": _ischaemic_rca, "ischaemic_lcx": _ischaemic_lcx,
    "infarct_acute": _infarct_acute, "thrombus": _thrombus, "rv": _rv, "amyloid": _amyloid,
    "myocarditis": _myocarditis, "effusion": _effusion, "aorta": _aorta,
}  # fmt: skip
# Diagnoses that rest on late enhancement are never scanned without it.
_NEEDS_CONTRAST = frozenset(
    {"ischaemic_lad", "ischaemic_rca", "ischaemic_lcx", "infarct_acute", "thrombus", "amyloid",
     "myocarditis"}
)  # fmt: skip


def _draw_acquisition(
    rng: np.random.Generator,
    kind: str,
    number: int,
    shape: HeartShape,
    enhancement: Enhancement | None,
) -> Acquisition:
    style = ("siemens", "ge", "philips")[int(rng.integers(3))]
    field = 3.0 if rng.random() < 0.35 else 1.5
    spacing = float(rng.choice([8.0, 9.0, 10.0]))
    # Long enough for the cavity from the annulus to the apex.
    cavity_mm = 2.0 * shape.elongation * (0.75 * shape.lv_edv_ml / shape.elongation) ** (1 / 3) * 4.6
    slices = int(np.clip(np.ceil((cavity_mm + 10.0) / spacing) + 1, 8, 13))
    contrast = bool(rng.random() < 0.7) or kind in _NEEDS_CONTRAST
    # A magnitude image cannot tell tissue that contrast never reached from tissue that it did.
    needs_sign = shape.thrombus_mm > 0 or shape.effusion_mm > 0 or (
        enhancement is not None and enhancement.obstruction > 0
    )
    acquisition = Acquisition(
        style=style,
        field_strength_tesla=field,
        heart_rate=float(rng.integers(54, 88)),
        phase_count=25,
        slice_count=slices,
        slice_thickness_mm=8.0 if spacing > 8.0 else 7.0,
        slice_spacing_mm=spacing,
        pixel_mm=round(float(rng.uniform(1.48, 1.72)), 3),
        rows=176,
        columns=208,
        noise=float(rng.uniform(0.020, 0.032)) * (0.8 if field > 2 else 1.0),
        shading=float(rng.uniform(0.25, 0.55)),
        contrast_given=contrast,
        phase_sensitive=needs_sign or bool(rng.random() < 0.35),
        arrhythmia=0.10 if number % 12 == 4 else 0.02,
    )
    if number % 12 == 7:
        return replace(acquisition, missing_slice=slices // 2)
    if number % 12 == 10:
        return replace(acquisition, missing_phase=(2, int(rng.integers(4, 20))))
    return acquisition
