"""Cases made through the real import, for tests that speak HTTP."""

from pathlib import Path

import pytest

from tests.dicom import write_cine

REPORT = """FINDINGS: The left ventricle is dilated with severely reduced function, LVEF 26%.
No pericardial effusion. No LV thrombus.
IMPRESSION: Dilated left ventricle, LVEF 26%."""
NORMAL = """FINDINGS: Normal LV size, wall thickness and systolic function, LVEF 64%.
Normal right ventricle. No pericardial effusion.
IMPRESSION: Normal study."""


@pytest.fixture
def import_cine(programme, tmp_path: Path):
    """import_cine(seed, report) -> the import of a small generated study."""
    from cases.importing import import_path

    def run(seed: str = "one", report: str = REPORT, in_programme=None):
        return import_path(
            source=write_cine(tmp_path / f"dicom-{seed}", seed=seed)[0].parent,
            programme=in_programme or programme,
            imported_by=None,
            report_text=report,
        )

    return run


@pytest.fixture
def make_case(import_cine):
    """make_case(seed, report, **fields) -> a published case on a small generated study."""
    from cases.services import make_case

    def make(seed: str = "one", report: str = REPORT, in_programme=None, **fields):
        imported = import_cine(seed, report, in_programme)
        fields = {"title": f"The answer to {seed}", "published": True} | fields
        return make_case(study=imported.study, report=imported.report, **fields)

    return make
