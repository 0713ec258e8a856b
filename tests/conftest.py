"""What the tests share: the real studies, people, storage of their own."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dicom import write_cine
from tests.reports import REPORT

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data and references beside the project; skips where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared is absent: the data that this test reads is not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def real_data(shared: Path) -> Path:
    """The unpacked real studies and texts."""
    unpack = subprocess.run(
        [sys.executable, str(shared / "data" / "unpack")],
        capture_output=True,
        text=True,
        check=True,
    )
    return Path(unpack.stdout.strip().splitlines()[-1])


@pytest.fixture(autouse=True)
def own_storage(tmp_path: Path, settings) -> Iterator[Path]:
    """Every test stores and receives in a folder of its own."""
    settings.STORAGE_DIR = tmp_path / "storage"
    settings.INCOMING_DIR = tmp_path / "incoming"
    settings.DEIDENTIFICATION_KEY = "a key for tests alone, of good length"
    yield tmp_path / "storage"


@pytest.fixture
def programme(db):
    from people.models import Programme

    return Programme.objects.create(name=f"Programme {uuid.uuid4().hex[:8]}")


@pytest.fixture
def add_person(programme):
    """add_person(role) -> a user with that role in `programme`."""
    from people.services import add_person

    def add(role: str, in_programme=None):
        return add_person(
            programme=in_programme or programme,
            email=f"{role}-{uuid.uuid4().hex[:8]}@test.invalid",
            name=f"{role.title()} Invented",
            password="a long enough phrase",
            role=role,
        )

    return add


@pytest.fixture
def signed_in():
    """signed_in(user) -> an API client with that user's session, CSRF checks on."""
    from django.test import Client

    def sign_in(user):
        client = Client()
        client.force_login(user)
        return client

    return sign_in


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
