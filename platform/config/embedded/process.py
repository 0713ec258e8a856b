"""Child processes that die with their parent, and small questions about ports and logs."""

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LOG_BYTES = 10 * 1024**2
_libc = ctypes.CDLL(None, use_errno=True)


class StartError(RuntimeError):
    """Something could not be started; the message is the sentence to show."""


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path | int | None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: bytes | None = None,
    account: tuple[int, int] | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Starts a child in a session of its own, ended by `death_signal` when this process dies.

    `log`: the file it writes to, subprocess.PIPE, or None for where this process writes.
    `account`: (user id, group id) to run as. Call it from the main thread: the kernel ties the
    child to the thread that made it.
    """
    parent = os.getpid()

    def tie() -> None:
        # Runs after the change of user, which would clear the death signal.
        _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:
            os._exit(1)

    out = _open_log(log) if isinstance(log, Path) else log
    user, group = account or (None, None)
    try:
        child = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT if isinstance(log, Path) else None,
            env=None if env is None else dict(env),
            cwd=cwd,
            start_new_session=True,
            user=user,
            group=group,
            extra_groups=None if account is None else [],
            preexec_fn=tie,
        )
    finally:
        if isinstance(log, Path) and out is not None:
            os.close(out)
    if child.stdin is not None:
        with suppress(BrokenPipeError), child.stdin:
            child.stdin.write(stdin or b"")
    return child


def _open_log(log: Path) -> int:
    """The file descriptor to append to; a log grown large is put aside as `<name>.1` first."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        if log.stat().st_size > _LOG_BYTES:
            log.replace(log.with_name(f"{log.name}.1"))
    return os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def stop(
    child: subprocess.Popen[bytes],
    *,
    first: signal.Signals = signal.SIGTERM,
    patience_seconds: float = 5,
) -> None:
    """Asks the child to end, then ends what is left of its process group."""
    if child.poll() is None:
        child.send_signal(first)
        with suppress(subprocess.TimeoutExpired):
            child.wait(patience_seconds)
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def end_former(pid_file: Path, folder: Path, *, first: signal.Signals) -> None:
    """Ends a server that an earlier, killed parent left at work in `folder`.

    Two servers on one data folder destroy it. A process is the former server only if `folder` is
    its working folder; a number in `pid_file` that now belongs to something else is not touched.
    Raises StartError where it does not end in a minute.
    """
    try:
        pid = int(pid_file.read_text().split()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return
    deadline = time.monotonic() + 60
    while _works_in(pid, folder):
        if time.monotonic() > deadline:
            raise StartError(f"Process {pid} still uses {folder} and does not end. Stop it first.")
        with suppress(ProcessLookupError):
            os.kill(pid, first)
        time.sleep(0.2)
    # A living process that has inherited the number would look like the former server.
    if Path(f"/proc/{pid}").exists():
        pid_file.unlink(missing_ok=True)


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return os.readlink(f"/proc/{pid}/cwd") == str(folder.resolve())
    except OSError:
        return False


def free_port() -> int:
    """A loopback TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:`port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def tail(log: Path, lines: int = 5) -> str:
    """The last lines of a log, for an error message."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""
