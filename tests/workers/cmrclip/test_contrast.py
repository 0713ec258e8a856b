"""Findings asked of a model by sentences that assert and deny them."""

import json

import numpy as np
import pytest

from domain.errors import InputError
from workers.cmrclip import contrast
from workers.cmrclip.contrast import Calibration, ContrastReader


def embed_texts(texts: list[str]) -> np.ndarray:
    """Denials point one way, the findings another: what a good text tower would do."""
    rows = []
    for text in texts:
        denied = "no " in text.lower() or "absent" in text
        rows.append([-1.0 if denied else 1.0, 0.0, float("effusion" in text.lower())])
    return np.array(rows, dtype=np.float32)


def test_a_score_is_above_nothing_where_the_asserting_sentences_fit_better():
    vectors = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0]], dtype=np.float32)
    found = contrast.scores(embed_texts, vectors, "lge")
    assert found is not None
    assert np.allclose(found, [1, -1, 0])
    reader = ContrastReader(embed_texts, ["lge", "pericardial_effusion"])
    assert reader.read(vectors)[1] == {"lge": -1.0, "pericardial_effusion": -1.0}


def test_a_calibration_is_read_as_it_was_written(tmp_path):
    path = tmp_path / contrast.CALIBRATION
    assert contrast.read_calibration(path) == {}
    table = {"lge": Calibration(12.5, -0.4, True, 0.91, 0.04)}
    contrast.write_calibration(path, table)
    assert contrast.read_calibration(path) == table


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{", "no calibration"),
        ("[1]", "no calibration"),
        (json.dumps({"lge": {"slope": 1.0}}), "no calibration"),
        (json.dumps({"lgee": Calibration(1, 0, True, 1, 0).__dict__}), "lgee"),
    ],
)
def test_a_calibration_that_says_nonsense_is_refused(tmp_path, text: str, named: str):
    path = tmp_path / contrast.CALIBRATION
    path.write_text(text)
    with pytest.raises(InputError, match=named):
        contrast.read_calibration(path)
