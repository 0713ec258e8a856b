"""One recipe a disease: the causes of a heart's shape, motion and enhancement.

Targets keep clear of the limits between normal and abnormal (`truth`), so that no study sits on the
fence by accident.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from domain.phantom.segments import APICAL, LAD, LCX, RCA
from domain.phantom.study import Enhancement, HeartShape, Patient

_SEPTAL = (2, 3, 8, 9, 14)
_LATERAL = (5, 6, 11, 12, 16)
DISEASES = (
    "ischaemic_lad", "dcm", "hcm", "rv", "myocarditis", "ischaemic_rca", "amyloid", "thrombus",
    "effusion", "ischaemic_lcx", "aorta", "dcm", "hcm", "infarct_acute",
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Who a recipe draws a heart for."""

    rng: np.random.Generator
    patient: Patient

    def within(self, low: float, high: float) -> float:
        """A uniform number from `low` to `high`."""
        return float(self.rng.uniform(low, high))

    def indexed(self, low: float, high: float) -> float:
        """A volume (mL) from a range per m² of body surface."""
        return self.within(low, high) * self.patient.body_surface_area


Recipe = Callable[[Person], tuple[HeartShape, Enhancement | None]]


def walls(base: float, changes: dict[int, float] | None = None) -> dict[int, float]:
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


def usual(person: Person) -> dict[str, Any]:
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
        "wall_mm": walls(wall),
        "wall_default_mm": wall,
        "annular_shortening": person.within(0.13, 0.16),
        "tricuspid_shortening": person.within(0.20, 0.24),
        "la_scale": size * person.within(0.92, 1.02),
        "ra_scale": size * person.within(0.92, 1.02),
        "aorta_mm": person.within(26, 34),
        "systole": person.within(0.33, 0.38),
    }


def _normal(person: Person) -> tuple[HeartShape, Enhancement | None]:
    return HeartShape(**usual(person)), None


def _dcm(person: Person) -> tuple[HeartShape, Enhancement | None]:
    wall = person.within(6.2, 7.6)
    shape = usual(person) | {
        "lv_edv_ml": person.indexed(126, 165), "lvef": person.within(17, 37),
        "elongation": person.within(1.36, 1.50), "wall_mm": walls(wall),
        "wall_default_mm": wall, "annular_shortening": person.within(0.04, 0.07),
        "tricuspid_shortening": 0.16, "rvef": person.within(50, 56),
    }  # fmt: skip
    shape["la_scale"] *= 1.2
    depth = person.within(0.28, 0.40)
    midwall = Enhancement("midwall", dict.fromkeys((2, 3, 8, 9), depth), ecv=0.45)
    return HeartShape(**shape), midwall if person.within(0, 1) < 0.6 else None


def _hcm(person: Person) -> tuple[HeartShape, Enhancement | None]:
    base, septum = person.within(8.8, 10.2), person.within(17.0, 24.0)
    thick = {2: septum, 3: septum * 0.92, 8: septum * 0.97, 9: septum * 0.85, 14: septum * 0.62,
             1: 0.5 * (base + septum), 7: 0.5 * (base + septum)}  # fmt: skip
    shape = usual(person) | {
        "lv_edv_ml": person.indexed(62, 74), "lvef": person.within(66, 75),
        "wall_mm": walls(base, thick), "wall_default_mm": base,
        "annular_shortening": person.within(0.10, 0.12),
        "contraction": {2: 0.62, 3: 0.62, 8: 0.7, 9: 0.7},
    }  # fmt: skip
    shape["la_scale"] *= 1.18
    patches = Enhancement(
        "insertion", dict.fromkeys((2, 3, 8, 9), person.within(0.55, 0.8)), ecv=0.45
    )
    return HeartShape(**shape), patches


def _infarct(
    person: Person, segments: Iterable[int], depth: float, acute: bool = False
) -> tuple[dict[str, Any], Enhancement]:
    """A heart with an infarct of a share `depth` of the wall in `segments`."""
    chosen = sorted(segments)
    motion = 0.55 if depth < 0.5 else 0.15 if depth < 0.75 else 0.0
    healthy = usual(person)
    thinning = 1.0 if acute or depth < 0.6 else 0.68
    thin = {one: healthy["wall_mm"][one] * thinning for one in chosen}
    lost = 3.0 * len(chosen) * (1.0 - motion)
    shape = healthy | {
        "lv_edv_ml": person.indexed(84, 92) if acute else person.indexed(112, 132),
        "lvef": float(np.clip(58.0 - lost - person.within(0, 4), 26.0, 47.5)),
        "elongation": person.within(1.55, 1.65),
        "wall_mm": healthy["wall_mm"] | thin,
        "contraction": {one: motion + person.within(-0.05, 0.05) for one in chosen},
        "annular_shortening": person.within(0.08, 0.11),
    }
    scar = Enhancement(
        "subendocardial", {one: float(np.clip(depth + person.within(-0.07, 0.07), 0.3, 1.0))
                           for one in chosen}, ecv=0.60, obstruction=0.5 if acute else 0.0,
    )  # fmt: skip
    return shape, scar


def _ischaemic_lad(person: Person) -> tuple[HeartShape, Enhancement | None]:
    segments = LAD - {1, 2} if person.within(0, 1) < 0.5 else LAD - {1}
    shape, scar = _infarct(person, segments, person.within(0.45, 0.95))
    return HeartShape(**shape), scar


def _ischaemic_rca(person: Person) -> tuple[HeartShape, Enhancement | None]:
    shape, scar = _infarct(person, RCA - {3}, person.within(0.55, 0.95))
    return HeartShape(**shape), scar


def _ischaemic_lcx(person: Person) -> tuple[HeartShape, Enhancement | None]:
    shape, scar = _infarct(person, LCX - {6}, person.within(0.55, 0.95))
    return HeartShape(**shape), scar


def _infarct_acute(person: Person) -> tuple[HeartShape, Enhancement | None]:
    territory = LAD - {1, 2} if person.within(0, 1) < 0.5 else RCA
    shape, scar = _infarct(person, territory, person.within(0.82, 0.95), acute=True)
    return HeartShape(**shape), scar


def _thrombus(person: Person) -> tuple[HeartShape, Enhancement | None]:
    shape, scar = _infarct(person, (LAD - {1, 2}) | {15, 16}, person.within(0.85, 0.97))
    return HeartShape(**shape | {"thrombus_mm": person.within(15, 21)}), scar


def _rv(person: Person) -> tuple[HeartShape, Enhancement | None]:
    shape = usual(person) | {
        "lv_edv_ml": person.indexed(62, 70), "lvef": person.within(56, 62),
        "rv_edv_ml": person.indexed(126, 158), "rvef": person.within(24, 36),
        "septal_flattening": person.within(0.3, 0.6), "tricuspid_shortening": 0.12,
    }  # fmt: skip
    shape["ra_scale"] *= 1.22
    return HeartShape(**shape), None


def _amyloid(person: Person) -> tuple[HeartShape, Enhancement | None]:
    wall = person.within(14.5, 17.5)
    shape = usual(person) | {
        "lv_edv_ml": person.indexed(60, 70), "lvef": person.within(42, 48),
        "wall_mm": walls(wall), "wall_default_mm": wall,
        "annular_shortening": person.within(0.06, 0.08), "tricuspid_shortening": 0.13,
        "rvef": person.within(50, 54), "effusion_mm": person.within(5, 8),
    }  # fmt: skip
    shape["la_scale"] *= 1.2
    shape["ra_scale"] *= 1.15
    diffuse = Enhancement(
        "diffuse", dict.fromkeys(range(1, 18), person.within(0.6, 0.75)), ecv=0.54
    )
    return HeartShape(**shape), diffuse


def _myocarditis(person: Person) -> tuple[HeartShape, Enhancement | None]:
    segments = (5, 11, 16) if person.within(0, 1) < 0.5 else (5, 6, 11, 12)
    scar = Enhancement("subepicardial", dict.fromkeys(segments, person.within(0.38, 0.5)), ecv=0.44)
    return HeartShape(**usual(person) | {"lvef": person.within(54, 60)}), scar


def _effusion(person: Person) -> tuple[HeartShape, Enhancement | None]:
    return HeartShape(**usual(person) | {"effusion_mm": person.within(13, 26)}), None


def _aorta(person: Person) -> tuple[HeartShape, Enhancement | None]:
    return HeartShape(**usual(person) | {"aorta_mm": person.within(43, 52)}), None


RECIPES: dict[str, Recipe] = {
    "normal": _normal, "dcm": _dcm, "hcm": _hcm, "ischaemic_lad": _ischaemic_lad,
    "ischaemic_rca": _ischaemic_rca, "ischaemic_lcx": _ischaemic_lcx,
    "infarct_acute": _infarct_acute, "thrombus": _thrombus, "rv": _rv, "amyloid": _amyloid,
    "myocarditis": _myocarditis, "effusion": _effusion, "aorta": _aorta,
}  # fmt: skip
