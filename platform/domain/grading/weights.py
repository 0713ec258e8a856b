"""The one table of what findings and measures are worth."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent
_RULES = ("grade.py", "items.py", "second_reader.py")


@dataclass(frozen=True)
class Tolerance:
    """Full credit within `full`, none beyond `none`, in the measure's own unit."""

    weight: float
    full: float
    none: float


@dataclass(frozen=True)
class Weights:
    """`of` gives a concept's weight; `version` covers the table and the rules beside it."""

    version: str
    table: dict[str, float]
    default: float
    critical: frozenset[str]
    measures: dict[str, Tolerance]

    def of(self, concept: str) -> float:
        return self.table.get(concept, self.default)


@cache
def weights() -> Weights:
    """The weights, read once a process."""
    raw = (_FOLDER / "weights.yaml").read_bytes()
    rules = b"".join((_FOLDER / name).read_bytes() for name in _RULES)
    data: dict[str, Any] = yaml.load(raw, Loader=yaml.CSafeLoader)
    return Weights(
        version=f"{data['version']}-{hashlib.sha256(raw + rules).hexdigest()[:12]}",
        table={code: float(weight) for code, weight in data["weights"].items()},
        default=float(data["default"]),
        critical=frozenset(data["critical"]),
        measures={name: Tolerance(*map(float, row)) for name, row in data["measures"].items()},
    )
