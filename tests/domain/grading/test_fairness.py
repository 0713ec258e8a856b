"""The bounds of fairness, on the same figures that `tests.benchmarks.grading` prints."""

from typing import Any

import pytest

from tests.benchmarks.grading import figures


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return figures(seed=2)


def test_style_does_not_move_the_grade(found):
    assert found["style"]["median_drop"] <= 2
    assert found["style"]["at_95_or_more"] >= 0.96
    assert found["sites"]["widest_spread"] <= 3


def test_every_error_costs_and_a_heavier_one_costs_more(found):
    assert found["errors"]["errors"] > 1000
    assert found["errors"]["unpunished"] == 0
    assert found["errors"]["order_kept"] >= 0.99
    assert found["accumulation"]["raised"] == 0


def test_reads_that_saw_nothing_earn_little(found):
    gaming = found["gaming"]
    assert len(gaming) == 8
    assert sum(one["n"] for one in gaming.values()) >= 500
    assert max(one["median"] for one in gaming.values()) < 20
    assert max(one["highest"] for one in gaming.values()) < 60


def test_no_opinion_of_the_model_lowers_a_score(found):
    assert found["model"]["lowered"] == 0
    assert found["model"]["opinions"] >= 300
