"""A pytest plugin: real PostgreSQL and Valkey for the run, before Django reads its settings.

Where DATABASE_URL and REDIS_URL are set already, those services are used instead. The addresses
go into the environment, so that child processes of the tests (workers, servers, xdist) meet the
same services.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from config.embedded.postgres import start_postgres
from config.embedded.process import StartError
from config.embedded.valkey import start_valkey


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Starts what the environment does not name, and stops it when the run ends."""
    os.environ.setdefault("DJANGO_SECRET_KEY", "a key for tests alone")
    os.environ.setdefault(
        "CINEROUNDS_DEIDENTIFICATION_KEY", "a key for tests alone, of good length"
    )
    # Tests that need a model say which.
    os.environ.setdefault("CINEROUNDS_CHECKPOINT", "none")
    state = Path(tempfile.mkdtemp(prefix="cinerounds-test-"))
    early_config.add_cleanup(lambda: shutil.rmtree(state, ignore_errors=True))
    os.environ["CINEROUNDS_VAR"] = str(state)
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        # Started by the controller; each worker has a database of its own in both services.
        os.environ["REDIS_URL"] = _numbered(os.environ["REDIS_URL"], int(worker[2:]) + 1)
        return (yield)
    try:
        _start_services(early_config, state)
    except StartError as error:
        raise pytest.UsageError(f"The services of the tests did not start. {error}") from error
    return (yield)


def _start_services(config: pytest.Config, state: Path) -> None:
    password = "only-for-tests"
    if not os.environ.get("DATABASE_URL"):
        postgres = start_postgres(
            state / "postgres", password=password, log=state / "postgres.log", durable=False
        )
        config.add_cleanup(postgres.stop)
        os.environ["DATABASE_URL"] = postgres.url
    if not os.environ.get("REDIS_URL"):
        valkey = start_valkey(state / "valkey", password=password, log=state / "valkey.log")
        config.add_cleanup(valkey.stop)
        os.environ["REDIS_URL"] = valkey.url


def _numbered(url: str, database: int) -> str:
    """`url` with another database number; the broker has 64."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database % 64}"))
