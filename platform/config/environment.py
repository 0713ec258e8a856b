"""What the environment says, and what the launcher wrote down for commands run beside it.

`./run` starts PostgreSQL and Valkey on ports of their own and writes the addresses and secrets to
`var/services.env` (mode 0600), so that `manage.py import_study …` in a second terminal reaches the
same services. The environment always wins over that file.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES_FILE = Path(os.environ.get("CINEROUNDS_VAR", ROOT / "var")) / "services.env"


def load_services_file(path: Path = SERVICES_FILE) -> None:
    """Adds each KEY=VALUE line of `path` to the environment unless the key is already there."""
    try:
        lines = path.read_text().splitlines()
    except (FileNotFoundError, PermissionError):
        return
    for line in lines:
        key, separator, value = line.partition("=")
        if separator:
            os.environ.setdefault(key, value)


def flag(name: str, default: bool = False) -> bool:
    """True for 1/true/yes/on; refuses anything else that is not plainly false."""
    value = os.environ.get(name, "").strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    if value == "":
        return default
    raise ValueError(f"{name} is {value!r}: set it to true or false.")
