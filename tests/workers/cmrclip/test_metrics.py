"""The measures against their definitions and an independent implementation."""

import numpy as np
import pytest

from workers.cmrclip import metrics, probes


@pytest.fixture
def scored() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    truths = rng.random(300) < 0.3
    return np.round(rng.normal(truths * 1.2, 1.0), 1), truths


def test_auroc_is_the_share_of_pairs_in_order(scored):
    scores, truths = scored
    pairs = scores[truths][:, None] - scores[~truths][None]
    expected = ((pairs > 0) + 0.5 * (pairs == 0)).mean()
    assert metrics.auroc(scores, truths) == pytest.approx(expected, abs=1e-12)
    assert np.isnan(metrics.auroc(scores, np.ones(300, bool)))


def test_average_precision_by_its_definition():
    scores = np.array([0.9, 0.8, 0.8, 0.7, 0.1])
    truths = np.array([True, False, True, False, True])
    # Thresholds .9, .8, .7, .1: precision 1, 2/3, 2/4, 3/5 at recall 1/3, 2/3, 2/3, 1.
    assert metrics.average_precision(scores, truths) == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)


def test_balanced_accuracy_takes_zero_as_the_threshold():
    scores = np.array([1.0, -1.0, -2.0, 3.0])
    truths = np.array([True, True, False, False])
    assert metrics.balanced_accuracy(scores, truths) == 0.5


def test_calibration_error():
    probabilities = np.array([0.05] * 10 + [0.95] * 10)
    truths = np.array([False] * 10 + [True] * 10)
    assert metrics.calibration_error(probabilities, truths) == pytest.approx(0.05)
    assert metrics.calibration_error(probabilities, ~truths) == pytest.approx(0.95)


def test_the_interval_holds_the_estimate_and_narrows_with_more_studies(scored):
    scores, truths = scored
    whole = metrics.bootstrap(metrics.auroc, scores, truths)
    part = metrics.bootstrap(metrics.auroc, scores[:60], truths[:60])
    assert whole.low < whole.value < whole.high
    assert whole.high - whole.low < part.high - part.low


def test_a_probe_finds_a_direction_and_says_nothing_of_noise():
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(200, 12)).astype(np.float32)
    truths = vectors[:, 3] > 0.2
    patients = [f"p{index // 2}" for index in range(200)]
    found = probes.linear_probe(vectors, truths, patients)
    assert metrics.auroc(found, truths) > 0.95
    noise = probes.linear_probe(vectors, rng.random(200) < 0.5, patients)
    assert np.isfinite(noise).all()
    assert probes.few_shot(vectors, truths, 16).mean() > probes.few_shot(vectors, truths, 1).mean()
    assert len(probes.few_shot(vectors, truths, 150)) == 0


def test_calibration_turns_overconfident_scores_into_shares():
    rng = np.random.default_rng(2)
    logits = rng.normal(0, 1.5, 4000)
    truths = rng.random(4000) < 1 / (1 + np.exp(-logits))
    slope, intercept = probes.calibrate(4 * logits, truths)
    assert slope == pytest.approx(0.25, abs=0.03)
    assert intercept == pytest.approx(0.0, abs=0.1)
