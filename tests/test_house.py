"""The rules of the house that a linter does not know."""

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = [path for path in (ROOT / "platform").iterdir() if (path / "__init__.py").exists()]


def run_python(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments, "-c", code] if not arguments else [sys.executable, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_platform_is_the_standard_librarys_in_this_process():
    import platform

    assert not (ROOT / "platform" / "__init__.py").exists()
    assert platform.python_version() == sys.version.split()[0]


def test_platform_is_the_standard_librarys_under_manage_py():
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", "import platform; print(platform.system())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert "Linux" in done.stdout, done.stderr


def test_platform_is_the_standard_librarys_under_celery():
    code = (
        "import workers.app, platform; "
        "assert platform.system() == 'Linux', platform; print(platform.__file__)"
    )
    assert "platform.py" in run_python(code)


def test_every_package_is_under_the_layers_contract():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = set(contracts["contracts"][0]["layers"])
    assert {path.name for path in PACKAGES} == layers
    assert set(contracts["root_packages"]) == layers | {"workers"}


def test_the_import_contracts_hold():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}"},
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_web_process_never_imports_torch():
    code = (
        "import sys, config.asgi, config.urls; "
        "assert 'torch' not in sys.modules; "
        "assert not any(name.startswith('workers') for name in sys.modules)"
    )
    run_python(code)


def test_every_queue_name_is_a_registered_task_and_every_task_has_a_queue():
    from common.queue import SWEEP, TASKS
    from workers.app import app

    app.loader.import_default_modules()
    registered = {name for name in app.tasks if not name.startswith("celery.")}
    assert registered == set(TASKS) | {SWEEP}
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert scheduled <= registered


def test_every_lease_is_shorter_than_the_hard_limit():
    from common.broker import HARD_LIMIT_SECONDS
    from common.queue import TASKS

    assert all(0 < task.lease_seconds <= HARD_LIMIT_SECONDS for task in TASKS.values())
    assert all(1 <= task.attempt_cap <= 10 for task in TASKS.values())


def test_every_api_route_asks_who_is_there():
    from django.urls import get_resolver
    from rest_framework.permissions import AllowAny

    open_routes = []
    for pattern in _patterns(get_resolver().url_patterns):
        view = getattr(pattern.callback, "view_class", None)
        if view is not None and AllowAny in getattr(view, "permission_classes", []):
            open_routes.append(view.__name__)
    assert open_routes == ["SessionView"]


def _patterns(patterns):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _patterns(pattern.url_patterns)
        else:
            yield pattern


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_no_signals_and_no_send_before_commit(package: Path):
    for path in package.rglob("*.py"):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                assert not node.module.startswith("django.dispatch"), path
                assert node.module != "django.db.models.signals", path
            if isinstance(node, ast.Attribute) and node.attr in {"delay", "apply_async"}:
                pytest.fail(f"{path} sends past common.queue")


def test_the_migrations_say_what_the_models_say():
    done = subprocess.run(
        [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_written_api_is_the_served_one(tmp_path: Path):
    written = ROOT / "frontend" / "openapi.json"
    fresh = tmp_path / "openapi.json"
    done = subprocess.run(
        [sys.executable, "manage.py", "spectacular", "--format", "openapi-json",
         "--fail-on-warn", "--file", str(fresh)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert fresh.read_text() == written.read_text(), (
        "Run: python manage.py spectacular --format openapi-json --file frontend/openapi.json "
        "and npm run api in frontend/"
    )
