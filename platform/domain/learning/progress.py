"""Progress by finding: a fold over graded reads.

Sensitivity and specificity are both shown, with intervals: feedback on misses alone trades
specificity away.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

_Z95 = 1.959963984540054
_PRESENT = {"present", "probable", "possible"}


@dataclass(frozen=True)
class Interval:
    """A proportion with its 95 % interval."""

    value: float
    low: float
    high: float

    def to_json(self) -> dict[str, float]:
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass
class Count:
    """Of `n` cases `correct` were right."""

    n: int = 0
    correct: int = 0

    def add(self, correct: bool) -> None:
        self.n += 1
        self.correct += correct

    def to_json(self) -> dict[str, int]:
        return {"n": self.n, "correct": self.correct}


@dataclass
class FindingProgress:
    """A fellow's record on one finding: where the report gives it, and where it denies it."""

    concept: str
    present: Count
    absent: Count

    def to_json(self) -> dict[str, Any]:
        sensitivity, specificity = wilson(self.present), wilson(self.absent)
        return {
            "present": self.present.to_json(),
            "absent": self.absent.to_json(),
            "sensitivity": sensitivity.to_json() if sensitivity else None,
            "specificity": specificity.to_json() if specificity else None,
        }


def wilson(count: Count) -> Interval | None:
    """The Wilson score interval (Wilson 1927, J Am Stat Assoc 22:209); None for no cases."""
    n = count.n
    if n == 0:
        return None
    p, z2 = count.correct / n, _Z95**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return Interval(p, max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half)))


@dataclass(frozen=True)
class GradedRead:
    """What progress takes of a graded read: the claims of both texts, and the findings of which an
    educator decided whether the read was right (True) or not."""

    report_claims: list[Mapping[str, Any]]
    read_claims: list[Mapping[str, Any]]
    decided: Mapping[str, bool]


def fold_grades(graded: Iterable[GradedRead]) -> list[FindingProgress]:
    """Graded reads -> progress, most cases first.

    Where the report gives a finding, naming it is correct; where the report denies it, not naming
    it is; an educator's decision stands above both. What the report is silent on counts for
    nothing.
    """
    found: dict[str, FindingProgress] = {}
    for one in graded:
        named = {claim["concept"] for claim in one.read_claims if claim["assertion"] in _PRESENT}
        for claim in one.report_claims:
            concept = claim["concept"]
            entry = found.setdefault(concept, FindingProgress(concept, Count(), Count()))
            is_present = claim["assertion"] in _PRESENT
            is_right = one.decided.get(concept, (concept in named) == is_present)
            (entry.present if is_present else entry.absent).add(is_right)
    return sorted(found.values(), key=lambda one: (-one.present.n - one.absent.n, one.concept))
