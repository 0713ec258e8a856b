"""Runs everything on one machine: database, broker, migrations, demo library, workers, web.

Started in that order and stopped in reverse. A part that ends is started again, later each time;
parts die with the supervisor. A lock on the state folder refuses a second start on it.

    python -m config.embedded.supervisor --port 8000
"""

import argparse
import errno
import fcntl
import http.client
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NoReturn, Protocol

from config.embedded.postgres import start_postgres
from config.embedded.process import StartError, port_is_free, spawn, stop, tail
from config.embedded.valkey import start_valkey

ROOT = Path(__file__).resolve().parents[3]
NEEDED_BYTES = 1_000_000_000
STEADY_SECONDS = 30
LONGEST_WAIT_SECONDS = 30.0
SERVED_SECONDS = 120


class Server(Protocol):
    """An embedded service: its process, port and URL, and its own way to stop."""

    process: subprocess.Popen[bytes]
    port: int
    url: str

    def stop(self) -> None: ...


@dataclass
class Part:
    """A process that is kept running, and when to try it again."""

    name: str
    begin: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    failures: int = 0
    again_at: float = 0.0


@dataclass
class Supervisor:
    """What runs, in the order it was started, and the environment that all of it shares."""

    var: Path
    port: int
    began: float = field(
        default_factory=lambda: float(os.environ.get("CINEROUNDS_BEGAN") or time.monotonic())
    )
    services: list[tuple[Part, Server]] = field(default_factory=list)
    workers: list[Part] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=lambda: {**os.environ, "PYTHONUNBUFFERED": "1"})

    def say(self, sentence: str) -> None:
        """One line of progress, with the seconds since the start."""
        print(f"[{time.monotonic() - self.began:5.1f} s] {sentence}", flush=True)

    def log(self, name: str) -> Path:
        return self.var / "log" / f"{name}.log"

    def secret(self, name: str) -> str:
        """A secret made once and kept in var/secrets, readable by this user alone."""
        path = self.var / "secrets" / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            # Renamed into place: a half-written secret would lock the database for good.
            partial = path.with_name(f"{name}.partial")
            partial.unlink(missing_ok=True)
            partial.touch(mode=0o600)
            partial.write_text(secrets.token_hex(32))
            partial.rename(path)
        return path.read_text()

    def start_services(self) -> None:
        """The embedded services, where the environment names no others; writes services.env."""
        env = {
            "CINEROUNDS_VAR": str(self.var),
            "CINEROUNDS_STORAGE": os.environ.get("CINEROUNDS_STORAGE") or str(self.var / "storage"),
        }
        kinds: tuple[tuple[str, str, Callable[..., Server]], ...] = (
            ("DATABASE_URL", "postgres", start_postgres),
            ("REDIS_URL", "valkey", start_valkey),
        )
        for key, name, start in kinds:
            if os.environ.get(key):
                self.say(f"using the {name} that {key} names")
                continue
            self.say(f"starting {name}")
            env[key] = self._start_service(name, start).url
        for key, name in (
            ("DJANGO_SECRET_KEY", "django"),
            ("CINEROUNDS_DEIDENTIFICATION_KEY", "deidentification"),
        ):
            env[key] = os.environ.get(key) or self.secret(name)
        self.env |= env
        self._services_file().unlink(missing_ok=True)
        self._services_file().touch(mode=0o600)
        self._services_file().write_text("".join(f"{key}={env[key]}\n" for key in env))

    def _services_file(self) -> Path:
        """Read by the settings, so that manage.py in a second terminal meets these services."""
        return self.var / "services.env"

    def _start_service(self, name: str, start: Callable[..., Server]) -> Server:
        def begin(port: int | None = None) -> Server:
            return start(self.var / name, password=self.secret(name), log=self.log(name), port=port)

        server = begin()
        # Again on the same port, because everything else holds its address.
        part = Part(name, lambda: begin(server.port).process, server.process, time.monotonic())
        self.services.append((part, server))
        return server

    def manage(self, *arguments: str, quiet: bool = False) -> str:
        """Runs a Django command to its end; its lines appear as they come, or are returned.

        Raises StartError where it fails.
        """
        command = [sys.executable, ROOT / "manage.py", *arguments]
        log = subprocess.PIPE if quiet else None
        running = spawn(command, log=log, env=self.env, cwd=ROOT)
        try:
            output, _ = running.communicate()
        except BaseException:
            stop(running, first=signal.SIGKILL)
            raise
        if running.returncode != 0:
            raise StartError(f"`manage.py {' '.join(arguments)}` failed; see the lines above.")
        return (output or b"").decode()

    def start_workers(self) -> None:
        for name, command in commands(self.port).items():
            part = Part(name, lambda name=name, command=command: self._spawn(name, command))
            self.workers.append(part)
            self._begin(part)

    def _spawn(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        return spawn(command, log=self.log(name), env=self.env, cwd=ROOT)

    def _begin(self, part: Part) -> None:
        part.process, part.began = part.begin(), time.monotonic()

    def look_after(self) -> None:
        """Starts again what has ended; the wait doubles until a part has run steadily."""
        for part in [*(part for part, _ in self.services), *self.workers]:
            now = time.monotonic()
            if part.process is None:
                if now >= part.again_at:
                    self._try_again(part)
            elif part.process.poll() is None:
                if now - part.began > STEADY_SECONDS:
                    part.failures = 0
            else:
                stop(part.process)  # what it left behind in its process group
                self._wait(part, f"ended with {part.process.returncode}")

    def _try_again(self, part: Part) -> None:
        try:
            self._begin(part)
        except (StartError, OSError) as error:
            self._wait(part, f"does not start: {error}")
        for known, server in self.services:
            if known is part and part.process is not None:
                server.process = part.process

    def _wait(self, part: Part, reason: str) -> None:
        seconds = min(0.2 * 2**part.failures, LONGEST_WAIT_SECONDS)
        part.process, part.again_at = None, time.monotonic() + seconds
        part.failures += 1
        self.say(f"{part.name} {reason}; starting it again in {seconds:.1f} s")

    def wait_until_served(self) -> None:
        """Until the web process answers with anything but an error of its own."""
        deadline = time.monotonic() + SERVED_SECONDS
        while time.monotonic() < deadline:
            self.look_after()
            if answers(self.port):
                return
            time.sleep(0.05)
        log = self.log("web")
        raise StartError(f"The web process does not answer. {log} ends with:\n{tail(log)}")

    def stop_all(self) -> None:
        """In reverse: web and workers together, then the broker, then the database."""
        running = [part.process for part in reversed(self.workers) if part.process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        for process in running:
            stop(process)
        self.workers.clear()
        while self.services:
            self.services.pop()[1].stop()
        self._services_file().unlink(missing_ok=True)


def commands(port: int) -> dict[str, list[str]]:
    """Every process beside database and broker, by the name of its log.

    The model's queue has a worker of its own: torch and forks do not mix, so it runs its tasks in
    a thread, and a machine with a GPU can run that worker and no other.
    """
    celery = [sys.executable, "-m", "celery", "-A", "workers.app"]
    worker = [*celery, "worker", "--loglevel=INFO", "--without-gossip", "--without-mingle"]
    return {
        "worker": [*worker, "-Q", "default", "-c", "1", "-P", "prefork", "-n", "default@%h"],
        "model-worker": [*worker, "-Q", "model", "-c", "1", "-P", "threads", "-n", "model@%h"],
        # The schedule is a short sweep: nothing of it is worth a file.
        "beat": [*celery, "beat", "--scheduler=celery.beat:Scheduler", "--pidfile="],
        "web": [
            *(sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1"),
            *("--port", str(port), "--no-access-log", "--lifespan", "off"),
            *("--timeout-graceful-shutdown", "3"),
        ],
    }


def answers(port: int) -> bool:
    """Whether the web process at `port` serves the session, which takes the database as well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/api/session")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def hold_lock(var: Path, port: int) -> IO[str]:
    """The lock of the state folder, for as long as the returned file is open.

    Raises StartError naming the address of whoever holds it.
    """
    var.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = (var / "lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        address = file.read().strip() or "its address is not known yet"
        raise StartError(f"CineRounds already runs on {var}: {address}") from None
    file.truncate(0)
    file.write(f"http://127.0.0.1:{port}")
    file.flush()
    return file


def check_port(port: int) -> None:
    """Raises StartError where something listens on `port`."""
    if not port_is_free(port):
        raise StartError(
            f"Port {port} is in use. Stop what listens there, or start with --port {port + 1}."
        )


def check_room(var: Path) -> None:
    """Raises StartError where the disk is nearly full."""
    free = shutil.disk_usage(var).free
    if free < NEEDED_BYTES:
        raise StartError(
            f"The disk of {var} has {free // 1_000_000} MB free and about "
            f"{NEEDED_BYTES // 1_000_000:,} MB are needed. Make room and start again."
        )


def serve(supervisor: Supervisor, *, demo: bool) -> NoReturn:
    """Starts everything and looks after it until interrupted."""
    supervisor.start_services()
    stop_if_asked()
    supervisor.say("bringing the database up to date")
    supervisor.manage("migrate", "--verbosity", "0")
    stop_if_asked()
    if demo:
        supervisor.say("checking the demo library (made once, in a few minutes)")
        supervisor.manage("make_demo_library", "--if-empty")
        stop_if_asked()
    supervisor.say("starting workers and web")
    supervisor.start_workers()
    stop_if_asked()
    sign_ins = supervisor.manage("demo_sign_ins", quiet=True)
    supervisor.wait_until_served()
    stop_if_asked()
    supervisor.say(f"CineRounds is at http://127.0.0.1:{supervisor.port}")
    if sign_ins:
        print("Sign in as one of the demo people (all invented):")
        print(sign_ins, end="")
    print("Ctrl-C stops everything. Formative teaching only, never clinical use.", flush=True)
    while True:
        stop_if_asked()
        supervisor.look_after()
        time.sleep(0.2)


def in_one_sentence(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk is full ({error.filename or 'while writing'}). Make room, start again."
    return f"CineRounds could not start: {error}."


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--var", type=Path, default=Path(os.environ.get("CINEROUNDS_VAR") or "var"))
    parser.add_argument("--no-demo", action="store_true", help="start without the demo library")
    options = parser.parse_args()
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in signals:
        signal.signal(number, _interrupt)
    supervisor = Supervisor(options.var.resolve(), options.port)
    try:
        with hold_lock(supervisor.var, options.port):
            try:
                check_port(options.port)
                check_room(supervisor.var)
                serve(supervisor, demo=not options.no_demo)
            finally:
                for number in signals:
                    signal.signal(number, signal.SIG_IGN)
                if supervisor.services or supervisor.workers:
                    supervisor.say("stopping")
                supervisor.stop_all()
    except KeyboardInterrupt:
        supervisor.say("stopped")
        return 0
    except (StartError, OSError) as error:
        print(in_one_sentence(error) if isinstance(error, OSError) else error, file=sys.stderr)
        return 1


_asked_to_stop = threading.Event()


def _interrupt(number: int, frame: object) -> NoReturn:
    # Raised where Python ignores it (a callback after a fork, a finalizer), it would be lost.
    _asked_to_stop.set()
    raise KeyboardInterrupt


def stop_if_asked() -> None:
    """Raises KeyboardInterrupt where a signal to stop has come, though its own was ignored."""
    if _asked_to_stop.is_set():
        raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
