"""Numbers mean what the reference values of a person's sex make of them."""

import pytest

from domain.body import body_surface_area
from domain.errors import InputError
from domain.findings import parse, person
from domain.findings.references import references
from domain.phantom.truth import LVEDVI_LIMIT, LVEF_LIMIT


def assertion(text: str, concept: str, *about) -> str | None:
    claim = parse(text, person(*about)).claim(concept)
    return claim.assertion if claim else None


@pytest.mark.parametrize(
    ("text", "about", "dilation"),
    [
        ("LVEDVi 104 mL/m2.", ("M",), "absent"),
        ("LVEDVi 106 mL/m2.", ("M",), "present"),
        ("LVEDVi 97 mL/m2.", ("F",), "present"),
        # Where the limits of men and women disagree and the sex is unknown, nothing follows.
        ("LVEDVi 100 mL/m2.", (), None),
        ("LVEDVi 106 mL/m2.", (), "present"),
        ("LVEDVi 90 mL/m2.", (), "absent"),
        ("LVEDV 230 mL.", ("M", 1.9), "present"),
        ("LVEDV 230 mL.", ("M", 2.4), "absent"),
        ("LVEDV 230 mL.", ("M",), None),
        # What the text itself says stands above the number.
        ("The LV is not dilated, LVEDVi 120 mL/m2.", ("M",), "absent"),
    ],
)
def test_volume_and_dilation(text, about, dilation):
    assert assertion(text, "lv_dilation", *about) == dilation


def test_mass_beyond_its_limit_is_hypertrophy_and_within_says_nothing():
    assert assertion("LV mass index 86 g/m2.", "lv_hypertrophy", "M") == "present"
    assert assertion("LV mass 170 g.", "lv_hypertrophy", "F", 1.7) == "present"
    assert assertion("LV mass index 70 g/m2.", "lv_hypertrophy", "M") is None


@pytest.mark.parametrize(
    ("lvef", "found"),
    [(50, ("absent", None)), (49, ("present", "mild")), (41, ("present", "mild")),
     (40, ("present", "moderate")), (30, ("present", "moderate")), (29, ("present", "severe"))],
)  # fmt: skip
def test_bands_of_lvef(lvef, found):
    claim = parse(f"LVEF {lvef} %.").claim("lv_dysfunction")
    assert claim is not None and (claim.assertion, claim.severity) == found and claim.derived


def test_the_phantom_keeps_to_the_same_limits():
    limits = references().limits["lvedvi"]
    assert {sex: round(limit) for sex, limit in limits.items()} == LVEDVI_LIMIT
    assert references().lvef_bands[0][0] == LVEF_LIMIT


def test_body_surface_area_by_mosteller():
    assert body_surface_area(1.80, 80.0) == pytest.approx(2.0)
    assert body_surface_area(None, 80.0) is None and body_surface_area(180.0, 80.0) is None


@pytest.mark.parametrize("about", [("X",), ("M", 19.0), ("", -1.0)])
def test_a_person_that_cannot_be_meant_is_refused(about):
    with pytest.raises(InputError):
        person(*about)
