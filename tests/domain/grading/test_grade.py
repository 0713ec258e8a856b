"""The rules of the grade, one by one, on texts."""

import pytest

from domain.findings import parse
from domain.grading import grade


def rows_of(report: str, read: str, opinion: dict[str, float] | None = None) -> dict:
    return {row.concept: row for row in grade(parse(report), parse(read), opinion or {}).rows}


@pytest.mark.parametrize(
    "text",
    [
        "Severely dilated LV, LVEF 24 %. Midwall LGE in the basal septum.",
        "Probable amyloidosis.",
        "Normal study.",
    ],
)
def test_an_identical_read_gives_exactly_100(text: str):
    assert grade(parse(text), parse(text)).score == 100.0


def test_nothing_to_grade_gives_no_score():
    found = grade(parse("Thank you for this referral."), parse("Nothing to say."))
    assert found.score is None and found.rows == ()


def test_rows_sum_to_the_score_and_the_cap_carries_the_rest():
    report = "Dilated LV, LVEF 30 %. Transmural LGE in the LAD territory. Apical thrombus."
    found = grade(parse(report), parse("Dilated LV, LVEF 31 %. Transmural LGE, LAD territory."))
    assert found.score is not None and found.raw is not None
    assert round(sum(row.points for row in found.rows), 6) == found.score
    raw = round(sum(row.points for row in found.rows if row.kind != "CAP"), 6)
    assert raw == found.raw
    assert found.score <= 60


REPORT = "Dilated LV, LVEF 32 %. No LGE."


def test_an_extra_that_the_model_sees_costs_nothing_and_goes_to_the_educator():
    read = f"{REPORT} Pericardial effusion."
    alone = grade(parse(REPORT), parse(read))
    seen = grade(parse(REPORT), parse(read), {"pericardial_effusion": 0.9})
    assert alone.score is not None and alone.score < 100
    assert seen.score == 100.0
    row = rows_of(REPORT, read, {"pericardial_effusion": 0.9})["pericardial_effusion"]
    assert row.may_be_omitted and "image model" in row.sentence
    half = grade(parse(REPORT), parse(read), {"pericardial_effusion": 0.65}).score
    assert half is not None and alone.score < half < 100
    assert grade(parse(REPORT), parse(read), {"pericardial_effusion": 0.1}).score == alone.score


def test_a_critical_extra_caps_unless_the_model_sees_it_too():
    read = f"{REPORT} LV thrombus."
    capped = grade(parse(REPORT), parse(read))
    assert capped.score is not None and capped.score <= 70
    assert not grade(parse(REPORT), parse(read), {"lv_thrombus": 0.9}).caps


def test_where_the_model_sides_with_the_read_the_penalty_stands_and_is_disputed():
    read = "Dilated LV, LVEF 32 %. Midwall LGE."
    alone = grade(parse(REPORT), parse(read)).score
    disputed = rows_of(REPORT, read, {"lge": 0.95})["lge"]
    assert disputed.kind == "FALSE" and disputed.disputed
    assert grade(parse(REPORT), parse(read), {"lge": 0.95}).score == alone
    assert not rows_of(REPORT, read, {"lge": 0.6})["lge"].disputed
    denied = rows_of(REPORT, "LV not dilated. LVEF 32 %.", {"lv_dilation": 0.1})["lv_dilation"]
    assert denied.kind == "WRONG-NEGATION" and denied.disputed


def test_the_models_agreement_is_a_number_of_its_own():
    found = grade(parse(REPORT), parse(REPORT), {"lge": 0.2, "lv_dilation": 0.3, "mass": 0.9})
    assert (found.agreed, found.compared) == (1, 2)
    assert found.score == 100.0


def test_an_override_gives_its_share_and_stands_above_rules_and_model():
    read = f"{REPORT} LV thrombus."
    plain = grade(parse(REPORT), parse(read))
    half = grade(parse(REPORT), parse(read), overrides={"lv_thrombus": 0.5})
    row = next(row for row in half.rows if row.concept == "lv_thrombus")
    assert row.overridden and row.kind == "EXTRA"
    assert row.points == pytest.approx(row.possible / 2, abs=0.01)
    assert plain.caps and not half.caps
    assert round(sum(row.points for row in half.rows), 6) == half.score
    harsh = grade(parse(REPORT), parse(REPORT), overrides={"lv_dilation": 0.0})
    assert harsh.score is not None and harsh.score < 100
    disputed = grade(parse(REPORT), parse(f"{REPORT} LGE."), {"lge": 0.9}, {"lge": 0.0})
    assert not any(row.disputed or row.may_be_omitted for row in disputed.rows)


def test_an_override_of_less_than_half_leaves_the_cap():
    report = "Dilated LV. Apical thrombus."
    assert grade(parse(report), parse("Dilated LV."), overrides={"lv_thrombus": 0.4}).caps


def test_an_invention_on_a_normal_study_costs_its_whole_weight():
    normal, silent = "Normal study. LVEF 62 %.", "LVEF 62 %."
    read = "LVEF 62 %. Pericardial effusion. Normal study."
    row = rows_of(normal, read)["pericardial_effusion"]
    assert row.kind == "EXTRA" and row.sentence.endswith("the report calls the study normal.")
    half = rows_of(silent, read)["pericardial_effusion"]
    assert "may have left it out" in half.sentence
    # The image model still excuses it, and a report that only implies normality denies nothing.
    seen = rows_of(normal, read, {"pericardial_effusion": 0.9})["pericardial_effusion"]
    assert seen.possible == 0 and seen.may_be_omitted and "image model" in seen.sentence
    implied = rows_of("LV not dilated. LVEF 62 %.", read)["pericardial_effusion"]
    assert "may have left it out" in implied.sentence
