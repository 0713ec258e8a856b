"""What a text says, once parsed: claims with where they stand, measures, and what was not read."""

from dataclasses import dataclass, field
from typing import Any

# The order is that of certainty; the numbers are the probabilities that the grade works with.
ASSERTIONS = {"absent": 0.03, "unlikely": 0.15, "possible": 0.50, "probable": 0.85, "present": 0.98}
Span = tuple[int, int]


@dataclass(frozen=True)
class Claim:
    """One finding asserted in a text.

    - `assertion`: a key of ASSERTIONS; `severity`: mild, moderate, severe or None
    - `segments`: AHA segments 1..17; `layers` and `patterns` of enhancement
    - `spans`: [start, end) in code points of the text; `derived`: follows from something else
    """

    concept: str
    assertion: str
    severity: str | None = None
    layers: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    segments: frozenset[int] = frozenset()
    spans: tuple[Span, ...] = ()
    derived: bool = False

    @property
    def p(self) -> float:
        """The probability that the author gives the finding."""
        return ASSERTIONS[self.assertion]

    @property
    def is_given(self) -> bool:
        """Whether the author holds the finding to be at least possible."""
        return self.p >= 0.5

    def to_json(self) -> dict[str, Any]:
        return {
            "concept": self.concept,
            "assertion": self.assertion,
            "severity": self.severity,
            "layers": sorted(self.layers),
            "patterns": sorted(self.patterns),
            "segments": sorted(self.segments),
            "spans": [list(span) for span in self.spans],
            "derived": self.derived,
        }


@dataclass(frozen=True)
class Measurement:
    """A stated number with its unit and where it stands."""

    value: float
    unit: str
    span: Span


@dataclass(frozen=True)
class ParsedText:
    """A text understood: at most one claim a concept, one number a measure.

    - `unparsed`: spans of content words that were not understood
    - `unassessed`: concepts that the author says were not examined (no contrast given, ...)
    """

    text: str
    claims: tuple[Claim, ...] = ()
    measures: dict[str, Measurement] = field(default_factory=dict)
    unparsed: tuple[Span, ...] = ()
    unassessed: frozenset[str] = frozenset()

    def claim(self, concept: str) -> Claim | None:
        """The claim on a concept, None where the text is silent on it."""
        return next((claim for claim in self.claims if claim.concept == concept), None)

    def to_json(self) -> dict[str, Any]:
        """The one shape of claims in database, API and command line."""
        return {
            "claims": [claim.to_json() for claim in self.claims],
            "measures": {
                name: {"value": one.value, "unit": one.unit, "span": list(one.span)}
                for name, one in self.measures.items()
            },
            "unparsed": [list(span) for span in self.unparsed],
        }
