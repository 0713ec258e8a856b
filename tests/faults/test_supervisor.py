"""The supervisor over the real project: starts, refusals, kills, restarts and a clean end."""

import contextlib
import http.client
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from config.embedded import supervisor as supervisor_module
from config.embedded.process import StartError, free_port
from config.embedded.supervisor import Supervisor, check_room, hold_lock

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("worker", "model-worker", "beat", "web")
OURS = ("CINEROUNDS_", "DJANGO_", "DATABASE_URL", "REDIS_URL", "PYTEST_")


@dataclass
class Running:
    """A supervisor in a process of its own, its state folder, port and output."""

    process: subprocess.Popen[str]
    var: Path
    port: int
    output: Path

    def printed(self) -> str:
        return self.output.read_text()

    def services(self) -> dict[str, str]:
        lines = (self.var / "services.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)


def environment() -> dict[str, str]:
    """That of a person at a terminal: without what the test run has put there."""
    return {key: value for key, value in os.environ.items() if not key.startswith(OURS)}


def start(var: Path, port: int, output: Path) -> Running:
    command = [sys.executable, "-m", "config.embedded.supervisor", "--no-demo"]
    with output.open("w") as out:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--var", str(var)],
            cwd=ROOT,
            env=environment(),
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )
    return Running(process, var, port, output)


def until(
    condition: Callable[[], object], *, seconds: float = 90, about: Callable[[], str]
) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, about()
        time.sleep(0.1)


def session_status(port: int) -> int | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/api/session")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def until_served(running: Running) -> None:
    address = f"http://127.0.0.1:{running.port}"
    until(lambda: address in running.printed(), about=running.printed)
    assert session_status(running.port) == 200


def left(var: Path) -> dict[int, str]:
    """Living processes that were started for `var`: they name it, or work inside it."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = f"CINEROUNDS_VAR={var}".encode() in (folder / "environ").read_bytes()
            inside = os.readlink(folder / "cwd").startswith(str(var))
            arguments = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if arguments and (told or inside) and int(folder.name) != os.getpid():
            found[int(folder.name)] = arguments
    return found


def pid_of(running: Running, words: str) -> int | None:
    """The child of the supervisor whose command holds `words`."""
    children = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children")
    for child in children.read_text().split():
        arguments = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        if words in arguments:
            return int(child)
    return None


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("supervised")
    started = start(folder / "var", free_port(), folder / "output")
    try:
        until_served(started)
        yield started
    finally:
        started.process.terminate()
        started.process.wait(30)


def test_it_says_what_it_does_with_the_seconds(running: Running) -> None:
    lines = running.printed().splitlines()
    assert all(line.startswith("[") for line in lines[:4]), lines
    for stage in ("postgres", "valkey", "database up to date", "workers and web"):
        assert any(stage in line for line in lines), stage


def test_secrets_and_addresses_are_for_this_user_alone(running: Running) -> None:
    private = [running.var / "services.env", *(running.var / "secrets").iterdir()]
    assert len(private) == 5
    for path in private:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert path.read_text().strip()
    assert stat.S_IMODE(running.var.stat().st_mode) == 0o700


def test_a_second_start_on_the_same_state_names_the_first(running: Running, tmp_path: Path) -> None:
    second = start(running.var, free_port(), tmp_path / "output")
    assert second.process.wait(30) == 1
    address = f"http://127.0.0.1:{running.port}"
    assert second.printed() == f"CineRounds already runs on {running.var}: {address}\n"
    assert (running.var / "services.env").exists()
    assert session_status(running.port) == 200


def test_a_port_in_use_is_one_sentence_before_any_work(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = start(tmp_path / "var", port, tmp_path / "output")
        assert refused.process.wait(30) == 1
    assert refused.printed() == (
        f"Port {port} is in use. Stop what listens there, or start with --port {port + 1}.\n"
    )
    assert sorted(path.name for path in (tmp_path / "var").iterdir()) == ["lock"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("web", "uvicorn"), ("worker", "-Q default"), ("model-worker", "-Q model"), ("beat", " beat")],
)
def test_a_killed_part_is_started_again(running: Running, name: str, words: str) -> None:
    before = pid_of(running, words)
    assert before is not None
    os.kill(before, signal.SIGKILL)
    until(lambda: pid_of(running, words) not in {None, before}, about=running.printed)
    assert f"{name} ended with -9; starting it again" in running.printed()
    until(lambda: session_status(running.port) == 200, about=running.printed)


@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_a_killed_service_comes_back_at_its_address(running: Running, name: str) -> None:
    words = {"postgres": "bin/postgres", "valkey": "valkey-server"}[name]
    addresses = running.services()
    before = pid_of(running, words)
    assert before is not None
    os.kill(before, signal.SIGKILL)
    until(lambda: pid_of(running, words) not in {None, before}, about=running.printed)
    assert running.services() == addresses
    until(lambda: session_status(running.port) == 200, about=running.printed)


def test_a_kill_of_the_supervisor_ends_everything_and_keeps_the_data(tmp_path: Path) -> None:
    first = start(tmp_path / "var", free_port(), tmp_path / "first")
    until_served(first)
    with psycopg.connect(first.services()["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    first.process.kill()
    first.process.wait()
    # At once: what is still ending must not stand in the way.
    second = start(tmp_path / "var", free_port(), tmp_path / "second")
    until_served(second)
    with psycopg.connect(second.services()["DATABASE_URL"]) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    assert len([line for line in left(first.var).values() if "uvicorn" in line]) == 1

    second.process.send_signal(signal.SIGINT)
    began = time.monotonic()
    assert second.process.wait(30) == 0, second.printed()
    assert time.monotonic() - began < 10
    assert left(second.var) == {}
    assert second.printed().splitlines()[-1].endswith("stopped")
    assert not (second.var / "services.env").exists()


def test_a_stop_in_the_middle_of_starting_leaves_nothing(tmp_path: Path) -> None:
    started = start(tmp_path / "var", free_port(), tmp_path / "output")
    until(lambda: "database up to date" in started.printed(), about=started.printed)
    started.process.terminate()
    assert started.process.wait(90) == 0
    assert "Traceback" not in started.printed()
    assert left(started.var) == {}


def test_a_stop_that_python_ignores_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor_module, "_asked_to_stop", threading.Event())
    supervisor_module.stop_if_asked()
    with contextlib.suppress(KeyboardInterrupt):
        supervisor_module._interrupt(signal.SIGTERM, None)
    with pytest.raises(KeyboardInterrupt):
        supervisor_module.stop_if_asked()


def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    full = usage(10**12, 10**12 - 5_000_000, 5_000_000)
    monkeypatch.setattr(supervisor_module.shutil, "disk_usage", lambda path: full)
    with pytest.raises(StartError, match=r"has 5 MB free and about 1,000 MB are needed"):
        check_room(tmp_path)


def test_the_lock_is_free_again_when_its_holder_is_gone(tmp_path: Path) -> None:
    with hold_lock(tmp_path, 8000), pytest.raises(StartError, match="already runs on"):
        hold_lock(tmp_path, 8001)
    with hold_lock(tmp_path, 8001):
        assert (tmp_path / "lock").read_text() == "http://127.0.0.1:8001"


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    first = Supervisor(tmp_path, 8000).secret("django")
    assert len(first) == 64
    assert Supervisor(tmp_path, 8000).secret("django") == first
    assert Supervisor(tmp_path, 8000).secret("valkey") != first


def test_the_wait_before_another_try_grows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    supervisor = Supervisor(tmp_path, 8000)
    part = supervisor_module.Part("worker", lambda: subprocess.Popen(["false"]))
    supervisor.workers.append(part)
    supervisor._begin(part)
    until(lambda: (supervisor.look_after(), part.failures >= 3)[1], seconds=20, about=lambda: "")
    waits = [line.rpartition(" in ")[2] for line in capsys.readouterr().out.splitlines()]
    assert waits[:3] == ["0.2 s", "0.4 s", "0.8 s"]
