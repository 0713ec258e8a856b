"""The whole job with the real Siemens study, in the browser: an educator imports it and makes the
case, a fellow reads it, a director sees the read.

CINEROUNDS_SCREENSHOTS, where set, names a folder for pictures of every page at both sizes.
"""

import os
import re
import time
from pathlib import Path

import pytest

from cases.models import Case
from people.services import make_cohort
from reads.models import Grade, Read
from similar.models import Embedding
from tests.faults.test_worker_killed import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.real_data]
READ = (
    "Normal LV size, wall thickness and systolic function, LVEF 62%. No regional wall motion "
    "abnormality. Normal RV size and function. No pericardial effusion. Normal study."
)
DESKTOP, TABLET = (1440, 900), (1024, 768)


def sign_in(page, address: str, user) -> None:
    page.goto(address)
    page.get_by_label("Email").fill(user.email)
    page.get_by_role("textbox", name="Password").fill("a long enough phrase")
    page.get_by_role("button", name="Sign in").click()


def sign_out(page, address: str) -> None:
    page.context.clear_cookies()
    page.goto(address)
    page.get_by_label("Email").wait_for()


def show(page, name: str, *, whole: bool = True) -> None:
    """A picture of the page at both sizes, where somebody wants one."""
    folder = os.environ.get("CINEROUNDS_SCREENSHOTS")
    if not folder:
        return
    for width, height in (TABLET, DESKTOP):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(700)
        page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=whole)


def panes(page) -> list[dict[str, str]]:
    """What each pane says it shows."""
    return page.eval_on_selector_all(
        "[data-phase-index]",
        "nodes => nodes.map(n => ({view: n.dataset.view, slice: n.dataset.sliceIndex, "
        "phase: n.dataset.phaseIndex, playing: n.dataset.playing}))",
    )


def import_siemens(page, address: str, folder: Path) -> Case:
    """As an educator: the folder's files and the report go in, a published case comes out."""
    page.get_by_role("link", name="Import a study").first.click()
    files = sorted(path for path in (folder / "dicom").rglob("*") if path.is_file())
    assert len(files) == 275
    page.get_by_test_id("file-input").set_input_files([str(path) for path in files])
    page.get_by_label("Report").fill((folder / "report.txt").read_text())
    show(page, "import-chosen")
    page.get_by_test_id("start-import").click()
    stored = page.locator('[data-testid="import-result"][data-state="stored"]')
    stored.wait_for(timeout=120_000)
    assert "275" in stored.inner_text()
    show(page, "import-stored")
    stored.get_by_role("link", name="Open the study").click()
    page.get_by_role("heading", name="Stacks").wait_for()
    show(page, "study")
    page.get_by_label("Teaching title").fill("Normal volunteer")
    page.get_by_label("History shown before the read").fill("Exclude cardiomyopathy.")
    page.get_by_test_id("make-case").click()
    page.get_by_text("published", exact=True).wait_for()
    return Case.objects.get()


def watch_the_cine(page) -> None:
    """Phases move, slices hold."""
    page.locator('[data-phase-index][data-playing="true"]').nth(3).wait_for(timeout=60_000)
    before = panes(page)
    seen = {before[0]["phase"]}
    for _ in range(40):
        time.sleep(0.05)
        now = panes(page)
        seen.add(now[0]["phase"])
        assert [p["slice"] for p in now] == [p["slice"] for p in before]
    assert len(seen) >= 5, f"the phase did not move: {seen}"
    assert {"lax4", "lax3", "lax2", "sax"} <= {p["view"] for p in before}


def write_and_submit(page) -> None:
    """The draft saves itself and survives a reload; two presses make one read."""
    page.get_by_test_id("read-text").fill(READ)
    page.wait_for_selector('[data-testid="save-state"][data-state="saved"]', timeout=15_000)
    show(page, "reading", whole=False)
    page.reload()
    page.get_by_test_id("read-text").wait_for()
    assert page.get_by_test_id("read-text").input_value() == READ
    page.get_by_test_id("submit-read").click()
    show(page, "submit", whole=False)
    page.get_by_test_id("confirm-submit").dblclick()
    page.wait_for_url(re.compile(r"/reads/"), timeout=30_000)
    page.reload()


def check_feedback(page) -> None:
    page.get_by_test_id("grade-rows").wait_for(timeout=30_000)
    points = page.eval_on_selector_all(
        "[data-points]", "nodes => nodes.map(n => Number(n.dataset.points))"
    )
    grade = Grade.objects.get()
    assert Read.objects.count() == 1
    assert round(sum(points), 6) == round(grade.score, 6)
    assert grade.score > 70  # the volumes of the report were left out
    assert "Normal volunteer" in page.content()
    wait_for(Embedding.objects.exists, 120, "the model worker has not embedded the study")
    page.reload()
    page.get_by_text("Ranked by the image model").wait_for(timeout=30_000)
    assert "computer-drawn hearts alone" in page.content()
    show(page, "feedback")


def test_the_whole_job_with_the_siemens_study(served, real_data, programme, add_person, browser):
    educator, fellow, director = map(add_person, ("educator", "fellow", "director"))
    make_cohort(programme=programme, name="Autumn intake", fellows=[fellow])
    page = browser.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))

    sign_in(page, served, educator)
    case = import_siemens(page, served, real_data / "cmr" / "siemens_vida")

    sign_out(page, served)
    sign_in(page, served, fellow)
    page.get_by_test_id("next-case").wait_for()
    show(page, "home")
    page.goto(f"{served}/cases/{case.pk}")
    page.get_by_role("heading", name=f"Unknown {case.number:02d}").wait_for()
    assert "Normal volunteer" not in page.content()
    watch_the_cine(page)
    write_and_submit(page)
    check_feedback(page)
    page.goto(f"{served}/progress")
    page.get_by_test_id("progress-findings").wait_for()
    assert "LV systolic dysfunction" in page.content()
    show(page, "progress")

    sign_out(page, served)
    sign_in(page, served, director)
    page.get_by_role("link", name="Cohorts").first.click()
    page.get_by_role("link", name="Autumn intake").click()
    page.get_by_text(fellow.name).first.wait_for()
    page.get_by_test_id("cohort-reads").get_by_text(re.compile(r"\d+ of 100")).wait_for()
    show(page, "cohort")
    assert problems == []
