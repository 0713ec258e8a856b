"""What is called normal, and of which chamber."""

import pytest

from domain.findings import parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The left ventricle is normal in size.", {"lv_dilation": "absent"}),
        ("The RV is normal in size and function.",
         {"rv_dilation": "absent", "rv_dysfunction": "absent"}),
        ("The ascending aorta is normal in size.", {"aortic_dilation": "absent"}),
        ("LV systolic function is normal.", {"lv_dysfunction": "absent"}),
        ("Left ventricle: Systolic function is normal.", {"lv_dysfunction": "absent"}),
        ("LV dilated. LGE is normal.", {"lv_dilation": "present", "lge": "absent"}),
        ("No late gadolinium enhancement.", {"lge": "absent"}),
        ("No gadolinium was given.", {}),
    ],
)  # fmt: skip
def test_normal(text: str, expected: dict[str, str]):
    found = {claim.concept: claim.assertion for claim in parse(text).claims if not claim.derived}
    assert found == expected
