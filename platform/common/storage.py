"""Where bytes lie: keys are made here, never taken from a file's or an archive's own name."""

import os
import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings


def study_key(study_id: uuid.UUID) -> str:
    """The folder of one study's frames."""
    return f"studies/{study_id.hex[:2]}/{study_id.hex}"


def path_of(key: str) -> Path:
    """The absolute path of a key. Raises ValueError for one that would leave the storage."""
    root = settings.STORAGE_DIR.resolve()
    path = (root / key).resolve()
    if not path.is_relative_to(root):
        raise ValueError(f"not a storage key: {key!r}")
    return path


def write_pack(key: str, chunks: Iterable[bytes]) -> list[tuple[int, int]]:
    """Writes the chunks one behind the other and returns each one's (offset, length) in bytes.

    The file appears under its key only when all of it is on the disk.
    """
    path = path_of(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    places, offset = [], 0
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
            places.append((offset, len(chunk)))
            offset += len(chunk)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
    return places


def read_range(key: str, offset: int, length: int) -> bytes:
    """`length` bytes of a key from `offset`. Raises OSError where the file is short or gone."""
    with path_of(key).open("rb") as file:
        file.seek(offset)
        data = file.read(length)
    if len(data) != length:
        raise OSError(f"{key} is shorter than its index says")
    return data


def remove_folder(key: str) -> None:
    """Removes everything under a key; absent is fine."""
    shutil.rmtree(path_of(key), ignore_errors=True)
