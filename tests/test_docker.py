"""The images and the compose file say the same as the settings and the launcher."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.embedded.supervisor import commands

ROOT = Path(__file__).resolve().parents[1]
DOCKER = ROOT / "docker"
DOCKERFILES = sorted(DOCKER.glob("Dockerfile.*"))
OURS = ("migrate", "web", "worker", "model-worker", "model-worker-cuda", "beat")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    return loaded


def instructions(dockerfile: Path, name: str) -> list[str]:
    """The arguments of every instruction of that name, continued lines joined."""
    joined = dockerfile.read_text().replace("\\\n", "")
    return re.findall(rf"^{name} +(.+)$", joined, flags=re.MULTILINE)


def last_command(dockerfile: Path) -> str:
    words: list[str] = json.loads(instructions(dockerfile, "CMD")[-1])
    return " ".join(words)


@pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.name)
def test_images_are_pinned_checked_and_not_root(dockerfile: Path) -> None:
    for base in instructions(dockerfile, "FROM"):
        assert re.match(r"[a-z]+:\d+(\.\d+)?-(slim-bookworm|bookworm-slim)( AS \w+)?$", base), base
    assert instructions(dockerfile, "USER")[-1] == "10001:10001"
    assert len(instructions(dockerfile, "HEALTHCHECK")) == 1
    for sources in instructions(dockerfile, "COPY"):
        for source in sources.split()[:-1]:
            assert source.startswith(("--from=", "/")) or (ROOT / source).exists(), source


def test_there_are_three_images_and_only_workers_hold_torch() -> None:
    assert [path.suffix for path in DOCKERFILES] == [".web", ".worker-cpu", ".worker-cuda"]
    extras = {path.suffix: "[worker]" in path.read_text() for path in DOCKERFILES}
    assert extras == {".web": False, ".worker-cpu": True, ".worker-cuda": True}
    assert "COPY workers/" not in (DOCKER / "Dockerfile.web").read_text()


def test_containers_run_what_the_launcher_runs() -> None:
    local = {name: " ".join(words) for name, words in commands(8000).items()}
    web = last_command(DOCKER / "Dockerfile.web")
    for option in ("config.asgi:application", "--port 8000", "--no-access-log", "--lifespan off"):
        assert option in web
        assert option in local["web"]
    for suffix in ("cpu", "cuda"):
        dockerfile = DOCKER / f"Dockerfile.worker-{suffix}"
        (settings,) = instructions(dockerfile, "ENV")
        values = dict(re.findall(r"(CELERY_\w+)=(\w+)", settings))
        queue, pool = values["CELERY_QUEUE"], values["CELERY_POOL"]
        said = last_command(dockerfile).replace('"$CELERY_QUEUE', f'"{queue}')
        said = said.replace('"$CELERY_POOL', f'"{pool}').replace('"', "")
        name = {"default": "worker", "model": "model-worker"}[queue]
        ours = local[name].removeprefix(f"{sys.executable} -m ").split()
        assert sorted(said.removeprefix("sh -c exec ").split()) == sorted(ours)


def test_compose_sets_only_what_the_settings_read(compose: dict[str, Any]) -> None:
    sources = [*(ROOT / "platform" / "config").glob("*.py")]
    read = "".join(path.read_text() for path in sources)
    for name in compose["x-settings"]:
        assert f'"{name}"' in read, name


def test_compose_holds_together(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, service in services.items():
        for other in service.get("depends_on", {}):
            assert other in services
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in compose["volumes"]
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), name
        if name not in OURS:
            assert re.search(r":\d+\.\d+", service["image"]), service["image"]
    assert {name for name, service in services.items() if "build" in service} == set(OURS)
    for name in OURS:
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["environment"].items() >= compose["x-settings"].items()
        assert (ROOT / services[name]["build"]["dockerfile"]).exists()


def test_the_readme_names_every_value_that_has_to_be_set() -> None:
    required = set(re.findall(r"\$\{(\w+):\?", (DOCKER / "compose.yaml").read_text()))
    readme = (DOCKER / "README.md").read_text()
    assert {name for name in required if name not in readme} == set()
