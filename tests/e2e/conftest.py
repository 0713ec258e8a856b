"""The built page in a real browser over real services: web, worker, database, broker."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from config.embedded.process import free_port

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def served(transactional_db, own_storage: Path, tmp_path: Path, settings) -> Iterator[str]:
    """The address of a real web process with a real worker on this test's database."""
    if not (ROOT / "frontend" / "dist" / "index.html").exists():
        pytest.skip("the front end is not built: ./run test builds it")
    # The browser driver runs an event loop in this thread; the ORM is used from it on purpose.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    port = free_port()
    name = connection.settings_dict["NAME"]
    environment = os.environ | {
        "DATABASE_URL": os.environ["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}",
        "CINEROUNDS_CHECKPOINT": "",
        "CINEROUNDS_STORAGE": str(own_storage),
        "CINEROUNDS_INCOMING": str(tmp_path / "incoming"),
        "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}",
    }
    commands = (
        ["uvicorn", "config.asgi:application", "--port", str(port), "--lifespan", "off"],
        ["celery", "-A", "workers.app", "worker", "-P", "threads", "-Q", "default,model"],
    )
    logs = [(tmp_path / f"{command[0]}.log").open("wb") for command in commands]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        for command, log in zip(commands, logs, strict=True)
    ]
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, Path(logs[0].name))
        yield address
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


def _wait(address: str, log: Path) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/api/session", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the web process does not answer: {log.read_text()[-2000:]}")


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[object]:
    """A real Chromium with a fresh profile; skips where there is none."""
    chromium = os.environ.get("CINEROUNDS_CHROMIUM")
    if not chromium:
        pytest.skip("no Chromium on this machine: browser tests need one (CINEROUNDS_CHROMIUM)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path / "profile"),
            executable_path=chromium,
            args=CHROMIUM_FLAGS,
            viewport={"width": 1440, "height": 900},
        )
        yield context
        context.close()
