"""The truth of one study, ready to be worded by the report styles."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from domain.phantom.segments import LAD, LCX, RCA
from domain.phantom.study import PhantomStudy
from domain.phantom.wording import segment_numbers, segment_sentences

SEVERITY_ADVERBS = {"mild": "mildly", "moderate": "moderately", "severe": "severely"}
EFFUSION_SIZES = {"mild": "small", "moderate": "moderate", "severe": "large"}
_TERRITORIES = {"LAD": LAD, "RCA": RCA, "circumflex": LCX}
_SEPTAL, _LATERAL = (2, 3, 8, 9), (5, 6, 11, 12)


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

    def sometimes(self, text: str, share: float) -> str:
        """`text` in a `share` of reports, else nothing: a normal finding may go without saying."""
        return text if self.rng.random() < share else ""

    def placed(self, lead: str, concept: str) -> str:
        """Sentences that place a finding: by wall and level, or by AHA number."""
        claim = self.claim(concept)
        segments = claim["segments"] if claim else []
        if self.rng.random() < 0.35:
            return f"{lead} {segment_numbers(segments)}."
        return segment_sentences(f"{lead} the", segments)

    def named(self, words: Mapping[str, str]) -> list[str]:
        """The words whose concepts are present, in order."""
        return [word for concept, word in words.items() if self.has(concept)]

    def infarct_layer(self) -> str:
        claim = self.claim("infarct")
        return str(claim["layers"][0]) if claim else "subendocardial"

    def infarct_territory(self) -> str:
        """The coronary artery that supplies most of the infarct: LAD, RCA or circumflex."""
        claim = self.claim("infarct")
        segments = set(claim["segments"]) if claim else set()
        return max(_TERRITORIES, key=lambda name: len(segments & _TERRITORIES[name]))

    def infarct_is_acute(self) -> bool:
        """Tissue without reflow is seen in the first weeks only."""
        return self.has("mvo")

    def infarct_name(self) -> str:
        """Age, layer and territory: "Acute transmural infarct in the LAD territory"."""
        age = "Acute" if self.infarct_is_acute() else "Established"
        return f"{age} {self.infarct_layer()} infarct in the {self.infarct_territory()} territory"

    def hypertrophy_pattern(self) -> str:
        """asymmetric (septal), concentric or regional, from the wall that was drawn."""
        wall = self.study.shape.wall_mm
        usual = self.study.shape.wall_default_mm
        septal = float(np.mean([wall.get(one, usual) for one in _SEPTAL]))
        lateral = float(np.mean([wall.get(one, usual) for one in _LATERAL]))
        if septal >= 1.3 * lateral:
            return "asymmetric"
        all_round = [wall.get(one, usual) for one in range(1, 13)]
        return "concentric" if max(all_round) <= 1.35 * min(all_round) else "regional"

    def motion_word(self, still: str, weak: str) -> str:
        """`still` where the poorly moving segments hardly move on average, else `weak`."""
        claim, motion = self.claim("wall_motion_abnormality"), self.study.shape.contraction
        shares = [motion[one] for one in claim["segments"]] if claim else [1.0]
        return still if float(np.mean(shares)) < 0.35 else weak
