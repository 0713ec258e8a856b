"""Measures of agreement with their uncertainty. Scores are higher where a finding is likelier."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Truths = NDArray[np.bool_]
Measure = Callable[[Scores, Truths], float]
_BINS = 10


@dataclass(frozen=True)
class Estimate:
    """A figure with its bootstrap 95 % interval, and how many it rests on."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def ranks(values: Scores) -> Scores:
    """1-based ranks, ties shared."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    result: Scores = (last - (counts - 1) / 2.0)[places]
    return result


def auroc(scores: Scores, truths: Truths) -> float:
    """Area under the ROC curve (Hanley and McNeil, Radiology 1982;143:29); NaN for one class."""
    positive = int(truths.sum())
    negative = len(truths) - positive
    if not positive or not negative:
        return float("nan")
    above = ranks(scores)[truths].sum() - positive * (positive + 1) / 2
    return float(above / (positive * negative))


def average_precision(scores: Scores, truths: Truths) -> float:
    """Area under the precision-recall curve by steps, ties together; NaN without positives."""
    if not truths.any():
        return float("nan")
    order = np.argsort(-scores, kind="stable")
    sorted_scores, hits = scores[order], np.cumsum(truths[order])
    ends = np.flatnonzero(np.append(sorted_scores[1:] != sorted_scores[:-1], True))
    precision = hits[ends] / (ends + 1)
    gained = np.diff(hits[ends], prepend=0)
    return float((precision * gained).sum() / truths.sum())


def balanced_accuracy(scores: Scores, truths: Truths) -> float:
    """Mean of sensitivity and specificity at a score of 0: no threshold is fitted."""
    if truths.all() or not truths.any():
        return float("nan")
    called = scores > 0
    return float((called[truths].mean() + (~called[~truths]).mean()) / 2)


def calibration_error(probabilities: Scores, truths: Truths) -> float:
    """Expected calibration error over ten bins of equal width (Naeini et al., AAAI 2015)."""
    bins = np.minimum((probabilities * _BINS).astype(int), _BINS - 1)
    off = 0.0
    for one in np.unique(bins):
        here = bins == one
        off += here.mean() * abs(probabilities[here].mean() - truths[here].mean())
    return float(off)


def bootstrap(
    measure: Measure, scores: Scores, truths: Truths, *, draws: int = 1000, seed: int = 0
) -> Estimate:
    """`measure` with the 2.5th to 97.5th percentile over resampled studies."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        some = rng.integers(len(scores), size=len(scores))
        value = measure(scores[some], truths[some])
        if np.isfinite(value):
            found.append(value)
    low, high = np.percentile(found, (2.5, 97.5)) if found else (np.nan, np.nan)
    return Estimate(measure(scores, truths), float(low), float(high), len(scores))


def mean_estimate(values: Scores, *, draws: int = 1000, seed: int = 0) -> Estimate:
    """A mean over studies with its bootstrap interval."""
    rng = np.random.default_rng(seed)
    means = values[rng.integers(len(values), size=(draws, len(values)))].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return Estimate(float(values.mean()), float(low), float(high), len(values))
