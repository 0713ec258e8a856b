"""Drawing a library of studies: who the people are, what they have, how they were scanned.

Every study is one disease or none, clear of the limits between normal and abnormal (`recipes`). For
hearts of every shade in between, as training and measuring a model want them, see `spectrum`.
"""

import numpy as np

from domain.errors import InputError
from domain.phantom.recipes import DISEASES, RECIPES, Person
from domain.phantom.scanning import draw_acquisition
from domain.phantom.stories import patient_name, told
from domain.phantom.study import Patient, PhantomStudy, with_matrix

# Every block of twelve holds four normal studies; the diseases come round in turn.
_BLOCK = 12
_NORMALS = (0, 3, 6, 9)


def draw_library(seed: int, count: int, *, matrix: int | None = None) -> list[PhantomStudy]:
    """`count` different studies; the same seed gives the same ones, and a longer list begins alike.

    `matrix`: pixels across the same field of view, for small and quick images; None for full size.
    Raises InputError where `count` is negative or `matrix` is too small.
    """
    if count < 0:
        raise InputError(
            "A library cannot hold fewer than no studies; ask for a count of 0 or more."
        )
    studies = [draw_study(seed, number) for number in range(count)]
    return studies if matrix is None else [with_matrix(study, matrix) for study in studies]


def draw_study(seed: int, number: int) -> PhantomStudy:
    """Study `number` (from 0) of the library of `seed`."""
    return make_study(
        kind_of(seed, number),
        int(np.random.SeedSequence([seed, number]).generate_state(1)[0]),
        number,
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
    if kind not in RECIPES:
        raise InputError(f"There is no phantom of kind {kind!r}; choose from {sorted(RECIPES)}.")
    rng = np.random.default_rng([seed, 2])
    patient = _draw_patient(rng, kind, seed)
    shape, enhancement = RECIPES[kind](Person(rng, patient))
    acquisition = draw_acquisition(rng, kind, number, shape, enhancement)
    return told(seed, kind, patient, shape, enhancement, acquisition, rng)


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
