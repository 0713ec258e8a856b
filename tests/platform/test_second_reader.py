"""The image model as second reader, from the stored opinion to the stored grade."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from cases.services import add_report, make_case
from common import queue
from common.models import Work
from reads import services
from reads.models import Grade, Read
from reads.selectors import reads_without_opinion
from similar.models import EMBEDDING_WIDTH, Embedding, ModelVersion

pytestmark = pytest.mark.django_db
REPORT = "Dilated LV, LVEF 32 %. No LGE."
TABLE = {
    "pericardial_effusion": {
        "slope": 20.0, "intercept": 0.0, "enabled": True, "auroc": 0.9, "calibration_error": 0.04
    },
    "lge": {
        "slope": 20.0, "intercept": 0.0, "enabled": False, "auroc": 0.6, "calibration_error": 0.2
    },
}  # fmt: skip


@pytest.fixture
def read(import_cine, add_person) -> Read:
    """A submitted read that finds an effusion of which the report says nothing."""
    study = import_cine().study
    report = add_report(study=study, text=REPORT, author=None)
    case = make_case(study=study, report=report, title="A case", published=True)
    fellow = add_person("fellow")
    draft = services.open_draft(user=fellow, case=case)
    text = f"{REPORT} Small pericardial effusion."
    made, _ = services.submit_read(user=fellow, case=case, read_id=draft.read_id, text=text)
    return made


def give_opinion(read: Read, *, effusion: float, familiar: bool | None = None) -> ModelVersion:
    now = timezone.now()
    version = ModelVersion.objects.create(
        name="model@1", state="serving", created_at=now, calibration=TABLE
    )
    Embedding.objects.create(
        study=read.case.study,
        model_version=version,
        vector=[1.0] + [0.0] * (EMBEDDING_WIDTH - 1),
        finding_scores={"pericardial_effusion": effusion, "lge": 1.0},
        familiar=familiar,
        made_at=now,
    )
    return version


def test_what_the_model_sees_too_costs_nothing(read):
    alone = services.grade_read(read_id=read.pk)
    assert alone.model_version == "" and alone.score < 100
    give_opinion(read, effusion=0.2)
    seen = services.grade_read(read_id=read.pk)
    assert seen.score == 100.0
    assert seen.model_version == "model@1"
    assert seen.model_agreement == {"agreed": 1, "of": 1}
    row = next(row for row in seen.rows if row["concept"] == "pericardial_effusion")
    assert row["may_be_omitted"] and not row["disputed"]
    # The older grade stays as it was, and grading again adds nothing.
    alone.refresh_from_db()
    assert alone.score < 100
    assert services.grade_read(read_id=read.pk) == seen
    assert Grade.objects.count() == 2


@pytest.mark.parametrize("change", [{"effusion": -0.2}, {"effusion": 0.2, "familiar": False}])
def test_a_doubting_model_and_one_away_from_home_excuse_nothing(read, change):
    alone = services.grade_read(read_id=read.pk).score
    give_opinion(read, **change)
    assert services.grade_read(read_id=read.pk).score == alone


def test_reads_wait_for_an_opinion_until_they_have_one(read):
    services.grade_read(read_id=read.pk)
    study = read.case.study_id
    assert list(reads_without_opinion(study)) == [read]
    give_opinion(read, effusion=0.2)
    services.grade_read(read_id=read.pk)
    assert list(reads_without_opinion(study)) == []


def test_regrading_adds_a_grade_for_reads_that_lack_the_current_versions(read, capsys):
    grade = services.grade_read(read_id=read.pk)
    Work.objects.all().delete()
    call_command("regrade")
    assert capsys.readouterr().out.startswith("0 reads")
    Grade.objects.filter(pk=grade.pk).update(vocabulary_version="0-older", score=12.0)
    call_command("regrade", inspect=True)
    assert capsys.readouterr().out.startswith("1 reads lack")
    call_command("regrade")
    assert Work.objects.get(task=queue.GRADE_READ).subject == str(read.pk)
    services.grade_read(read_id=read.pk)
    assert Grade.objects.get(vocabulary_version="0-older").score == 12.0
    assert Grade.objects.count() == 2
