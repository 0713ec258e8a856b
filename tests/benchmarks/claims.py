"""How well the grammar reads text that nobody wrote for it.

    python -m tests.benchmarks.claims

- the 200 first-contact phrases (`tests/domain/findings/README.md`; never tuned on): finding and
  assertion, F1; measures found;
- the sentences annotated for NegEx (Chapman et al.; `../shared/data/text`): balanced accuracy of
  affirmed against negated over those whose condition the vocabulary knows, and the labels that the
  grammar disputes. What the condition says by itself counts: "aortic root size is normal",
  affirmed, denies dilation. A sentence in which the concept is not found counts as wrong.

Prints a table; the last line is JSON.
"""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domain.findings import Claim, parse

ROOT = Path(__file__).resolve().parents[2]
FIRST_CONTACT = ROOT / "tests" / "domain" / "findings" / "first_contact.jsonl"
NEGEX = ROOT.parent / "shared" / "data" / "text" / "negex_rsAnnotations-1-120-random.txt"


def first_contact() -> dict[str, float]:
    """Right, extra and missing pairs of concept and assertion, their F1, and measures found."""
    right = extra = missing = found = wanted = 0
    for line in FIRST_CONTACT.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        parsed = parse(row["text"])
        expected = {(one["concept"], one["assertion"]) for one in row["claims"]}
        got = {(one.concept, one.assertion) for one in _stated(parsed.claims)}
        right += len(expected & got)
        extra += len(got - expected)
        missing += len(expected - got)
        for name, one in row["measures"].items():
            wanted += 1
            measure = parsed.measures.get(name)
            found += measure is not None and abs(measure.value - one["value"]) < 0.05
    return {
        "f1": 2 * right / (2 * right + extra + missing),
        "right": right, "extra": extra, "missing": missing,
        "measures_found": found, "measures": wanted,
    }  # fmt: skip


@dataclass(frozen=True)
class Judged:
    """One annotated sentence: what is expected of its concepts (denied or not), and what the
    grammar says; None where it finds none of them."""

    condition: str
    sentence: str
    label: str
    negated: bool
    denied: bool
    read_as_denied: bool | None

    @property
    def agrees(self) -> bool:
        return self.denied == self.read_as_denied


def judged_sentences(path: Path = NEGEX) -> list[Judged]:
    """Every annotated sentence whose condition names a known concept."""
    with path.open(encoding="latin-1", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))[1:]
    found = []
    for _, condition, sentence, label, *_ in rows:
        alone = list(_stated(parse(condition).claims))
        if not alone:
            continue
        negated = label.strip() == "Negated"
        codes = {claim.concept for claim in alone}
        said = [claim for claim in _stated(parse(sentence).claims) if claim.concept in codes]
        found.append(
            Judged(
                " ".join(condition.split()), " ".join(sentence.split()), label.strip(), negated,
                denied=_denied(alone) != negated,
                read_as_denied=_denied(said) if said else None,
            )
        )  # fmt: skip
    return found


def balanced_accuracy(judged: list[Judged]) -> float:
    """Mean of the shares that are right among negated and among affirmed conditions."""
    shares = []
    for negated in (True, False):
        kind = [one for one in judged if one.negated == negated]
        shares.append(sum(one.agrees for one in kind) / len(kind))
    return sum(shares) / 2


def _stated(claims: Iterable[Claim]) -> Iterable[Claim]:
    return (claim for claim in claims if not claim.derived)


def _denied(claims: list[Claim]) -> bool:
    return not any(claim.is_given for claim in claims)


def main() -> None:
    result: dict[str, Any] = {"first_contact": first_contact()}
    print("first contact", result["first_contact"])
    if NEGEX.exists():
        judged = judged_sentences()
        disputed = [one for one in judged if not one.agrees]
        result["negex"] = {
            "n": len(judged),
            "negated": sum(one.negated for one in judged),
            "balanced_accuracy": balanced_accuracy(judged),
            "disputed": len(disputed),
        }
        print("NegEx", result["negex"])
        for one in disputed:
            said = {None: "not found", True: "denied", False: "affirmed"}[one.read_as_denied]
            print(f"  {one.label}: {one.condition} | read as {said} | {one.sentence[:160]}")
    else:
        print("NegEx: ../shared/data is absent, left out")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
