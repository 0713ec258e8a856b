"""Appeals, what the image model asks, and what educators decide, over HTTP."""

import json

import pytest

from reads.models import Grade, Override, Question
from reads.services import grade_read
from tests.platform.test_reading import submit
from tests.platform.test_second_reader import TABLE

pytestmark = pytest.mark.django_db
REASON = "It is there; the report left it out."
READ = "Dilated LV with severely impaired function, EF 28%. Apical thrombus."


def send(client, method: str, path: str, body: dict | None = None):
    return getattr(client, method)(path, json.dumps(body or {}), content_type="application/json")


@pytest.fixture
def fellow(add_person, signed_in):
    return signed_in(add_person("fellow"))


@pytest.fixture
def educator(add_person, signed_in):
    return signed_in(add_person("educator"))


@pytest.fixture
def case(make_case):
    return make_case(report="Dilated LV. LVEF 27 %. Midwall LGE in the septum. No effusion.")


@pytest.fixture
def read(fellow, case) -> dict:
    made = submit(fellow, case, READ).json()
    grade_read(read_id=made["id"])
    return fellow.get(f"/api/reads/{made['id']}").json()


def row(body: dict, concept: str) -> dict:
    return next(row for row in body["grade"]["rows"] if row["concept"] == concept)


def appeal(client, read: dict, concept: str = "lv_thrombus", text: str = "It is on slice 9."):
    return send(client, "post", f"/api/reads/{read['id']}/appeals",
                {"concept": concept, "text": text})  # fmt: skip


def decide(client, read: dict, **change):
    body = {"concept": "lv_thrombus", "share": 1.0, "reason": REASON}
    return send(client, "post", f"/api/reads/{read['id']}/overrides", body | change)


def test_an_appeal_reaches_the_queue_and_its_answer_the_fellow(fellow, educator, read):
    assert read["may_appeal"] and not read["may_override"]
    assert read["grade"]["score"] <= 70 and row(read, "lv_thrombus")["kind"] == "EXTRA"
    assert fellow.get("/api/reads").json()["results"][0]["appeal"] is None
    made = appeal(fellow, read)
    assert made.status_code == 201
    assert fellow.get("/api/reads").json()["results"][0]["appeal"] == "open"
    assert [one["text"] for one in made.json()["appeals"]] == ["It is on slice 9."]
    queue = educator.get("/api/questions").json()
    asked = queue["results"][0]
    assert (queue["count"], asked["kind"], asked["text"]) == (1, "appeal", "It is on slice 9.")
    assert asked["read_id"] == read["id"] and asked["row"]["kind"] == "EXTRA"
    answered = decide(educator, read)
    assert answered.status_code == 201 and answered.json()["may_override"]
    assert educator.get("/api/questions").json()["count"] == 0
    seen = fellow.get(f"/api/reads/{read['id']}").json()
    assert row(seen, "lv_thrombus")["overridden"]
    assert row(seen, "lv_thrombus")["points"] == row(seen, "lv_thrombus")["possible"]
    assert seen["overrides"][0]["reason"] == REASON
    assert seen["overrides"][0]["made_by"]["name"] == "Educator Invented"
    assert seen["appeals"][0]["state"] == "answered"
    assert fellow.get("/api/reads").json()["results"][0]["appeal"] == "answered"
    assert seen["grade"]["caps"] == [] and seen["grade"]["score"] > read["grade"]["score"]
    total = sum(round(one["points"] * 100) for one in seen["grade"]["rows"])
    assert total == round(seen["grade"]["score"] * 100)


def test_an_override_stands_over_later_grades_and_older_ones_never_change(educator, read):
    before = Grade.objects.get()
    decide(educator, read)
    Grade.objects.update(vocabulary_version="0-older")
    again = grade_read(read_id=read["id"])
    assert again.overrides_counted == 1 and again.rows != before.rows
    assert next(one for one in again.rows if one["concept"] == "lv_thrombus")["overridden"]
    assert Grade.objects.get(pk=before.pk).score == before.score
    assert Grade.objects.count() == 3


def test_a_row_can_be_given_back_to_the_rules(educator, read):
    decide(educator, read)
    back = decide(educator, read, share=None, reason="I looked again; it is a papillary muscle.")
    assert back.json()["grade"]["score"] == read["grade"]["score"]
    assert not row(back.json(), "lv_thrombus")["overridden"]
    assert [one["share"] for one in back.json()["overrides"]] == [None]
    assert Override.objects.count() == 2


def test_an_override_can_go_against_the_fellow(educator, read):
    lower = decide(educator, read, concept="lv_dilation", share=0.0, reason="Measured too high.")
    assert row(lower.json(), "lv_dilation")["points"] == 0
    assert lower.json()["grade"]["raw"] < read["grade"]["raw"]


def test_a_decision_can_hold_for_the_whole_case(add_person, signed_in, educator, case, read):
    other = signed_in(add_person("fellow"))
    second = submit(other, case, READ).json()
    grade_read(read_id=second["id"])
    assert appeal(other, second).status_code == 201
    assert decide(educator, read, whole_case=True).json()["reads_of_case"] == 2
    seen = other.get(f"/api/reads/{second['id']}").json()
    assert row(seen, "lv_thrombus")["overridden"] and seen["appeals"][0]["state"] == "answered"
    assert seen["reads_of_case"] == 1  # How many others have read it is not for fellows.


def test_progress_follows_the_educator(fellow, educator, read):
    def missed() -> dict:
        found = fellow.get("/api/progress").json()["findings"]
        return next(one for one in found if one["concept"] == "lge")["present"]

    assert missed() == {"n": 1, "correct": 0}
    decide(educator, read, concept="lge", reason="The LGE series was missing.")
    assert missed() == {"n": 1, "correct": 1}


def test_an_appeal_can_be_withdrawn_until_it_is_answered(fellow, educator, read):
    first = appeal(fellow, read).json()["appeals"][0]["id"]
    assert appeal(fellow, read).json()["code"] == "appeal_open"
    assert fellow.delete(f"/api/appeals/{first}").status_code == 204
    assert educator.get("/api/questions").json()["count"] == 0
    second = appeal(fellow, read).json()["appeals"][0]["id"]
    decide(educator, read)
    assert fellow.delete(f"/api/appeals/{second}").json()["code"] == "appeal_closed"
    assert Question.objects.get(pk=second).state == "answered"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": "  "}, "no_reason"),
        ({"share": 1.5}, "bad_share"),
        ({"share": "much"}, "invalid"),
        ({"concept": "dx_fabry"}, "no_row"),
    ],
)
def test_a_bad_decision_is_refused_with_a_sentence(educator, read, change, code):
    answer = decide(educator, read, **change)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not Override.objects.exists()


def test_who_may_do_what(fellow, educator, add_person, signed_in, case, read):
    from people.models import Programme

    assert decide(fellow, read).json()["code"] == "not_yours"
    assert appeal(educator, read).json()["code"] == "not_yours"
    assert appeal(fellow, read, text=" ").json()["code"] == "no_reason"
    assert fellow.get("/api/questions").status_code == 404
    stranger = signed_in(add_person("educator", Programme.objects.create(name="Elsewhere")))
    assert decide(stranger, read).status_code == 404
    appeal(fellow, read)
    assert stranger.get("/api/questions").json()["count"] == 0
    # An educator who reads a case asks a colleague, and does not find the question in the queue.
    own = submit(educator, case, READ).json()
    grade_read(read_id=own["id"])
    assert decide(educator, own).json()["code"] == "own_read"
    assert appeal(educator, own).status_code == 201
    assert [one["read_id"] for one in educator.get("/api/questions").json()["results"]] == [
        read["id"]
    ]


def give_opinion(case, **scores: float) -> None:
    from django.utils import timezone

    from similar.models import EMBEDDING_WIDTH, Embedding, ModelVersion

    now = timezone.now()
    version, _ = ModelVersion.objects.get_or_create(
        name="model@1", defaults={"state": "serving", "created_at": now, "calibration": TABLE}
    )
    Embedding.objects.update_or_create(
        study=case.study, model_version=version,
        defaults={"vector": [1.0] + [0.0] * (EMBEDDING_WIDTH - 1), "finding_scores": scores,
                  "familiar": True, "made_at": now},
    )  # fmt: skip


def test_disputes_and_omissions_reach_the_educator(fellow, educator, make_case):
    silent = make_case("silent", report="Dilated LV, LVEF 32 %.")
    denying = make_case("denying", report="Dilated LV, LVEF 32 %. No pericardial effusion.")
    for case in (silent, denying):
        give_opinion(case, pericardial_effusion=0.2)
        made = submit(fellow, case, "Dilated LV, EF 32 %. Pericardial effusion.").json()
        grade_read(read_id=made["id"])
        grade_read(read_id=made["id"])
    found = educator.get("/api/questions").json()["results"]
    assert {(one["kind"], one["case"]["id"]) for one in found} == {
        ("omission", str(silent.pk)),
        ("dispute", str(denying.pk)),
    }
    only = educator.get("/api/questions?kind=dispute").json()["results"]
    assert [one["name"] for one in only] == ["Pericardial effusion"]
    decide(educator, {"id": only[0]["read_id"]}, concept="pericardial_effusion",
           reason="There is fluid behind the LV.")  # fmt: skip
    assert educator.get("/api/questions?kind=dispute").json()["count"] == 0
    assert educator.get("/api/questions").json()["count"] == 1


def test_a_question_lapses_when_the_model_no_longer_asks_and_can_come_again(
    fellow, educator, make_case
):
    case = make_case("silent", report="Dilated LV, LVEF 32 %.")
    made = submit(fellow, case, "Dilated LV, EF 32 %. Pericardial effusion.").json()
    for effusion, state in ((0.2, "open"), (-0.2, "lapsed")):
        give_opinion(case, pericardial_effusion=effusion)
        Grade.objects.all().delete()
        grade_read(read_id=made["id"])
        assert [one.state for one in Question.objects.all()] == [state]
    give_opinion(case, pericardial_effusion=0.2)
    Grade.objects.all().delete()
    grade_read(read_id=made["id"])
    assert educator.get("/api/questions").json()["count"] == 1
