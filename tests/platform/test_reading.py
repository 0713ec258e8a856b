"""A fellow's path over HTTP: draft, submission, grade, feedback, progress."""

import json

import pytest

from common.models import Work
from reads.models import Read
from reads.services import grade_read

pytestmark = pytest.mark.django_db
READ = "Dilated LV with severely impaired function, EF 28%. No effusion."


def send(client, method: str, path: str, body: dict):
    return getattr(client, method)(path, json.dumps(body), content_type="application/json")


@pytest.fixture
def case(make_case):
    return make_case()


@pytest.fixture
def fellow(add_person, signed_in):
    return signed_in(add_person("fellow"))


def submit(fellow, case, text: str = READ):
    draft = fellow.get(f"/api/cases/{case.pk}/draft").json()
    return send(
        fellow, "post", f"/api/cases/{case.pk}/reads", {"read_id": draft["read_id"], "text": text}
    )


def test_an_unread_case_gives_nothing_away(fellow, case):
    listed = fellow.get("/api/cases").json()["results"][0]
    assert listed["title"] == f"Unknown {case.number:02d}"
    detail = fellow.get(f"/api/cases/{case.pk}")
    metadata = fellow.get(f"/dicomweb/studies/{case.study.study_instance_uid}/metadata")
    for body in (json.dumps(listed), detail.content.decode(), metadata.content.decode()):
        assert case.title not in body
        assert "severely reduced" not in body


def test_a_draft_is_saved_and_two_tabs_are_told_of_each_other(fellow, case):
    path = f"/api/cases/{case.pk}/draft"
    first = fellow.get(path).json()
    assert (first["text"], first["version"]) == ("", 0)
    saved = send(fellow, "put", path, {"text": "Dilated", "version": 0}).json()
    assert saved["version"] == 1
    assert saved["read_id"] == first["read_id"]
    stale = send(fellow, "put", path, {"text": "Other tab", "version": 0})
    assert stale.status_code == 409
    assert stale.json()["draft"]["text"] == "Dilated"
    assert fellow.get(path).json()["text"] == "Dilated"


def test_submitting_twice_makes_one_read_and_one_piece_of_work(fellow, case):
    draft = fellow.get(f"/api/cases/{case.pk}/draft").json()
    body = {"read_id": draft["read_id"], "text": READ}
    path = f"/api/cases/{case.pk}/reads"
    first, second = send(fellow, "post", path, body), send(fellow, "post", path, body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert Read.objects.count() == 1
    assert Work.objects.filter(task="grade_read").count() == 1


def test_an_empty_read_is_refused_with_a_sentence(fellow, case):
    answer = submit(fellow, case, "  \n ")
    assert answer.status_code == 400
    assert "empty" in answer.json()["detail"]
    assert not Read.objects.exists()


def test_feedback_shows_rows_that_sum_to_the_score(fellow, case):
    read = submit(fellow, case).json()
    assert read["state"] == "waiting"
    grade_read(read_id=read["id"])
    body = fellow.get(f"/api/reads/{read['id']}").json()
    assert body["state"] == "graded"
    assert body["case"]["title"] == case.title
    assert body["report"]["text"] == case.report.text
    rows = body["grade"]["rows"]
    assert round(sum(row["points"] for row in rows), 6) == round(body["grade"]["score"], 6)
    assert "HIT" in {row["kind"] for row in rows}
    for row in rows:
        for start, end in row["read_spans"]:
            assert 0 <= start < end <= len(READ)
        for start, end in row["report_spans"]:
            assert 0 <= start < end <= len(case.report.text)


def test_a_denied_finding_scores_below_a_named_one(add_person, signed_in, case):
    scores = []
    for text in (READ, "Normal LV size and function. EF 65%. No effusion."):
        fellow = signed_in(add_person("fellow"))
        read = submit(fellow, case, text).json()
        scores.append(grade_read(read_id=read["id"]).score)
    assert scores[0] > scores[1] + 30


def test_grading_twice_gives_the_same_single_grade(fellow, case):
    read = submit(fellow, case).json()
    assert grade_read(read_id=read["id"]) == grade_read(read_id=read["id"])
    assert Read.objects.get(pk=read["id"]).grades.count() == 1


def test_another_fellow_cannot_see_a_read(fellow, case, add_person, signed_in):
    read = submit(fellow, case).json()
    other = signed_in(add_person("fellow"))
    assert other.get(f"/api/reads/{read['id']}").status_code == 404


def test_progress_counts_sensitivity_and_specificity_with_intervals(fellow, case):
    read = submit(fellow, case).json()
    grade_read(read_id=read["id"])
    progress = fellow.get("/api/progress").json()
    assert progress["read_count"] == 1
    by_concept = {finding["concept"]: finding for finding in progress["findings"]}
    dysfunction = by_concept["lv_dysfunction"]
    assert dysfunction["present"] == {"n": 1, "correct": 1}
    assert dysfunction["sensitivity"]["low"] < dysfunction["sensitivity"]["value"] == 1.0
    assert by_concept["pericardial_effusion"]["absent"] == {"n": 1, "correct": 1}


def test_matching_cases_name_only_what_may_be_known(fellow, make_case):
    case = make_case("first")
    make_case("open", open=True, title="An open reference")
    make_case("closed", title="A closed answer")
    read = submit(fellow, case).json()
    neighbours = fellow.get(f"/api/reads/{read['id']}").json()["neighbours"]
    assert [near["title"] for near in neighbours["cases"]] == ["An open reference"]
    assert neighbours["hidden_count"] == 1
    assert neighbours["ranked_by"] == "report_claims"
    assert "not trained" in neighbours["sentence"]


def test_another_programmes_fellow_finds_no_case(case, add_person, signed_in):
    from people.models import Programme

    elsewhere = Programme.objects.create(name="Elsewhere")
    stranger = signed_in(add_person("fellow", elsewhere))
    study = case.study.study_instance_uid
    series = case.study.series.get()
    instance = series.instances.first()
    frame = (
        f"/dicomweb/studies/{study}/series/{series.series_instance_uid}"
        f"/instances/{instance.sop_instance_uid}/frames/1"
    )
    for path in (
        f"/api/cases/{case.pk}",
        f"/api/cases/{case.pk}/draft",
        f"/dicomweb/studies/{study}/metadata",
        frame,
    ):
        assert stranger.get(path).status_code == 404, path
    assert stranger.get("/api/cases").json()["count"] == 0


def test_frames_travel_as_jpeg_ls_with_a_tag_that_saves_the_second_trip(fellow, case):
    series = case.study.series.get()
    instance = series.instances.first()
    path = (
        f"/dicomweb/studies/{case.study.study_instance_uid}/series/{series.series_instance_uid}"
        f"/instances/{instance.sop_instance_uid}/frames/1"
    )
    answer = fellow.get(path)
    assert answer.status_code == 200
    assert b"transfer-syntax=1.2.840.10008.1.2.4.80" in answer.content
    assert "immutable" in answer.headers["Cache-Control"]
    again = fellow.get(path, HTTP_IF_NONE_MATCH=answer.headers["ETag"])
    assert again.status_code == 304
    refused = fellow.get(path, HTTP_ACCEPT='multipart/related; type="image/jp2"')
    assert refused.status_code == 406
