"""What a neighbour is good for: which few of the nearest cases to put beside one, and why each.

- *same finding*: its report states a finding that the case's report states too
- *nearest normal*: the normal study whose images are nearest, to see what is abnormal
- *mimic*: its images are near, and its report states something else
- *looks alike*: near, and none of the above
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cases.models import Case
from domain.findings import concept_name
from domain.findings.overlap import claim_overlap

SAME_FINDING, NEAREST_NORMAL, MIMIC, LOOKS_ALIKE = ROLES = [
    "same_finding",
    "nearest_normal",
    "mimic",
    "looks_alike",
]
NORMAL = "dx_normal"
# A mimic shares less than this of what the two reports state together.
_DIFFERENT_BELOW = 1 / 3


@dataclass(frozen=True)
class Neighbour:
    """A case near another.

    - `score`: how near, 0..1: the cosine of their images, or the overlap of their claims
    - `overlap`: of their claims, 0..1
    - `shared_findings`, `other_findings`: names of what both reports state, and of what only the
      neighbour's states
    - `role`: one of ROLES
    """

    case: Case
    score: float
    overlap: float
    shared_findings: list[str]
    other_findings: list[str]
    role: str


def neighbour(case: Case, other: Case, score: float | None = None) -> Neighbour:
    """`other` beside `case`, by `score` or else by the overlap of their claims."""
    overlap, shared = claim_overlap(case.report.claims, other.report.claims)
    return Neighbour(
        case=other,
        score=overlap if score is None else min(1.0, max(0.0, score)),
        overlap=overlap,
        shared_findings=[concept_name(code) for code in shared],
        other_findings=[
            concept_name(code) for code in stated(other.report.claims) if code not in shared
        ],
        role=SAME_FINDING if shared else LOOKS_ALIKE,
    )


def stated(claims: Mapping[str, Any]) -> list[str]:
    """Codes of the findings that a report states, the surest first."""
    return claim_overlap(claims, claims)[1]


def is_normal(case: Case) -> bool:
    """Whether the report calls the study normal and states nothing else."""
    return stated(case.report.claims) == [NORMAL]


def mimics(case: Case, near: Sequence[Neighbour]) -> list[Neighbour]:
    """Those of `near` that look like `case` and are reported otherwise, the most deceptive first:
    by likeness of the images less overlap of the claims."""
    deceptive = [
        replace(one, role=MIMIC)
        for one in near
        if one.case.programme_id == case.programme_id
        and one.overlap < _DIFFERENT_BELOW
        and not is_normal(one.case)
        and one.other_findings
    ]
    return sorted(deceptive, key=lambda one: (one.overlap - one.score, one.case.number))


def choose(
    near: Sequence[Neighbour], *, wanted: Sequence[Neighbour | None], at_most: int
) -> list[Neighbour]:
    """`at_most` neighbours, nearest first: those of `wanted` that there are, in the role that they
    were wanted for, and then the nearest."""
    chosen: dict[object, Neighbour] = {}
    for one in [*wanted, *near]:
        if one is not None and len(chosen) < at_most:
            chosen.setdefault(one.case.pk, one)
    return sorted(chosen.values(), key=lambda one: (-one.score, one.case.number))


@dataclass(frozen=True)
class Neighbours:
    """`ranked_by` is image_model or report_claims; `sentence` says so to the reader, and why."""

    ranked_by: str
    sentence: str
    cases: list[Neighbour] = field(default_factory=list)
