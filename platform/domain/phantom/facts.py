"""The truth of one study, ready to be worded by the report styles."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from domain.phantom.study import PhantomStudy

SEVERITY_ADVERBS = {"mild": "mildly", "moderate": "moderately", "severe": "severely"}
EFFUSION_SIZES = {"mild": "small", "moderate": "moderate", "severe": "large"}
_TERRITORIES = {
    "ischaemic_lad": "LAD", "thrombus": "LAD", "ischaemic_rca": "RCA", "ischaemic_lcx": "circumflex",
}  # fmt: skip


@dataclass
class Facts:
    """A study's truth, ready to be worded."""

    study: PhantomStudy
    rng: np.random.Generator

    def claim(self, concept: str) -> dict[str, Any] | None:
        """The claim on a concept where the truth holds it to be present."""
        for claim in self.study.truth["claims"]:
            if claim["concept"] == concept and claim["assertion"] == "present":
                found: dict[str, Any] = claim
                return found
        return None

    def has(self, concept: str) -> bool:
        return self.claim(concept) is not None

    def number(self, measure: str) -> str:
        """A measure as a whole number."""
        return f"{round(self.study.truth['measures'][measure]['value'])}"

    def pick(self, *choices: str) -> str:
        return choices[int(self.rng.integers(len(choices)))]

    def infarct_name(self) -> str:
        """Age, layer and territory: "Acute transmural infarct in the LAD territory"."""
        claim = self.claim("infarct")
        layer = claim["layers"][0] if claim else "subendocardial"
        apical = claim is not None and 13 in claim["segments"]
        territory = _TERRITORIES.get(self.study.kind, "LAD" if apical else "RCA")
        age = "Acute" if self.study.kind == "infarct_acute" else "Established"
        return f"{age} {layer} infarct in the {territory} territory"
