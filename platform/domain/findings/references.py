"""What a number means for a person: reference values by sex, as data in references.yaml."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from domain.errors import InputError

FILE = Path(__file__).with_name("references.yaml")
SEXES = ("M", "F")
_DEVIATIONS = 2.0


@dataclass(frozen=True)
class Person:
    """Whom a text is about, as far as it is known.

    `sex`: Patient's Sex (0010,0040), "M", "F" or "" for anything else; `body_surface_area_m2`.
    """

    sex: str = ""
    body_surface_area_m2: float | None = None


ANYBODY = Person()


def person(sex: str = "", body_surface_area_m2: float | None = None) -> Person:
    """A person as given from outside. Raises InputError for values that cannot be meant."""
    if sex not in ("", *SEXES):
        raise InputError(f'Sex is "M" or "F", or left out; "{sex}" was given.', "bad_sex")
    if body_surface_area_m2 is not None and not 0.2 <= body_surface_area_m2 <= 4.0:
        raise InputError(
            f"Body surface area lies between 0.2 and 4 m²; {body_surface_area_m2:g} was given.",
            "bad_bsa",
        )
    return Person(sex, body_surface_area_m2)


@dataclass(frozen=True)
class Rule:
    """A finding that follows where `measure`, or `absolute` by body surface area, lies above its
    limit; `within`: the assertion where it does not, "" for none."""

    concept: str
    measure: str
    absolute: str
    within: str


@dataclass(frozen=True)
class References:
    """The serving set: `limits` by measure and sex, upper ends; `rules`; `lvef_bands` (lower bound
    in per cent, severity or "" for normal), highest first."""

    name: str
    limits: dict[str, dict[str, float]]
    rules: tuple[Rule, ...]
    lvef_bands: tuple[tuple[float, str], ...]


@cache
def references() -> References:
    """The serving set of references.yaml."""
    data: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    serving = data["sets"][data["serving"]]
    bands = data["lvef_bands"]
    return References(
        name=data["serving"],
        limits={
            name: {sex: one[sex][0] + _DEVIATIONS * one[sex][1] for sex in SEXES}
            for name, one in serving["measures"].items()
        },
        rules=tuple(
            Rule(concept, one["measure"], one["absolute"], one.get("within", ""))
            for concept, one in data["beyond"].items()
        ),
        lvef_bands=(
            (bands["normal"], ""),
            (bands["mild"], "mild"),
            (bands["moderate"], "moderate"),
            (0.0, "severe"),
        ),
    )


def is_beyond(measure: str, value: float, sex: str) -> bool | None:
    """Whether a value lies above the upper limit for a sex; None where that is unknown and the
    limits of men and women disagree."""
    limits = references().limits[measure]
    answers = {value > limits[one] for one in ([sex] if sex in SEXES else SEXES)}
    return answers.pop() if len(answers) == 1 else None
