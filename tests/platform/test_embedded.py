"""The embedded PostgreSQL and Valkey: what they keep, what they refuse, what they leave alone."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.embedded import postgres as postgres_module
from config.embedded import process as process_module
from config.embedded.postgres import Postgres, start_postgres
from config.embedded.process import StartError, end_former, free_port, port_is_free, spawn, stop
from config.embedded.valkey import Valkey, start_valkey

PASSWORD = "a-password-for-tests"
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it as another user")


@pytest.fixture(scope="module")
def closed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that nobody else may enter, as under /root."""
    folder = tmp_path_factory.mktemp("closed")
    folder.chmod(0o700)
    return folder


@pytest.fixture(scope="module")
def database(closed_folder: Path) -> Iterator[Postgres]:
    server = start_postgres(
        closed_folder / "postgres", password=PASSWORD, log=closed_folder / "postgres.log"
    )
    yield server
    server.stop()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Valkey]:
    server = start_valkey(tmp_path / "valkey", password=PASSWORD, log=tmp_path / "valkey.log")
    yield server
    server.stop()


def ask(server: Postgres, query: str) -> object:
    with psycopg.connect(server.url, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
        return row and row[0]


def with_password(url: str, password: str) -> str:
    start, _, end = url.rpartition("@")
    return f"{start.rpartition(':')[0]}:{password}@{end}"


def test_the_database_is_durable_checked_and_has_vectors(database: Postgres) -> None:
    for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
        assert ask(database, f"SHOW {setting}") == "on", setting
    assert ask(database, "SELECT '[1,2,3]'::vector <-> '[1,2,4]'::vector") == 1.0
    assert ask(database, "SELECT '[1,2,3]'::halfvec(3)::text") == "[1,2,3]"
    assert ask(database, "SELECT lower('CŒUR ÉTROIT')") == "cœur étroit"


def test_folders_closed_to_others_stay_closed(database: Postgres, closed_folder: Path) -> None:
    assert stat.S_IMODE(closed_folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(database.data.stat().st_mode) == 0o700
    assert database.data == closed_folder.resolve() / "postgres" / "data"


@AS_ROOT
def test_root_runs_the_database_as_nobody(database: Postgres) -> None:
    status = Path(f"/proc/{database.process.pid}/status").read_text()
    owner = next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1]
    assert int(owner) == postgres_module._nobody()[0]
    assert database.data.stat().st_uid == int(owner)


def test_a_wrong_password_is_refused(database: Postgres) -> None:
    for password in ("wrong", ""):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(with_password(database.url, password), connect_timeout=5)
    query = "SELECT passwd FROM pg_shadow WHERE usename = 'cinerounds'"
    assert str(ask(database, query)).startswith("SCRAM-SHA-256$")


def test_it_listens_on_loopback_alone(database: Postgres) -> None:
    assert ask(database, "SHOW listen_addresses") == "127.0.0.1"
    assert ask(database, "SHOW unix_socket_directories") == ""


def test_the_password_stands_in_no_argument(database: Postgres, broker: Valkey) -> None:
    for server in (database, broker):
        arguments = Path(f"/proc/{server.process.pid}/cmdline").read_text()
        assert PASSWORD not in arguments


def test_committed_rows_survive_a_kill(tmp_path: Path) -> None:
    state, log = tmp_path / "postgres", tmp_path / "postgres.log"
    first = start_postgres(state, password=PASSWORD, log=log)
    with psycopg.connect(first.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (number int)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait()
    second = start_postgres(state, password=PASSWORD, log=log, port=first.port)
    try:
        assert second.url == first.url
        assert ask(second, "SELECT count(*) FROM kept") == 1000
        assert "automatic recovery in progress" in log.read_text()
    finally:
        second.stop()


def test_a_server_left_over_is_ended_before_a_second_one_starts(tmp_path: Path) -> None:
    state, log = tmp_path / "postgres", tmp_path / "postgres.log"
    first = start_postgres(state, password=PASSWORD, log=log, durable=False)
    second = start_postgres(state, password=PASSWORD, log=log, durable=False)
    try:
        assert first.process.wait(10) == 0
        assert ask(second, "SELECT 1") == 1
    finally:
        second.stop()


def test_a_start_cut_short_is_taken_up_again(tmp_path: Path) -> None:
    half_made = tmp_path / "postgres" / "data.partial"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    server = start_postgres(
        tmp_path / "postgres", password=PASSWORD, log=tmp_path / "log", durable=False
    )
    server.stop()
    assert not half_made.exists()


def test_another_password_than_the_kept_one_is_a_sentence(tmp_path: Path) -> None:
    state, log = tmp_path / "postgres", tmp_path / "postgres.log"
    start_postgres(state, password=PASSWORD, log=log, durable=False).stop()
    with pytest.raises(StartError, match="refuses the password kept in var/secrets"):
        start_postgres(state, password="another", log=log, durable=False)
    assert not (state / "data" / "postmaster.pid").exists()


def test_what_is_not_installed_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StartError, match="embedded PostgreSQL is not installed"):
        start_postgres(tmp_path / "postgres", password=PASSWORD, log=tmp_path / "log")
    with pytest.raises(StartError, match="No Valkey or Redis server is installed"):
        start_valkey(tmp_path / "valkey", password=PASSWORD, log=tmp_path / "log")


@AS_ROOT
def test_closed_binaries_are_copied_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Path(tempfile.mkdtemp(prefix="cinerounds-cache-"))
    cache.chmod(0o755)
    try:
        monkeypatch.setattr(postgres_module, "_CACHE", cache)
        monkeypatch.setattr(postgres_module, "_open_to_others", lambda binary: False)
        server = start_postgres(
            tmp_path / "postgres", password=PASSWORD, log=tmp_path / "log", durable=False
        )
        binary = os.readlink(f"/proc/{server.process.pid}/exe")
        server.stop()
        assert Path(binary).is_relative_to(cache)
        assert [path.name for path in cache.iterdir()] == ["postgresql-0.6.0"]
    finally:
        shutil.rmtree(cache)


def test_the_broker_keeps_what_it_was_told_and_forgets_nothing(broker: Valkey) -> None:
    with redis.Redis.from_url(broker.url) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        assert client.config_get("bind") == {"bind": "127.0.0.1"}


def test_the_broker_refuses_a_wrong_password(broker: Valkey) -> None:
    for password in ("wrong", ""):
        with (
            redis.Redis.from_url(with_password(broker.url, password)) as client,
            pytest.raises(redis.AuthenticationError),
        ):
            client.ping()


def test_written_messages_survive_a_kill_of_the_broker(tmp_path: Path, broker: Valkey) -> None:
    with redis.Redis.from_url(broker.url) as client:
        client.rpush("queue", *range(100))
        assert client.execute_command("WAITAOF", 1, 0, 5000)[0] == 1
    os.kill(broker.process.pid, signal.SIGKILL)
    broker.process.wait()
    again = start_valkey(
        tmp_path / "valkey", password=PASSWORD, log=tmp_path / "log", port=broker.port
    )
    try:
        with redis.Redis.from_url(again.url) as client:
            assert client.llen("queue") == 100
    finally:
        again.stop()


def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    parent = (
        "import pathlib, sys, time\n"
        "from config.embedded.process import spawn\n"
        f"child = spawn(['sleep', '600'], log=pathlib.Path({str(tmp_path / 'log')!r}))\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    running = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    child = int(running.stdout.readline())
    assert is_alive(child)
    running.kill()
    running.wait()
    deadline = time.monotonic() + 5
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(child)


def is_alive(pid: int) -> bool:
    """Whether the process exists and is more than a zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_stopping_ends_a_child_that_does_not_listen_and_its_own_children(tmp_path: Path) -> None:
    script = "trap '' TERM; sleep 600 & echo $! > child; wait; sleep 600"
    child = spawn(["sh", "-c", script], log=tmp_path / "log", cwd=tmp_path)
    while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text():
        time.sleep(0.02)
    grandchild = int((tmp_path / "child").read_text())
    stop(child, patience_seconds=0.3)
    assert child.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 5
    while is_alive(grandchild) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(grandchild)


def test_a_stale_number_ends_nothing_else(tmp_path: Path) -> None:
    innocent = spawn(["sleep", "600"], log=tmp_path / "log", cwd=Path("/"))
    try:
        pid_file = tmp_path / "postmaster.pid"
        pid_file.write_text(f"{innocent.pid}\n")
        end_former(pid_file, tmp_path, first=signal.SIGTERM)
        assert innocent.poll() is None
        assert not pid_file.exists()
    finally:
        stop(innocent)


def test_a_long_log_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_module, "_LOG_BYTES", 10)
    log = tmp_path / "log" / "web.log"
    for word in ("the first, long", "the second"):
        spawn(["echo", word], log=log).wait()
    assert log.read_text() == "the second\n"
    assert log.with_name("web.log.1").read_text() == "the first, long\n"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_taken_port_is_seen(broker: Valkey) -> None:
    assert not port_is_free(broker.port)
    assert port_is_free(free_port())
