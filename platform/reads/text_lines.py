"""Texts as the command line hands them in."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from domain.errors import InputError


def text_of(path: Path) -> str:
    """A text file. Raises InputError where it cannot be read as UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as text: {error}.") from error


def json_lines(lines: Iterable[str], needed: Sequence[str]) -> Iterator[dict[str, str]]:
    """One JSON object a line with the `needed` texts; blank lines are passed over.

    Raises InputError, naming the line, for anything else.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"Line {number} is not JSON: {error}.") from error
        if not isinstance(entry, dict) or not all(isinstance(entry.get(k), str) for k in needed):
            wanted = " and ".join(f'"{key}"' for key in needed)
            raise InputError(f"Line {number} needs an object with {wanted}, each a text.")
        yield entry
