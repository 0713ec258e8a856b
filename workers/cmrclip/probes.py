"""How much can be read off frozen image vectors with a few labels: logistic regression."""

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray

from workers.cmrclip.metrics import Scores, Truths, auroc

Vectors = NDArray[np.float32]
SHOTS = (1, 2, 4, 8, 16, 32)
_FOLDS = 5


def fit_logistic(vectors: Vectors, truths: Truths, *, penalty: float) -> tuple[Scores, float]:
    """Weights (D,) and bias of an L2-penalised logistic regression, classes weighted equally."""
    inputs = torch.from_numpy(vectors).double()
    wanted = torch.from_numpy(truths).double()
    share = wanted.mean().clamp(1e-6, 1 - 1e-6)
    weight = torch.where(wanted > 0.5, 0.5 / share, 0.5 / (1 - share))
    unknown = torch.zeros(inputs.shape[1] + 1, dtype=torch.float64, requires_grad=True)

    def loss() -> torch.Tensor:
        logits = inputs @ unknown[:-1] + unknown[-1]
        misfit = functional.binary_cross_entropy_with_logits(logits, wanted, weight=weight)
        return misfit + penalty * unknown[:-1].square().sum()

    found = _minimised(unknown, loss)
    return found[:-1], float(found[-1])


def few_shot(
    vectors: Vectors, truths: Truths, shots: int, *, repeats: int = 10, seed: int = 0
) -> Scores:
    """AUROC on all other studies after `shots` examples a class, one a repeat.

    Empty where there are not enough of a class to leave any over.
    """
    present, absent = np.flatnonzero(truths), np.flatnonzero(~truths)
    if min(len(present), len(absent)) <= shots:
        return np.zeros(0)
    found = []
    for repeat in range(repeats):
        rng = np.random.default_rng([seed, shots, repeat])
        shown = np.concatenate([rng.permutation(present)[:shots], rng.permutation(absent)[:shots]])
        weights, _ = fit_logistic(vectors[shown], truths[shown], penalty=0.01)
        rest = np.setdiff1d(np.arange(len(truths)), shown)
        found.append(auroc(vectors[rest] @ weights, truths[rest]))
    return np.array(found)


def linear_probe(vectors: Vectors, truths: Truths, patients: list[str]) -> Scores:
    """(N,) scores, each by a fit on the patients of the other four fifths."""
    names = sorted(set(patients))
    order = np.random.default_rng(0).permutation(len(names))
    fold_of = {names[place]: index % _FOLDS for index, place in enumerate(order)}
    folds = np.array([fold_of[patient] for patient in patients])
    scores = np.full(len(truths), np.nan)
    for fold in range(_FOLDS):
        others, here = folds != fold, folds == fold
        if not here.any() or truths[others].all() or not truths[others].any():
            continue
        weights, bias = fit_logistic(vectors[others], truths[others], penalty=0.001)
        scores[here] = vectors[here] @ weights + bias
    return scores


def calibrate(scores: Scores, truths: Truths) -> tuple[float, float]:
    """(slope, intercept) that turn a score into a probability by sigmoid (Platt 1999)."""
    # In units of their own spread, so that the penalty means the same whatever the scores are.
    spread = max(float(scores.std()), 1e-9)
    column = torch.from_numpy(scores / spread)
    wanted = torch.from_numpy(truths).double()
    unknown = torch.tensor([1.0, 0.0], dtype=torch.float64, requires_grad=True)

    def loss() -> torch.Tensor:
        misfit = functional.binary_cross_entropy_with_logits(
            unknown[0] * column + unknown[1], wanted
        )
        return misfit + 1e-4 * unknown[0].square()

    slope, intercept = _minimised(unknown, loss)
    return float(slope) / spread, float(intercept)


def _minimised(unknown: torch.Tensor, loss: Callable[[], torch.Tensor]) -> Scores:
    """The values of `unknown` where the convex `loss` is least."""
    optimizer = torch.optim.LBFGS([unknown], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        value = loss()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    found: Scores = unknown.detach().numpy()
    return found
