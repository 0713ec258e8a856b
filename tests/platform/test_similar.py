"""Neighbours by images: what is found, in which role, for whom; and changing model versions."""

import json
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from pgvector.django import CosineDistance

from cases.models import Case, Report, Study
from cases.selectors import cases_seen_by
from common import queue
from common.models import Work
from similar import selectors, services
from similar.models import EMBEDDING_WIDTH, Embedding, ModelVersion
from similar.search import nearest
from tests.platform.test_reading import submit
from tests.reports import NORMAL, REPORT

pytestmark = pytest.mark.django_db
HCM = "Asymmetric septal hypertrophy. Hypertrophic cardiomyopathy. LVEF 70%."


def at(degrees: float) -> list[float]:
    """A vector of length one whose cosine with `at(0)` is that of the angle."""
    vector = np.zeros(EMBEDDING_WIDTH)
    vector[:2] = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return [float(value) for value in vector]


@pytest.fixture
def serving() -> ModelVersion:
    now = timezone.now()
    return ModelVersion.objects.create(name="first@1", state="serving", created_at=now)


@pytest.fixture
def embedded(make_case, serving):
    """embedded(seed, degrees, report, **fields) -> an open case whose images lie at that angle."""

    def make(seed: str, degrees: float, report: str = REPORT, **fields) -> Case:
        case = make_case(seed, report, **({"open": True} | fields))
        services.record_embedding(study=case.study, model_version=serving, vector=at(degrees))
        return case

    return make


# --- image -> image ----------------------------------------------------------------------------


def test_neighbours_are_nearest_first_and_each_has_its_role(embedded):
    case = embedded("case", 0)
    alike = embedded("alike", 10, "Aortic dilation.")
    mimic = embedded("mimic", 5, HCM)
    same = embedded("same", 30)
    normal = embedded("normal", 50, NORMAL)
    embedded("far", 80, NORMAL)
    found = selectors.neighbours_of(case, among=Case.objects.all(), at_most=4)
    assert found.ranked_by == "image_model"
    assert found.sentence == selectors.BY_IMAGES
    ModelVersion.objects.update(trained_on="drawings alone")
    told = selectors.neighbours_of(case, among=Case.objects.all(), at_most=4).sentence
    assert told.endswith("It was trained on drawings alone.")
    assert [(one.case, one.role) for one in found.cases] == [
        (mimic, "mimic"),
        (alike, "looks_alike"),
        (same, "same_finding"),
        (normal, "nearest_normal"),
    ]
    assert [round(one.score, 2) for one in found.cases] == [
        round(float(np.cos(np.radians(degrees))), 2) for degrees in (5, 10, 30, 50)
    ]
    assert "Hypertrophic cardiomyopathy" in found.cases[0].other_findings
    assert found.cases[2].shared_findings == ["LV dilation", "LV systolic dysfunction"]


def test_the_nearest_normal_and_the_same_finding_are_found_behind_the_pool(embedded, monkeypatch):
    monkeypatch.setattr(selectors, "POOL", 2)
    case = embedded("case", 0)
    for number in range(4):
        embedded(f"between {number}", 5 + number, HCM)
    same, normal = embedded("same", 30), embedded("normal", 50, NORMAL)
    every = Case.objects.all()
    assert selectors.nearest_normal_to(case, among=every).case == normal
    assert selectors.nearest_same_finding_to(case, among=every).case == same
    assert selectors.nearest_normal_to(normal, among=every) is None


def test_a_mimic_is_near_in_image_different_in_claims_and_of_the_programme(embedded):
    from people.models import Programme

    case = embedded("case", 0)
    nearer, further = embedded("nearer", 10, HCM), embedded("further", 40, HCM)
    embedded("same", 5)
    embedded("normal", 2, NORMAL)
    elsewhere = Programme.objects.create(name="Elsewhere")
    embedded("elsewhere", 1, HCM, in_programme=elsewhere)
    found = selectors.mimics_of(case, among=Case.objects.all())
    assert [one.case for one in found] == [nearer, further]
    assert selectors.mimics_of(case, among=Case.objects.exclude(pk=nearer.pk))[0].case == further


def test_two_cases_on_one_study_are_both_found(embedded):
    from cases.services import make_case

    case, other = embedded("case", 0), embedded("other", 20)
    twin = make_case(study=other.study, report=other.report, title="Again", published=True)
    found = selectors.neighbours_of(case, among=Case.objects.all())
    assert {one.case for one in found.cases} == {other, twin}


def test_only_vectors_of_the_serving_version_are_compared(embedded):
    case, other = embedded("case", 0), embedded("other", 20)
    old = ModelVersion.objects.create(
        name="older@1", state="retired", created_at=timezone.now()
    )
    services.record_embedding(study=case.study, model_version=old, vector=at(90))
    services.record_embedding(study=other.study, model_version=old, vector=at(90))
    (found,) = selectors.neighbours_of(case, among=Case.objects.all()).cases
    assert found.score == pytest.approx(np.cos(np.radians(20)), abs=1e-3)


def test_without_an_embedding_claims_rank_and_the_sentence_says_why(embedded, make_case, serving):
    case, other = make_case("case"), embedded("other", 20)
    every = Case.objects.all()

    def sentence() -> str:
        found = selectors.neighbours_of(case, among=every)
        assert (found.ranked_by, [one.case for one in found.cases]) == ("report_claims", [other])
        return found.sentence

    assert sentence() == selectors.NOT_SEEN
    services.record_clip(study=case.study, usable=False, sentence="It has no cine.")
    assert sentence() == selectors.NOT_USABLE
    case.study.clip.delete()
    subject = selectors.embedding_subject(case.study_id, serving)
    queue.ask(queue.EMBED_STUDY, subject)
    Work.objects.filter(subject=subject).update(state="failed")
    assert sentence() == selectors.NOT_USABLE
    ModelVersion.objects.all().delete()
    assert "not trained or not configured" in sentence()


def test_by_images_too_only_what_may_be_known_is_named(embedded, add_person, signed_in):
    fellow = signed_in(add_person("fellow"))
    case = embedded("first", 0, open=False)
    embedded("open", 20, title="An open reference")
    embedded("closed", 10, HCM, title="A closed answer", open=False)
    embedded("closed normal", 15, NORMAL, title="A closed normal", open=False)
    embedded("unpublished", 1, title="A draft answer", published=False)
    embedded("far", 60, title="A far answer", open=False)
    read = submit(fellow, case).json()
    answer = fellow.get(f"/api/reads/{read['id']}")
    neighbours = answer.json()["neighbours"]
    assert neighbours["ranked_by"] == "image_model"
    assert [(one["title"], one["role"]) for one in neighbours["cases"]] == [
        ("An open reference", "same_finding")
    ]
    # Two closed cases are nearer than the one that is named; the third is not.
    assert neighbours["hidden_count"] == 2
    body = json.dumps(answer.json())
    for secret in ("A closed", "A draft", "A far", "ypertrophi", "Normal study"):
        assert secret not in body


# --- texts -------------------------------------------------------------------------------------


def test_a_texts_vector_finds_cases_and_images_find_reports(embedded, serving):
    cases = [embedded(str(degrees), degrees) for degrees in (0, 30, 60)]
    for case, degrees in zip(cases, (40, 20, 5), strict=True):
        services.record_report_embedding(
            report=case.report, model_version=serving, vector=at(degrees)
        )
    every = Case.objects.all()
    by_text = selectors.cases_like_text(at(35), version=serving, among=every, at_most=2)
    assert [case for case, _ in by_text] == [cases[1], cases[2]]
    assert by_text[0][1] == pytest.approx(np.cos(np.radians(5)), abs=1e-3)
    reports = selectors.reports_like_images(cases[0], among=every)
    assert [report for report, _ in reports] == [one.report for one in reversed(cases)]
    fewer = selectors.reports_like_images(cases[0], among=every.exclude(pk=cases[2].pk))
    assert [report for report, _ in fewer] == [cases[1].report, cases[0].report]


# --- the index ---------------------------------------------------------------------------------


def library(programme, version: ModelVersion, vectors: np.ndarray) -> list[Study]:
    """A study with a case and an embedding a vector, without images."""
    now = timezone.now()
    studies = Study.objects.bulk_create(
        Study(programme=programme, study_instance_uid=f"1.2.{n}", label=str(n), imported_at=now)
        for n in range(len(vectors))
    )
    reports = Report.objects.bulk_create(
        Report(study=study, text=".", claims={"claims": []}, created_at=now) for study in studies
    )
    Case.objects.bulk_create(
        Case(
            programme=programme,
            study=study,
            report=report,
            number=number,
            title=str(number),
            # One in twenty is published.
            published=number % 20 == 0,
            created_at=now,
        )
        for number, (study, report) in enumerate(zip(studies, reports, strict=True))
    )
    Embedding.objects.bulk_create(
        Embedding(study=study, model_version=version, vector=vector.tolist(), made_at=now)
        for study, vector in zip(studies, vectors, strict=True)
    )
    return studies


@pytest.mark.django_db(transaction=True)
def test_a_filter_of_five_per_cent_returns_all_rows_asked_for(programme, serving, add_person):
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(1200, EMBEDDING_WIDTH))
    library(programme, serving, vectors)
    seen = cases_seen_by(add_person("fellow"))
    assert seen.count() == 60
    rows = selectors.studies_embedded(serving, among=seen)
    with transaction.atomic(), connection.cursor() as cursor:
        # A library of this size is searched without the index unless that is ruled out.
        cursor.execute("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off")
        found = nearest(rows, at(0), key="study_id", at_most=50)
        near = rows.annotate(distance=CosineDistance("vector", at(0))).order_by("distance")
        assert "embedding_by_cosine" in near[:50].explain()
        cursor.execute("SET LOCAL hnsw.iterative_scan = off; SET LOCAL hnsw.ef_search = 40")
        assert len(near[:50]) < 20, "the index returns enough even without walking on"
    assert len(found) == 50
    cosine = vectors[::20, 0] / np.linalg.norm(vectors[::20], axis=1)
    best = np.sort(cosine)[::-1]
    assert [score for _, score in found] == sorted((s for _, s in found), reverse=True)
    assert [score for _, score in found[:5]] == pytest.approx(best[:5].tolist(), abs=2e-3)


@pytest.mark.django_db(transaction=True)
def test_every_new_connection_searches_as_the_settings_say(serving, settings):
    connection.close()
    nearest(Embedding.objects.all(), at(0), key="pk", at_most=5)
    with connection.cursor() as cursor:
        for name, value in settings.VECTOR_SEARCH.items():
            cursor.execute(f"SHOW {name}")
            assert cursor.fetchone()[0] == value


def test_an_embedding_of_another_width_is_refused(make_case, serving):
    with pytest.raises(ValueError, match="512"):
        services.record_embedding(
            study=make_case().study, model_version=serving, vector=[1.0, 2.0]
        )


# --- model versions ----------------------------------------------------------------------------


def asked(version: ModelVersion) -> set[str]:
    waiting = Work.objects.filter(task=queue.EMBED_STUDY, state="waiting")
    ends = selectors.subjects_end(version)
    return {work.subject for work in waiting.filter(subject__endswith=ends)}


def embed(study: Study, version: ModelVersion) -> None:
    services.record_embedding(study=study, model_version=version, vector=at(0))
    subject = selectors.embedding_subject(study.pk, version)
    Work.objects.filter(subject=subject).update(state="done")


def test_the_old_version_serves_until_every_study_has_the_new_one(embedded, serving):
    one, two, bad = (embedded(seed, 0).study for seed in ("one", "two", "bad"))
    new = services.register_version(name="second@2")
    assert new.state == "building"
    assert asked(new) == {selectors.embedding_subject(study.pk, new) for study in (one, two, bad)}
    embed(one, new)
    assert not services.serve_if_complete(version=new)
    assert selectors.serving_version() == serving

    embed(two, new)
    Work.objects.filter(subject=selectors.embedding_subject(bad.pk, new)).update(state="failed")
    assert services.serve_if_complete(version=new)
    serving.refresh_from_db()
    assert (serving.state, selectors.serving_version()) == ("retired", new)
    assert new.served_at == serving.retired_at or new.served_at > serving.retired_at
    # Asked for again, what was given up is open again, and does not stop the serving version.
    services.ask_library(version=new, given_up_too=True)
    assert asked(new) == {selectors.embedding_subject(bad.pk, new)}


def test_going_back_needs_no_second_embedding(embedded, serving):
    study = embedded("one", 0).study
    new = services.register_version(name="second@2")
    embed(study, new)
    services.serve_if_complete(version=new)
    back = services.register_version(name=serving.name)
    assert (back.pk, asked(back)) == (serving.pk, set())
    assert services.serve_if_complete(version=back)
    assert selectors.serving_version() == serving
    assert services.forget_retired() == 1
    assert set(ModelVersion.objects.all()) == {serving}
    assert Embedding.objects.count() == 1


def test_a_version_that_another_overtakes_is_set_aside_with_its_work(embedded):
    embedded("one", 0)
    first, second = (services.register_version(name=name) for name in ("a@1", "b@1"))
    first.refresh_from_db()
    assert (first.state, asked(first), len(asked(second))) == ("retired", set(), 1)
    assert selectors.wanted_version() == second


def test_a_version_that_can_embed_nothing_never_serves(embedded, serving):
    study = embedded("one", 0).study
    new = services.register_version(name="second@2")
    Work.objects.filter(subject=selectors.embedding_subject(study.pk, new)).update(state="failed")
    assert not services.serve_if_complete(version=new)
    assert selectors.serving_version() == serving


def test_a_new_study_is_asked_for_once_and_only_where_a_model_is_known(make_case):
    study = make_case("one").study
    services.ask_embedding(study=study)
    assert not Work.objects.filter(task=queue.EMBED_STUDY).exists()
    version = services.register_version(name="a@1")
    services.ask_embedding(study=study)
    services.register_version(name="a@1")
    assert Work.objects.filter(task=queue.EMBED_STUDY).count() == 1
    assert asked(version) == {selectors.embedding_subject(study.pk, version)}


def test_the_command_asks_for_what_is_lacking_and_prints_how_far_it_is(embedded, make_case):
    study = make_case("one").study
    with pytest.raises(CommandError, match="CINEROUNDS_CHECKPOINT"):
        ModelVersion.objects.all().delete()
        call_command("embed_library")
    version = ModelVersion.objects.create(
        name="a@1", state="serving", created_at=timezone.now()
    )
    out = StringIO()
    call_command("embed_library", "--no-wait", stdout=out)
    assert "0 of 1 studies embedded, 1 to go, 0 given up" in out.getvalue()
    assert asked(version) == {selectors.embedding_subject(study.pk, version)}
    Work.objects.filter(task=queue.EMBED_STUDY).update(state="failed")
    call_command("embed_library", "--inspect", stdout=out)
    assert "0 to go, 1 given up" in out.getvalue()
    assert asked(version) == set()
    call_command("embed_library", "--no-wait", stdout=out)
    assert len(asked(version)) == 1
    embed(study, version)
    call_command("embed_library", stdout=out)
    assert out.getvalue().splitlines()[-1].endswith("1 of 1 studies embedded, 0 to go, 0 given up")
