"""Reports that several tests are graded against."""

REPORT = """FINDINGS: The left ventricle is dilated with severely reduced function, LVEF 26%.
No pericardial effusion. No LV thrombus.
IMPRESSION: Dilated left ventricle, LVEF 26%."""
NORMAL = """FINDINGS: Normal LV size, wall thickness and systolic function, LVEF 64%.
Normal right ventricle. No pericardial effusion.
IMPRESSION: Normal study."""
