"""How much two reports say the same, by their claims."""

from collections.abc import Mapping
from typing import Any

# Present and nearly present count; what is denied or doubtful does not make two cases alike.
_ASSERTED = {"present": 1.0, "probable": 0.85, "possible": 0.5}


def claim_overlap(
    first: Mapping[str, Any], second: Mapping[str, Any]
) -> tuple[float, list[str]]:
    """Weighted Jaccard overlap of what two parsed texts assert, and the shared concept codes.

    Both arguments have the shape of `ParsedText.to_json()`. The overlap is
    sum(min(p, q)) / sum(max(p, q)) over all concepts (Ruzicka similarity), in 0..1; 0 where neither
    asserts anything. Shared codes come strongest first.
    """
    left, right = _asserted(first), _asserted(second)
    codes = left.keys() | right.keys()
    total = sum(max(left.get(code, 0.0), right.get(code, 0.0)) for code in codes)
    shared = {code: min(left[code], right[code]) for code in left.keys() & right.keys()}
    ordered = sorted(shared, key=lambda code: (-shared[code], code))
    return (sum(shared.values()) / total if total else 0.0), ordered


def _asserted(parsed: Mapping[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for claim in parsed["claims"]:
        p = _ASSERTED.get(claim["assertion"], 0.0)
        if p:
            found[claim["concept"]] = max(p, found.get(claim["concept"], 0.0))
    return found
