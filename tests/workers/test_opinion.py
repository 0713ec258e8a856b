"""What the model says of findings, and where it says nothing."""

from dataclasses import replace

import numpy as np
import pytest

from common import queue
from similar import selectors
from similar.models import EMBEDDING_WIDTH, Embedding, ModelVersion
from tests.workers.conftest import drain, write_tokenizer
from workers.cmrclip.contrast import CALIBRATION, Calibration, write_calibration
from workers.cmrclip.familiarity import REFERENCE, Reference, write_reference

pytestmark = pytest.mark.django_db(transaction=True)


def test_findings_are_scored_and_become_probabilities_where_the_model_is_good_enough(
    import_cine, write_checkpoint, use
):
    study = import_cine().study
    folder = write_checkpoint(3)
    write_tokenizer(folder)
    table = {
        "lge": Calibration(20.0, -1.0, True, 0.9, 0.05),
        "lv_dilation": Calibration(20.0, 0.0, False, 0.6, 0.05),
    }
    write_calibration(folder / CALIBRATION, table)
    use(folder)
    drain(queue.EMBED_STUDY)
    scores = Embedding.objects.get().finding_scores
    assert set(scores) == {"lge", "lv_dilation"}
    expected = 1 / (1 + np.exp(-(20.0 * scores["lge"] - 1.0)))
    assert selectors.opinion_on(study.pk).probabilities == {"lge": pytest.approx(expected)}
    # Measured anew for the same weights, without embedding anything again.
    write_calibration(folder / CALIBRATION, {"lge": replace(table["lge"], enabled=False)})
    use(folder)
    drain(queue.EMBED_STUDY)
    assert ModelVersion.objects.count() == 1
    assert selectors.opinion_on(study.pk) == selectors.Opinion("", {})


def test_on_a_study_unlike_those_trained_on_the_model_is_silent(
    import_cine, write_checkpoint, use
):
    study = import_cine().study
    folder = write_checkpoint(5)
    write_tokenizer(folder)
    write_calibration(folder / CALIBRATION, {"lge": Calibration(20.0, 0.0, True, 0.9, 0.05)})
    far = np.zeros((2, EMBEDDING_WIDTH), np.float32)
    far[:, 0] = 1.0
    write_reference(folder / REFERENCE, Reference(far, 0.999))
    use(folder)
    drain(queue.EMBED_STUDY)
    assert Embedding.objects.get().familiar is False
    assert selectors.opinion_on(study.pk).probabilities == {}
    near = Reference(np.array([Embedding.objects.get().vector], np.float32), 0.9)
    write_reference(folder / REFERENCE, near)
    Embedding.objects.all().delete()
    use(folder)
    drain(queue.EMBED_STUDY)
    assert Embedding.objects.get().familiar is True
    assert selectors.opinion_on(study.pk).by.startswith("small-5@")
