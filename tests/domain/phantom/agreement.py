"""Whether a report, read by the grammar, says what is true of the phantom and nothing else."""

from collections.abc import Iterator, Mapping
from typing import Any

from domain.findings import Claim, ParsedText, parse
from domain.phantom import PhantomStudy
from domain.phantom.reports import write_report

# A whole number in a report stands for anything that rounds to it.
_ROUNDING = 0.55


def disagreements(study: PhantomStudy, style: str) -> list[str]:
    """One line for each finding or number of the report that differs from the study's truth."""
    parsed = parse(write_report(study, style))
    return [*_claims(study, parsed), *_measures(study, parsed)]


def _claims(study: PhantomStudy, parsed: ParsedText) -> Iterator[str]:
    truth = {claim["concept"]: claim for claim in study.truth["claims"]}
    present = {code for code, claim in truth.items() if claim["assertion"] == "present"}
    for code in sorted(present):
        claim = parsed.claim(code)
        if claim is None:
            yield f"{code} is not mentioned"
        elif claim.p < 0.8:
            yield f"{code} reads {claim.assertion}"
        else:
            yield from _attributes(truth[code], claim)
    for claim in parsed.claims:
        if claim.concept not in present and claim.p > 0.2:
            yield f"{claim.concept} reads {claim.assertion} and is not there"


def _attributes(truth: Mapping[str, Any], claim: Claim) -> Iterator[str]:
    code = claim.concept
    if claim.severity is not None and truth["severity"] not in (None, claim.severity):
        yield f"{code} is {truth['severity']} and reads {claim.severity}"
    if code not in ("lge", "wall_motion_abnormality"):
        return
    if claim.segments != frozenset(truth["segments"]):
        yield f"{code} is in {truth['segments']} and reads {sorted(claim.segments)}"
    if claim.layers != frozenset(truth["layers"]):
        yield f"{code} is {truth['layers']} and reads {sorted(claim.layers)}"


def _measures(study: PhantomStudy, parsed: ParsedText) -> Iterator[str]:
    for name, stated in parsed.measures.items():
        true = study.truth["measures"].get(name)
        if true is None:
            yield f"{name} is stated and not measured"
        elif abs(true["value"] - stated.value) > _ROUNDING:
            yield f"{name} is {true['value']} and reads {stated.value}"
