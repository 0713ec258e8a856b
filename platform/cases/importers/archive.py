"""Zip archives and folders -> named files on the disk, without trusting any name."""

import shutil
import zipfile
from pathlib import Path

from domain.errors import InputError

MAX_FILES = 20_000
MAX_UNPACKED_BYTES = 8 * 1024**3
MAX_RATIO = 200
_COPY_BYTES = 1024 * 1024


def files_under(folder: Path) -> list[tuple[str, Path]]:
    """(name relative to the folder, path) of every regular file, sorted; links are not followed.

    Raises InputError where the folder is absent or holds no file.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder. Name a folder or a .zip of DICOM files.")
    files = [
        (str(path.relative_to(folder)), path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    ]
    if not files:
        raise InputError(f"{folder.name} is empty. Choose the folder that holds the DICOM files.")
    return files


def unpack(archive: Path, into: Path) -> list[tuple[str, Path]]:
    """Unpacks a zip into `into` under names of our own and returns (name in the zip, path).

    Raises InputError for what is no zip, for a member whose name leaves the archive (`../`,
    absolute), for links, encrypted members, too many files or a bomb. On refusal nothing is left.
    """
    try:
        with zipfile.ZipFile(archive) as zipped:
            members = [member for member in zipped.infolist() if not member.is_dir()]
            _check_members(members)
            into.mkdir(parents=True, exist_ok=True)
            return [
                (member.filename, _extract(zipped, member, into / f"{number:06d}"))
                for number, member in enumerate(members)
            ]
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        shutil.rmtree(into, ignore_errors=True)
        raise InputError(
            "The archive cannot be opened as a zip. Pack the DICOM folder again and retry."
        ) from error
    except BaseException:
        shutil.rmtree(into, ignore_errors=True)
        raise


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    if not members:
        raise InputError("The archive is empty. Pack the folder that holds the DICOM files.")
    if len(members) > MAX_FILES:
        raise InputError(f"The archive holds more than {MAX_FILES} files. Send it in parts.")
    for member in members:
        name = member.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or ":" in name.split("/")[0]:
            raise InputError(
                f"The archive names a file outside itself ({member.filename!r}). "
                "Nothing was taken from it; pack the folder again."
            )
        if (member.external_attr >> 16) & 0o170000 == 0o120000:
            raise InputError(f"The archive holds a link ({member.filename!r}). Pack real files.")
        if member.flag_bits & 1:
            raise InputError("The archive is encrypted. Unlock it and pack it again.")
        if member.file_size > MAX_RATIO * max(member.compress_size, 1024):
            raise InputError(
                f"{member.filename!r} unpacks to more than {MAX_RATIO} times its size. "
                "Nothing was taken from the archive."
            )
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise InputError("The archive unpacks to more than 8 GiB. Send it in parts.")


def _extract(zipped: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> Path:
    """Copies one member, no further than its own stated size."""
    left = member.file_size
    with zipped.open(member) as source, target.open("wb") as file:
        while chunk := source.read(min(_COPY_BYTES, left + 1)):
            left -= len(chunk)
            if left < 0:
                raise InputError(f"{member.filename!r} is longer than the archive says.")
            file.write(chunk)
    return target
