"""Whether a finding holds, asked of a model by contrast: how much better the sentences that assert
it fit a study's images than those that deny it.

The score is a difference of cosines, above 0 where the asserting sentences fit better. What it is
worth as a probability is measured once for each trained checkpoint (`evaluate --calibration`) and
lies beside it as `calibration.json`; without that file, and for every finding that it does not
enable, the model stays silent.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.errors import InputError
from workers.cmrclip.sentences import concepts, prompts_of

CALIBRATION = "calibration.json"
PROMPTS = 8
Vectors = NDArray[np.float32]
EmbedTexts = Callable[[list[str]], Vectors]


@dataclass(frozen=True)
class Calibration:
    """A finding's probability is sigmoid(slope * score + intercept).

    `enabled`: good enough on held-out studies to be a second reader; `auroc` and
    `calibration_error` are what that rests on.
    """

    slope: float
    intercept: float
    enabled: bool
    auroc: float
    calibration_error: float


def read_calibration(path: Path) -> dict[str, Calibration]:
    """By concept; empty where there is no file. Raises InputError for one that says nonsense."""
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        found = {code: Calibration(**one) for code, one in written.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise InputError(
            f"The model's {path.name} is no calibration ({error}); write it again with"
            " python -m workers.cmrclip.evaluate --calibration.",
            "bad_checkpoint",
        ) from error
    unknown = sorted(set(found) - set(concepts()))
    if unknown:
        raise InputError(
            f"The model's {path.name} names findings that the vocabulary does not know:"
            f" {', '.join(unknown)}; write it again.",
            "bad_checkpoint",
        )
    return found


def write_calibration(path: Path, found: dict[str, Calibration]) -> None:
    """As `read_calibration` reads it."""
    written: dict[str, Any] = {code: asdict(one) for code, one in sorted(found.items())}
    path.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")


def direction(embed_texts: EmbedTexts, concept: str) -> Vectors | None:
    """(P,): half the difference of the mean vectors of the sentences that assert and that deny a
    concept; None where the vocabulary has no such pair."""
    asserted, denied = prompts_of(concept)
    if not asserted or not denied:
        return None
    first, second = (embed_texts(texts[:PROMPTS]).mean(axis=0) for texts in (asserted, denied))
    found: Vectors = (first - second) / 2
    return found


def scores(embed_texts: EmbedTexts, vectors: Vectors, concept: str) -> NDArray[np.float64] | None:
    """(N,) of vectors (N, P); above 0 is present. None as `direction`."""
    found = direction(embed_texts, concept)
    return None if found is None else (vectors @ found).astype(np.float64)


class ContrastReader:
    """Scores of many findings at once, the prompts embedded once."""

    def __init__(self, embed_texts: EmbedTexts, codes: Sequence[str]) -> None:
        found = {code: direction(embed_texts, code) for code in codes}
        self._directions = {code: one for code, one in found.items() if one is not None}

    def read(self, vectors: Vectors) -> list[dict[str, float]]:
        """Of vectors (N, P) one dictionary each: the score by concept."""
        return [
            {code: float(vector @ one) for code, one in self._directions.items()}
            for vector in vectors
        ]
