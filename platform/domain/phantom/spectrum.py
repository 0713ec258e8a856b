"""Hearts of every shade between normal and abnormal, for training and measuring a model.

The library (`library`) keeps clear of every limit, and each of its diseases brings the same
findings along, so that a model could learn the disease and be right about all of them. Here size,
function, thickness, scar, fluid and clot vary continuously and almost independently; many hearts
lie close to a limit of `truth`, on either side; and one study in six is a disease of the library,
so that what usually goes together is there too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from domain.errors import InputError
from domain.phantom.recipes import DISEASES, RECIPES, Person, walls
from domain.phantom.scanning import LIBRARY_VENDORS, choose_vendor, draw_varied_acquisition
from domain.phantom.segments import LAD, LCX, RCA
from domain.phantom.stories import patient_name, told
from domain.phantom.study import Enhancement, HeartShape, Patient, PhantomStudy
from domain.phantom.truth import (
    AORTA_LIMIT_MM,
    LA_LIMIT_ML_M2,
    LVEDVI_LIMIT,
    LVEF_LIMIT,
    RA_LIMIT_ML_M2,
    RVEDVI_LIMIT,
    RVEF_LIMIT,
    WALL_LIMIT_MM,
)
from domain.phantom.vendors import VENDORS

MIXED = "mixed"
_RECIPE_SHARE = 1 / 6
_NEAR = 0.20
_TERRITORIES = (LAD, RCA, LCX)
# What lies beside what on the 17-segment model: around each level, and from level to level.
_NEIGHBOURS: Mapping[int, tuple[int, ...]] = {
    1: (2, 6, 7), 2: (1, 3, 8), 3: (2, 4, 9), 4: (3, 5, 10), 5: (4, 6, 11), 6: (1, 5, 12),
    7: (1, 8, 12, 13), 8: (2, 7, 9, 14), 9: (3, 8, 10, 14), 10: (4, 9, 11, 15),
    11: (5, 10, 12, 16), 12: (6, 7, 11, 16), 13: (7, 14, 16, 17), 14: (8, 9, 13, 15, 17),
    15: (10, 14, 16, 17), 16: (11, 12, 13, 15, 17), 17: (13, 14, 15, 16),
}  # fmt: skip


@dataclass(frozen=True)
class Spread:
    """How one measure is drawn about its limit.

    `limit`: where normal turns abnormal; `low`, `high`: the whole range. `near`: share of studies
    within 20 % of the limit, evenly; `below`: share of all the others that lie below.
    """

    limit: float
    low: float
    high: float
    near: float = 0.45
    below: float = 0.5

    def draw(self, rng: np.random.Generator) -> float:
        """One value."""
        near_low, near_high = (1.0 - _NEAR) * self.limit, (1.0 + _NEAR) * self.limit
        if rng.random() < self.near:
            return float(rng.uniform(near_low, near_high))
        if rng.random() < self.below:
            return float(rng.uniform(self.low, near_low))
        return float(rng.uniform(near_high, self.high))


_LVEF = Spread(LVEF_LIMIT, 14.0, 74.0, below=0.40)
_RVEF = Spread(RVEF_LIMIT, 18.0, 66.0, below=0.42)
_RVEDVI = Spread(RVEDVI_LIMIT, 58.0, 165.0, below=0.58)
_WALL_MM = Spread(WALL_LIMIT_MM, 7.0, 23.0, below=0.55)
_AORTA_MM = Spread(AORTA_LIMIT_MM, 24.0, 56.0, below=0.58)


def draw_spectrum(
    seed: int, number: int, *, vendors: Sequence[str] = LIBRARY_VENDORS
) -> PhantomStudy:
    """Study `number` (from 0) of the spectrum of `seed`.

    `vendors`: whose styles may be drawn (`vendors.VENDORS`); the same heart is drawn, in the same
    chest, whichever they are, so that one held-out style can be set against the others. Raises
    InputError for an unknown style or none, or a negative number.
    """
    unknown = sorted(set(vendors) - set(VENDORS))
    if unknown or not vendors:
        named = ", ".join(VENDORS)
        raise InputError(f"A phantom's style is one of {named}; {unknown or 'none'} was asked for.")
    if number < 0:
        raise InputError("Studies are counted from 0; ask for a number of 0 or more.")
    drawn_seed = int(np.random.SeedSequence([seed, 7, number]).generate_state(1)[0])
    rng = np.random.default_rng([drawn_seed, 3])
    patient = _draw_patient(rng, drawn_seed)
    kind, shape, enhancement = _draw_heart(rng, patient)
    style = choose_vendor(np.random.default_rng([drawn_seed, 4]), vendors)
    acquisition = draw_varied_acquisition(rng, kind, style, shape, enhancement)
    return told(drawn_seed, kind, patient, shape, enhancement, acquisition, rng)


def _draw_patient(rng: np.random.Generator, seed: int) -> Patient:
    female = bool(rng.random() < 0.45)
    height = float(np.clip(rng.normal(1.63 if female else 1.77, 0.07), 1.45, 2.02))
    body_mass_index = float(np.clip(rng.normal(26.5, 4.8), 17.5, 40.0))
    return Patient(
        name=patient_name(seed, female),
        sex="F" if female else "M",
        age=int(rng.integers(18, 87)),
        height_m=round(height, 2),
        weight_kg=round(body_mass_index * height**2, 1),
    )


def _draw_heart(
    rng: np.random.Generator, patient: Patient
) -> tuple[str, HeartShape, Enhancement | None]:
    if rng.random() < _RECIPE_SHARE:
        kind = "normal" if rng.random() < 0.25 else DISEASES[int(rng.integers(len(DISEASES)))]
        return (kind, *RECIPES[kind](Person(rng, patient)))
    shape = _draw_shape(rng, patient)
    enhancement = _draw_enhancement(rng)
    if enhancement is None:
        if rng.random() < 0.10:
            # Segments that move poorly without a scar: stunned, or paced.
            chosen = _patch(rng, sorted(_TERRITORIES[int(rng.integers(3))]), most=4)
            motion = {one: float(rng.uniform(0.1, 0.5)) for one in chosen}
            shape = replace(shape, contraction=motion)
    elif enhancement.layer == "subendocardial":
        shape = _infarcted(rng, shape, enhancement)
    return MIXED, _with_thrombus(rng, shape, enhancement), enhancement


def _draw_shape(rng: np.random.Generator, patient: Patient) -> HeartShape:
    """A heart without scar: every measure for itself, and what must follow from them."""
    area = patient.body_surface_area
    limit = LVEDVI_LIMIT[patient.sex]
    lv_index = Spread(limit, 48.0, 190.0, below=0.55).draw(rng)
    lvef, rvef = _LVEF.draw(rng), _RVEF.draw(rng)
    rv_index = _RVEDVI.draw(rng)
    dilated = float(np.clip((lv_index - 70.0) / 80.0, 0.0, 1.0))
    size = (area / 1.9) ** (1 / 3)
    wall_mm, default = _draw_walls(rng)
    return HeartShape(
        lv_edv_ml=lv_index * area,
        lvef=lvef,
        rv_edv_ml=rv_index * area,
        rvef=rvef,
        # A dilated ventricle is rounder.
        elongation=float(np.clip(rng.normal(1.80 - 0.32 * dilated, 0.07), 1.36, 1.95)),
        wall_mm=wall_mm,
        wall_default_mm=default,
        annular_shortening=float(np.clip(0.0022 * lvef + rng.normal(0.015, 0.012), 0.03, 0.18)),
        tricuspid_shortening=float(np.clip(0.0038 * rvef + rng.normal(0.01, 0.015), 0.08, 0.26)),
        la_scale=size * _atrial_scale(rng, LA_LIMIT_ML_M2),
        ra_scale=size * _atrial_scale(rng, RA_LIMIT_ML_M2),
        aorta_mm=_AORTA_MM.draw(rng),
        effusion_mm=float(rng.uniform(4.0, 28.0)) if rng.random() < 0.25 else 0.0,
        septal_flattening=(
            float(rng.uniform(0.0, 0.6)) if rv_index > RVEDVI_LIMIT or rvef < 30.0 else 0.0
        ),
        systole=float(rng.uniform(0.31, 0.42)),
    )


def _atrial_scale(rng: np.random.Generator, limit_ml_m2: float) -> float:
    """Linear size of an atrium beside the usual, from small to some 70 % beyond its limit."""
    # An atrium of the usual size holds some 46 mL/m².
    return float((rng.uniform(0.62, 1.65) * limit_ml_m2 / 54.0) ** (1 / 3))


def _draw_walls(rng: np.random.Generator) -> tuple[dict[int, float], float]:
    """End-diastolic thickness (mm) by segment: even, thicker in the septum, or in another patch."""
    most = _WALL_MM.draw(rng)
    pattern = rng.random()
    if most < 9.0 or pattern < 0.5:
        base = most - 0.7
        return walls(base), base
    base = float(rng.uniform(6.5, min(most - 2.0, 11.0)))
    if pattern < 0.8:
        chosen: Sequence[int] = (2, 3, 8, 9)
        thick = {one: most for one in chosen} | {14: 0.5 * (most + base)}
    else:
        thick = {one: most for one in _patch(rng, range(1, 17), most=5, least=3)}
    return walls(base, thick), base


def _patch(
    rng: np.random.Generator, among: Sequence[int], *, most: int, least: int = 1
) -> list[int]:
    """AHA segments that lie side by side, some of `among`."""
    wanted = int(rng.integers(least, most + 1))
    chosen = [int(rng.choice(among))]
    while len(chosen) < wanted:
        beside = sorted(
            {near for one in chosen for near in _NEIGHBOURS[one] if near in among} - set(chosen)
        )
        if not beside:
            break
        chosen.append(int(rng.choice(beside)))
    return sorted(chosen)


def _draw_enhancement(rng: np.random.Generator) -> Enhancement | None:
    """Scar in about half of all hearts, in every layer and territory and of every extent."""
    pick = rng.random()
    if pick < 0.50:
        return None
    if pick < 0.78:
        territory = sorted(_TERRITORIES[int(rng.integers(3))])
        depth = float(rng.uniform(0.25, 1.0))
        chosen = _patch(rng, territory, most=len(territory))
        acute = depth > 0.6 and rng.random() < 0.35
        return Enhancement(
            "subendocardial",
            {one: float(np.clip(depth + rng.uniform(-0.1, 0.1), 0.25, 1.0)) for one in chosen},
            ecv=float(rng.uniform(0.50, 0.65)),
            obstruction=0.5 if acute else 0.0,
        )
    if pick < 0.87:
        where = (2, 3, 8, 9, 14) if rng.random() < 0.7 else (5, 6, 11, 12)
        layer, depth = "midwall", float(rng.uniform(0.26, 0.45))
    elif pick < 0.95:
        where = (5, 6, 11, 12, 16) if rng.random() < 0.7 else (4, 5, 10, 11, 15)
        layer, depth = "subepicardial", float(rng.uniform(0.38, 0.62))
    else:
        where = (2, 3, 8, 9)
        layer, depth = "insertion", float(rng.uniform(0.55, 0.8))
    chosen = _patch(rng, where, most=len(where), least=2)
    return Enhancement(layer, dict.fromkeys(chosen, depth), ecv=float(rng.uniform(0.42, 0.50)))


def _infarcted(rng: np.random.Generator, shape: HeartShape, scar: Enhancement) -> HeartShape:
    """A scar moves less the deeper it goes, and an old deep one is thin."""
    motion, thickness = {}, dict(shape.wall_mm)
    for segment, depth in scar.depth.items():
        motion[segment] = float(np.clip(1.0 - 1.15 * depth + rng.normal(0.0, 0.12), -0.15, 1.0))
        if depth > 0.6 and scar.obstruction == 0.0:
            thickness[segment] = max(4.0, 0.68 * thickness[segment])
    return replace(shape, contraction=motion, wall_mm=thickness)


def _with_thrombus(
    rng: np.random.Generator, shape: HeartShape, scar: Enhancement | None
) -> HeartShape:
    """Clots form where the apex hardly moves, or in a ventricle that hardly empties."""
    still = any(shape.contraction.get(one, 1.0) < 0.4 for one in (13, 14, 15, 16, 17))
    chance = 0.35 if still else 0.18 if shape.lvef < 35.0 else 0.02
    if rng.random() >= chance:
        return shape
    return replace(shape, thrombus_mm=float(rng.uniform(10.0, 24.0)))
