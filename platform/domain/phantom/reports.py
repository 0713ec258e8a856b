"""The expert's report on a phantom study, in several styles.

Every number is a measure of the masks and every finding a claim of the study's truth; what the
truth does not hold is not mentioned, and what is normal may go without saying. Wording and spelling
(British or American) vary with the study's seed.
"""

from collections.abc import Callable

import numpy as np

from domain.errors import InputError
from domain.phantom.facts import Facts
from domain.phantom.narrative import write_narrative
from domain.phantom.prose import write_prose, write_structured
from domain.phantom.shorthand import write_shorthand
from domain.phantom.study import PhantomStudy
from domain.phantom.wording import american

_WRITERS: dict[str, Callable[[Facts], str]] = {
    "prose": write_prose,
    "shorthand": write_shorthand,
    "structured": write_structured,
    "narrative": write_narrative,
}
STYLES = tuple(_WRITERS)
# Words and order of its own, to test on what no training text sounded like.
HELD_OUT_STYLES = ("narrative",)
TRAINING_STYLES = tuple(style for style in STYLES if style not in HELD_OUT_STYLES)


def write_report(study: PhantomStudy, style: str) -> str:
    """The report of `study`; the same study and style give the same text.

    Raises InputError for a style that is not one of STYLES.
    """
    if style not in _WRITERS:
        raise InputError(f"There is no report style {style!r}; choose one of {', '.join(STYLES)}.")
    rng = np.random.default_rng([study.seed, 61, STYLES.index(style)])
    spelled = american if rng.random() < 0.5 else str
    return spelled(_WRITERS[style](Facts(study, rng)))
