"""An educator's and a director's routes."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from cases.importing import import_upload
from cases.models import Case, Study, Upload
from reads.services import grade_read
from tests.dicom import write_cine
from tests.reports import REPORT

pytestmark = pytest.mark.django_db


def send(client, method: str, path: str, body: dict):
    return getattr(client, method)(path, json.dumps(body), content_type="application/json")


@pytest.fixture
def educator(add_person, signed_in):
    return signed_in(add_person("educator"))


def zipped(paths: list[Path], names: list[str] | None = None) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number, path in enumerate(paths):
            archive.writestr(names[number] if names else path.name, path.read_bytes())
    file.seek(0)
    file.name = "study.zip"
    return file


def upload(educator, files, **fields):
    answer = educator.post("/api/imports", {"files": files, **fields})
    assert answer.status_code == 202, answer.content
    import_upload(upload_id=answer.json()["id"])
    return educator.get(f"/api/imports/{answer.json()['id']}").json()


def test_an_upload_becomes_a_study_a_case_and_a_set(educator, tmp_path, settings):
    done = upload(educator, [zipped(write_cine(tmp_path / "d"))], report_text=REPORT)
    assert done["state"] == "stored", done
    assert done["progress"]["done"] == 24
    assert any("3" in line and "8" in line for line in done["found"])
    assert not any(settings.INCOMING_DIR.iterdir())

    study = educator.get(f"/api/studies/{done['study_id']}").json()
    assert study["stacks"][0]["view"] == "sax"
    assert study["stacks"][0]["contrast"] == "cine"
    assert study["reports"][0]["claims"]["claims"]
    made = send(
        educator,
        "post",
        "/api/cases",
        {"study_id": study["id"], "report_id": study["reports"][0]["id"], "title": "DCM"},
    )
    assert made.status_code == 201
    published = send(educator, "patch", f"/api/cases/{made.json()['id']}", {"published": True})
    assert published.json()["published"]

    case_set = send(educator, "post", "/api/case-sets", {"name": "Week one"}).json()
    put = send(
        educator,
        "put",
        f"/api/case-sets/{case_set['id']}/cases",
        {"case_ids": [made.json()["id"]]},
    )
    assert [case["title"] for case in put.json()["cases"]] == ["DCM"]
    listed = educator.get(f"/api/cases?case_set={case_set['id']}").json()
    assert listed["count"] == 1


def test_files_sent_one_by_one_do_as_well(educator, tmp_path):
    paths = write_cine(tmp_path / "d")
    done = upload(educator, [path.open("rb") for path in paths])
    assert done["state"] == "stored", done


def test_what_is_stored_names_no_patient(educator, tmp_path, own_storage):
    upload(educator, [zipped(write_cine(tmp_path / "d", patient="SECRETPATIENT"))])
    study = Study.objects.get()
    kept = json.dumps(
        [instance.metadata for series in study.series.all() for instance in series.instances.all()]
    )
    kept += json.dumps([stack.geometry for stack in study.stacks.all()])
    assert "SECRETPATIENT" not in kept
    assert "051Y" in kept
    for path in own_storage.rglob("*"):
        assert "SECRETPATIENT" not in path.name
        if path.is_file():
            assert b"SECRETPATIENT" not in path.read_bytes()


def test_a_zip_that_leaves_itself_is_refused_and_leaves_nothing(educator, tmp_path, own_storage):
    paths = write_cine(tmp_path / "d", slices=1)
    names = [path.name for path in paths]
    names[3] = "../../etc/evil.dcm"
    done = upload(educator, [zipped(paths, names)])
    assert done["state"] == "refused"
    assert "outside itself" in done["sentence"]
    assert not Study.objects.exists()
    assert not own_storage.exists() or not any(own_storage.rglob("*.frames"))


def test_a_file_that_is_no_zip_is_refused(educator):
    file = io.BytesIO(b"not a zip at all")
    file.name = "study.zip"
    done = upload(educator, [file])
    assert done["state"] == "refused"
    assert "zip" in done["sentence"]


def test_no_files_and_an_empty_report_are_refused(educator, make_case):
    answer = educator.post("/api/imports", {"report_text": "x"})
    assert answer.status_code == 400
    assert "DICOM folder" in answer.json()["detail"]
    study = make_case().study
    empty = send(educator, "post", f"/api/studies/{study.pk}/reports", {"text": " "})
    assert empty.status_code == 400
    assert "report is empty" in empty.json()["detail"]
    assert study.reports.count() == 1


def test_the_same_study_twice_is_stored_once(educator, tmp_path):
    paths = write_cine(tmp_path / "d")
    assert upload(educator, [zipped(paths)])["state"] == "stored"
    again = upload(educator, [zipped(paths)])
    assert again["state"] == "refused"
    assert "already here" in again["sentence"]
    assert Study.objects.count() == 1


def test_an_educator_corrects_a_view(educator, make_case):
    stack = make_case().study.stacks.get()
    path = f"/api/studies/{stack.study_id}/stacks/{stack.pk}"
    changed = send(educator, "patch", path, {"view": "rvot"}).json()
    assert (changed["view"], changed["suggested_view"]) == ("rvot", "sax")
    assert send(educator, "patch", path, {"view": "sideways"}).status_code == 400


def test_a_fellow_cannot_do_what_an_educator_does(make_case, add_person, signed_in):
    case = make_case()
    fellow = signed_in(add_person("fellow"))
    assert fellow.get("/api/studies").json()["results"] == []
    assert fellow.get(f"/api/studies/{case.study_id}").status_code == 404
    assert fellow.get("/api/cohorts").status_code == 404
    assert send(fellow, "patch", f"/api/cases/{case.pk}", {"title": "x"}).status_code == 404
    assert send(fellow, "post", "/api/case-sets", {"name": "x"}).status_code == 404
    assert fellow.post("/api/imports", {"report_text": ""}).status_code == 404
    assert Case.objects.get().title == case.title
    assert not Upload.objects.exists()


def test_a_director_sees_the_cohorts_reads(programme, make_case, add_person, signed_in):
    from people.services import make_cohort

    case, user = make_case(), add_person("fellow")
    cohort = make_cohort(programme=programme, name="Autumn", fellows=[user])
    fellow = signed_in(user)
    draft = fellow.get(f"/api/cases/{case.pk}/draft").json()
    body = {"read_id": draft["read_id"], "text": "Dilated LV, EF 25%."}
    read = send(fellow, "post", f"/api/cases/{case.pk}/reads", body).json()
    grade_read(read_id=read["id"])

    director = signed_in(add_person("director"))
    assert director.get("/api/cohorts").json()[0]["read_count"] == 1
    rows = director.get(f"/api/cohorts/{cohort.pk}/reads").json()["results"]
    assert rows[0]["fellow"]["name"] == user.name
    assert rows[0]["score"] > 0
