"""The whole job with the real Siemens study, as a fellow does it in the browser."""

import re
import time
from pathlib import Path

import pytest

from cases.importing import import_path
from cases.services import make_case
from reads.models import Grade, Read

pytestmark = [pytest.mark.browser, pytest.mark.real_data]
READ = (
    "Normal LV size, wall thickness and systolic function, LVEF 62%. No regional wall motion "
    "abnormality. Normal RV size and function. No pericardial effusion. Normal study."
)


def sign_in(page, address: str, user) -> None:
    page.goto(address)
    page.get_by_label("Email").fill(user.email)
    page.get_by_role("textbox", name="Password").fill("a long enough phrase")
    page.get_by_role("button", name="Sign in").click()


@pytest.fixture
def siemens(programme, real_data: Path, own_storage: Path):
    folder = real_data / "cmr" / "siemens_vida"
    imported = import_path(
        source=folder / "dicom",
        programme=programme,
        imported_by=None,
        report_text=(folder / "report.txt").read_text(),
        label="Siemens",
    )
    assert imported.report is not None
    return make_case(
        study=imported.study,
        report=imported.report,
        title="Normal volunteer",
        history="Exclude cardiomyopathy.",
        published=True,
    )


def panes(page) -> list[dict[str, str]]:
    """What each pane says it shows."""
    return page.eval_on_selector_all(
        "[data-phase-index]",
        "nodes => nodes.map(n => ({view: n.dataset.view, slice: n.dataset.sliceIndex, "
        "phase: n.dataset.phaseIndex, playing: n.dataset.playing}))",
    )


def test_a_fellow_reads_the_siemens_study(served, siemens, add_person, browser, tmp_path):
    fellow = add_person("fellow")
    page = browser.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    sign_in(page, served, fellow)

    page.get_by_test_id("next-case").wait_for()
    page.goto(f"{served}/cases/{siemens.pk}")
    page.get_by_role("heading", name=f"Unknown {siemens.number:02d}").wait_for()
    assert "Normal volunteer" not in page.content()

    # Phases move, slices hold.
    playing = page.locator('[data-phase-index][data-playing="true"]')
    playing.nth(3).wait_for(timeout=60_000)
    before = panes(page)
    seen = {before[0]["phase"]}
    for _ in range(40):
        time.sleep(0.05)
        now = panes(page)
        seen.add(now[0]["phase"])
        assert [p["slice"] for p in now] == [p["slice"] for p in before]
    assert len(seen) >= 5, f"the phase did not move: {seen}"
    assert {"lax4", "lax3", "lax2", "sax"} <= {p["view"] for p in before}
    page.screenshot(path=str(tmp_path / "reading.png"))

    # The draft saves itself and survives a reload.
    page.get_by_test_id("read-text").fill(READ)
    page.wait_for_selector('[data-testid="save-state"][data-state="saved"]', timeout=15_000)
    page.reload()
    page.get_by_test_id("read-text").wait_for()
    assert page.get_by_test_id("read-text").input_value() == READ

    # Two presses, one read.
    page.get_by_test_id("submit-read").click()
    page.get_by_test_id("confirm-submit").dblclick()
    page.wait_for_url(re.compile(r"/reads/"), timeout=30_000)
    page.reload()

    page.get_by_test_id("grade-rows").wait_for(timeout=30_000)
    points = page.eval_on_selector_all(
        "[data-points]", "nodes => nodes.map(n => Number(n.dataset.points))"
    )
    grade = Grade.objects.get()
    assert Read.objects.count() == 1
    assert round(sum(points), 6) == round(grade.score, 6)
    assert grade.score > 70  # the volumes of the report were left out
    content = page.content()
    assert "Normal volunteer" in content
    assert "not trained" in content
    page.screenshot(path=str(tmp_path / "feedback.png"), full_page=True)

    page.goto(f"{served}/progress")
    page.get_by_test_id("progress-findings").wait_for()
    assert "LV systolic dysfunction" in page.content()
    assert problems == []
