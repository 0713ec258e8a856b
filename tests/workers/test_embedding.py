"""From a stored study to its embedding, through the queue, with a small trained checkpoint."""

import json
import logging
import os
import signal
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.utils import timezone

from cases.models import Instance, Report, Stack, Study
from cases.services import add_report
from common import queue
from common.models import Work
from common.storage import path_of
from domain.errors import InputError
from similar import selectors
from similar.models import Embedding, ModelVersion, ReportEmbedding
from similar.services import register_version
from tests.faults.test_worker_killed import start_worker, wait_for
from tests.workers.cmrclip.test_inference import SMALL
from tests.workers.conftest import drain, write_tokenizer
from workers.decode import decode_study
from workers.drain import Outcome, _do_batch
from workers.tasks import embed_study as task

pytestmark = pytest.mark.django_db(transaction=True)


def work_of(study: Study) -> Work:
    return Work.objects.get(task=queue.EMBED_STUDY, subject__startswith=str(study.pk))


# --- one version -------------------------------------------------------------------------------


def test_a_new_study_is_checked_and_embedded_once(import_cine, write_checkpoint, use):
    server = use(write_checkpoint(1))
    drain(queue.EMBED_STUDY)
    study = import_cine().study
    assert (drain(queue.PREPARE_CLIP), drain(queue.EMBED_STUDY)) == (1, 1)
    study.refresh_from_db()
    assert study.clip.usable
    embedding = Embedding.objects.get()
    version = ModelVersion.objects.get()
    assert (embedding.study, embedding.model_version, version.state) == (study, version, "serving")
    assert version.name.startswith("small-1@")
    expected = server.serving().embed_studies([decode_study(study)])[0]
    assert np.allclose(embedding.vector, expected, atol=2e-3)
    # Asked again, the row ends and the embedding is the same one.
    queue.ask(queue.EMBED_STUDY, work_of(study).subject)
    assert drain(queue.EMBED_STUDY) == 1
    assert Embedding.objects.get() == embedding
    assert not Work.objects.filter(task=queue.EMBED_STUDY).exclude(state="done").exists()


def test_a_report_that_comes_later_is_embedded_without_the_images(
    import_cine, write_checkpoint, use, monkeypatch
):
    study = import_cine().study
    folder = write_checkpoint(4)
    write_tokenizer(folder)
    use(folder)
    drain(queue.EMBED_STUDY)
    first = ReportEmbedding.objects.get()
    monkeypatch.setattr(task, "decode_study", lambda *_: pytest.fail("the images are not needed"))
    later = add_report(study=study, text="Dilated ventricle.", author=None)
    assert drain(queue.EMBED_REPORT) > 0
    assert {one.report for one in ReportEmbedding.objects.all()} == {first.report, later}
    assert not Work.objects.filter(task=queue.EMBED_REPORT).exclude(state="done").exists()


def test_one_bad_study_is_given_up_and_takes_no_other_with_it(
    import_cine, write_checkpoint, use, monkeypatch
):
    studies = [import_cine(seed).study for seed in ("a", "b", "c", "d", "e")]
    good, no_cine, damaged, lost, also_good = studies
    Stack.objects.filter(study=no_cine).update(contrast="lge")
    broken = Instance.objects.filter(series__study=damaged).first()
    with path_of(broken.series.pack).open("r+b") as file:
        file.seek(broken.offset)
        file.write(b"\0" * broken.length)
    path_of(lost.series.get().pack).unlink()
    use(write_checkpoint(1))
    drain(queue.EMBED_STUDY)
    assert {one.study for one in Embedding.objects.all()} == {good, also_good}
    assert work_of(no_cine).state == work_of(damaged).state == "failed"
    assert "no cine" in work_of(no_cine).last_error
    assert "damaged" in work_of(damaged).last_error
    # A file that cannot be read may be back later, so nothing is final yet and nothing serves.
    assert work_of(lost).state == "waiting"
    assert selectors.serving_version() is None
    Work.objects.filter(pk=work_of(lost).pk).update(attempts=5, available_at=timezone.now())
    drain(queue.EMBED_STUDY)
    assert work_of(lost).state == "failed"
    drain(queue.EMBED_STUDY)
    assert selectors.serving_version() is not None


def test_reports_are_embedded_where_the_checkpoint_has_its_tokenizer(
    import_cine, write_checkpoint, use, caplog
):
    study = import_cine().study
    use(write_checkpoint(1))
    with caplog.at_level(logging.WARNING):
        drain(queue.EMBED_STUDY)
    assert Embedding.objects.count() == 1
    assert not ReportEmbedding.objects.exists()
    assert "tokenizer.json" in caplog.text

    folder = write_checkpoint(2)
    write_tokenizer(folder)
    use(folder)
    drain(queue.EMBED_STUDY)
    (made,) = ReportEmbedding.objects.all()
    assert made.report == Report.objects.get(study=study)
    name, vector = task.embed_text("DILATED ventricle")
    assert name == made.model_version.name
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert vector == task.embed_text("dilated VENTRICLE")[1]
    assert vector != task.embed_text("ventricle")[1]


# --- no usable checkpoint ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "model.safetensors").write_bytes(b"x" * 100), "damaged"),
        (lambda folder: (folder / "config.json").unlink(), "cannot be read"),
        (
            lambda folder: (folder / "config.json").write_text('{"architecture": "next-one"}'),
            '"next-one", which is not known',
        ),
        (
            lambda folder: (folder / "config.json").write_text(
                json.dumps(asdict(replace(SMALL, trained=False)))
            ),
            "is not trained",
        ),
    ],
)
def test_a_checkpoint_that_cannot_be_used_is_said_and_the_rows_stay(
    import_cine, write_checkpoint, use, caplog, spoil, said
):
    study = import_cine().study
    version = register_version(name="an earlier one")
    folder = write_checkpoint(1)
    spoil(folder)
    use(folder)
    with caplog.at_level(logging.ERROR):
        assert drain(queue.EMBED_STUDY) == drain(queue.EMBED_STUDY) == 0
    assert sum(said in record.getMessage() for record in caplog.records) == 1
    assert (work_of(study).state, work_of(study).attempts) == ("waiting", 0)
    assert list(ModelVersion.objects.all()) == [version]
    with pytest.raises(InputError, match="No trained image model"):
        task.embed_text("a text")


def test_a_model_of_another_width_is_refused(write_checkpoint, use, caplog):
    server = use(write_checkpoint(1, projection_dim=10))
    assert server.serving() is None
    assert "gives 10 numbers where 512 are stored" in caplog.text


def test_a_checkpoint_put_right_is_found_without_a_restart(
    import_cine, write_checkpoint, use, monkeypatch
):
    import_cine()
    folder = write_checkpoint(1)
    whole = (folder / "config.json").read_text()
    (folder / "config.json").unlink()
    use(folder)
    assert drain(queue.EMBED_STUDY) == 0
    (folder / "config.json").write_text(whole)
    assert drain(queue.EMBED_STUDY) == 0, "it is not tried again at every kick"
    monkeypatch.setattr("workers.serving.time.monotonic", lambda: float("inf"))
    assert drain(queue.EMBED_STUDY) == 1


# --- two versions ------------------------------------------------------------------------------


def test_a_new_checkpoint_builds_behind_the_old_one_and_then_serves(
    import_cine, write_checkpoint, use
):
    import_cine("a")
    use(write_checkpoint(1))
    drain(queue.EMBED_STUDY)
    first = selectors.serving_version()
    server = use(write_checkpoint(2))
    second = server.serving().version
    assert (selectors.serving_version(), second.state) == (first, "building")
    assert drain(queue.EMBED_STUDY) == 1
    assert selectors.serving_version() == second
    assert Embedding.objects.count() == 2
    one, other = Embedding.objects.order_by("pk")
    assert not np.allclose(one.vector, other.vector, atol=1e-2)


def test_a_worker_leaves_the_rows_of_another_version_alone(import_cine, write_checkpoint, use):
    study = import_cine().study
    server = use(write_checkpoint(1))
    server.serving()
    newer = register_version(name="what another worker runs")
    assert drain(queue.EMBED_STUDY) == 0
    assert work_of(study).subject == selectors.embedding_subject(study.pk, newer)
    assert (work_of(study).state, work_of(study).attempts) == ("waiting", 0)


# --- batches -----------------------------------------------------------------------------------


def claim(at_most: int = 64, **later: float) -> list[Work]:
    now = timezone.now() + timedelta(**later)
    return queue.claim(queue.EMBED_STUDY, now=now, at_most=at_most)


def test_what_killed_its_batch_uses_up_its_own_attempts_alone():
    queue.ask_many(queue.EMBED_STUDY, [f"{n}:1" for n in range(5)])
    assert len(claim()) == 5
    # The process was killed: the leases run out, and each row comes alone from now on.
    lease = queue.TASKS[queue.EMBED_STUDY].lease_seconds + 1
    for subject in ("0:1", "1:1"):
        (alone,) = claim(seconds=lease)
        assert (alone.subject, alone.attempts) == (subject, 2)
    queue.ask_many(queue.EMBED_STUDY, ["new:1"])
    assert {work.attempts for work in claim(seconds=lease)} == {2}


def test_each_row_of_a_batch_ends_by_itself():
    from people.models import Programme

    queue.ask_many(queue.EMBED_STUDY, ["good:1", "refused:1", "failed:1", "unreached:1"])

    def handler(subjects):
        assert subjects == ["good:1", "refused:1", "failed:1", "unreached:1"]
        yield Outcome("good:1", lambda: Programme.objects.create(name="Kept") and None)
        yield Outcome("refused:1", InputError("It is no good."))
        yield Outcome("failed:1", OSError("away"))
        raise RuntimeError("the batch broke")

    _do_batch(claim(), handler)
    found = {
        work.subject: (work.state, work.last_error) for work in Work.objects.order_by("pk")
    }
    assert found == {
        "good:1": ("done", ""),
        "refused:1": ("failed", "It is no good."),
        "failed:1": ("waiting", "OSError: away"),
        "unreached:1": ("waiting", "RuntimeError: the batch broke"),
    }
    assert Programme.objects.filter(name="Kept").exists()


def test_a_slow_batch_keeps_its_rows_and_a_lost_one_has_no_effect(monkeypatch):
    from people.models import Programme

    queue.ask_many(queue.EMBED_STUDY, ["first:1", "second:1", "third:1"])
    works = claim()

    def handler(subjects):
        # Half the lease has passed.
        half = timedelta(seconds=queue.TASKS[queue.EMBED_STUDY].lease_seconds / 2)
        real = timezone.now
        with monkeypatch.context() as context:
            context.setattr("workers.drain.timezone.now", lambda: real() + half)
            yield Outcome("first:1", lambda: None)
        second = Work.objects.get(subject="second:1")
        assert second.leased_until > works[1].leased_until + half / 2
        # Somebody else claims the third all the same.
        Work.objects.filter(subject="third:1").update(lease=None)
        yield Outcome("second:1", lambda: None)
        yield Outcome("third:1", lambda: Programme.objects.create(name="Twice") and None)

    _do_batch(works, handler)
    assert not Programme.objects.filter(name="Twice").exists()
    states = dict(Work.objects.values_list("subject", "state"))
    assert states == {"first:1": "done", "second:1": "done", "third:1": "waiting"}


def test_a_new_studys_clip_goes_before_the_rest_of_the_library(
    import_cine, write_checkpoint, use, monkeypatch
):
    for seed in ("a", "b", "c"):
        import_cine(seed)
    Work.objects.exclude(task=queue.EMBED_STUDY).delete()
    use(write_checkpoint(1)).serving()
    queue.ask(queue.PREPARE_CLIP, Study.objects.first().pk)
    # Batches of one: the rows were tried before.
    Work.objects.filter(task=queue.EMBED_STUDY).update(attempts=1)
    assert drain(queue.EMBED_STUDY) == 1
    assert drain(queue.PREPARE_CLIP) == 1
    assert drain(queue.EMBED_STUDY) == 2


# --- a real worker -----------------------------------------------------------------------------


def test_a_worker_that_starts_with_a_new_checkpoint_embeds_the_library(
    import_cine, write_checkpoint, monkeypatch, tmp_path: Path, settings
):
    study = import_cine().study
    monkeypatch.setenv("CINEROUNDS_CHECKPOINT", str(write_checkpoint(1)))
    monkeypatch.setenv("CINEROUNDS_STORAGE", str(settings.STORAGE_DIR))
    log = tmp_path / "worker.log"
    worker = start_worker(log)
    try:
        wait_for(lambda: selectors.serving_version() is not None, 90, "nothing serves")
        wait_for(lambda: work_of(study).state == "done", 30, "its row is left")
    finally:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
    assert Embedding.objects.get().study == study, log.read_text()[-2000:]
