"""Texts as the command line hands them in."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from domain.errors import InputError
from domain.findings import Person, person


def text_of(path: Path) -> str:
    """A text file. Raises InputError where it cannot be read as UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as text: {error}.") from error


def person_of(entry: Mapping[str, Any]) -> Person:
    """Whom a text is about, from optional `sex` ("M", "F") and `bsa` (m²). Raises InputError for
    values that cannot be meant."""
    area = entry.get("bsa")
    if area is not None and (isinstance(area, bool) or not isinstance(area, int | float)):
        raise InputError(f'"bsa" is a number in m²; {area!r} was given.', "bad_bsa")
    return person(str(entry.get("sex") or ""), area)


def json_lines(lines: Iterable[str], needed: Sequence[str]) -> Iterator[dict[str, Any]]:
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
        try:
            person_of(entry)
        except InputError as error:
            raise InputError(f"Line {number}: {error.sentence}", error.code) from error
        yield entry
