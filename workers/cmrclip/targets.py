"""All that training takes from reports: a pool of sentences, what each says of each study, and the
numbers that the reports state."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.findings import ParsedText, parse
from workers.cmrclip.compact_model import AHA_SEGMENTS
from workers.cmrclip.sentences import (
    SILENT,
    Sentence,
    concepts,
    prompts_of,
    read_sentence,
    sentences_of,
    support_matrix,
)

LOCATED = ("lge", "wall_motion_abnormality")
MEASURES = ("lvef", "rvef", "lvedv", "lvesv", "lv_mass", "wall_thickness")
_SEVERITIES = ("mild", "moderate", "severe")
_FEWEST = 8


@dataclass(frozen=True)
class Targets:
    """For N studies and a pool of T sentences.

    - `sentences`: the pool; `support` (N, T): see `sentences.support`, -1 for silence
    - `own`: for each study the places in the pool of its own report's sentences; `prompts`: places
      of the sentences that a finding is asked about with
    - `measures` (N, len(MEASURES)), standardised by `means` and `deviations`, NaN where not stated
    - `segments` (N, 17 * len(LOCATED)): 1 in the AHA segments that the report names for a finding,
      0 elsewhere, NaN where it says nothing of the finding or of its place
    - `concepts`: those that enough reports assert and deny
    """

    sentences: tuple[Sentence, ...]
    support: NDArray[np.float32]
    own: tuple[tuple[int, ...], ...]
    prompts: tuple[int, ...]
    measures: NDArray[np.float32]
    means: NDArray[np.float32]
    deviations: NDArray[np.float32]
    segments: NDArray[np.float32]
    concepts: tuple[str, ...]


def targets_of(reports: Sequence[str]) -> Targets:
    """Reads every report once. The pool is their sentences and the prompts of their concepts."""
    parsed = [parse(report) for report in reports]
    own = [sentences_of(report) for report in parsed]
    known = _known_concepts(parsed)
    pool: dict[str, Sentence] = {one.text: one for sentences in own for one in sentences}
    asked = [text for concept in known
             for text in (*_first(prompts_of(concept)), *_graded_prompts(concept))]  # fmt: skip
    for text in asked:
        pool.setdefault(text, read_sentence(text))
    places = {text: index for index, text in enumerate(pool)}
    sentences = tuple(pool.values())
    stated = np.array([_measures(report) for report in parsed], dtype=np.float32)
    means, deviations = _spread(stated)
    return Targets(
        sentences,
        support_matrix(sentences, parsed),
        tuple(tuple(places[one.text] for one in sentences) for sentences in own),
        tuple(places[text] for text in asked),
        (stated - means) / deviations,
        means,
        deviations,
        np.array([_segments(report) for report in parsed], dtype=np.float32),
        known,
    )


def _spread(stated: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and standard deviation of each column over what is stated; 0 and 1 where nothing is."""
    columns = [column[np.isfinite(column)] for column in stated.T]
    means = [float(column.mean()) if len(column) else 0.0 for column in columns]
    deviations = [max(float(column.std()), 1e-3) if len(column) > 1 else 1.0 for column in columns]
    return np.array(means, dtype=np.float32), np.array(deviations, dtype=np.float32)


def _first(prompts: tuple[list[str], list[str]], at_most: int = 16) -> list[str]:
    return [*prompts[0][:at_most], *prompts[1][:at_most]]


def _graded_prompts(concept: str) -> list[str]:
    """ "Severe LV dilation." and its milder kin, where the grammar reads them so."""
    found = []
    for phrase in prompts_of(concept)[0][:12:4]:
        for severity in _SEVERITIES:
            text = f"{severity.capitalize()} {phrase[0].lower() + phrase[1:]}"
            claims = read_sentence(text).claims
            if [(one.concept, one.severity) for one in claims] == [(concept, severity)]:
                found.append(text)
    return found


def _known_concepts(reports: Sequence[ParsedText]) -> tuple[str, ...]:
    counts = {code: [0, 0] for code in concepts()}
    for report in reports:
        for claim in report.claims:
            counts[claim.concept][claim.is_given] += 1
    return tuple(code for code, (no, yes) in counts.items() if min(no, yes) >= _FEWEST)


def _measures(report: ParsedText) -> list[float]:
    return [
        report.measures[name].value if name in report.measures else np.nan for name in MEASURES
    ]


def _segments(report: ParsedText) -> list[float]:
    found: list[float] = []
    for concept in LOCATED:
        claim = report.claim(concept)
        named = claim.segments if claim is not None and claim.is_given else frozenset()
        if claim is None or (claim.is_given and not named):
            found += [np.nan] * AHA_SEGMENTS
        else:
            found += [float(one in named) for one in range(1, AHA_SEGMENTS + 1)]
    return found


def draw_pool(
    targets: Targets,
    studies: Iterable[int],
    size: int,
    rng: np.random.Generator,
    *,
    prompt_share: float = 0.0,
) -> NDArray[np.intp]:
    """Places in the pool for one step: `prompt_share` of them prompts; of the others half from the
    studies' own reports, half from all."""
    asked = rng.permutation(np.array(targets.prompts, dtype=np.intp))[: int(prompt_share * size)]
    size -= len(asked)
    own = np.array([place for study in studies for place in targets.own[study]], dtype=np.intp)
    some = rng.permutation(own)[: size // 2]
    rest = rng.integers(len(targets.sentences), size=size - len(some))
    return np.unique(np.concatenate([asked, some, rest]))


def is_stated(support: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where a target is one."""
    stated: NDArray[np.bool_] = support != SILENT
    return stated
