"""Reading single values out of a DICOM dataset, whatever state they are in.

Scanners and anonymisers leave empty, doubled, or malformed values; each function here returns
None, "" or () for those instead of raising.
"""

import math

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue


def _first(dataset: Dataset, keyword: str) -> object:
    try:
        value = dataset.get(keyword)
    except Exception:
        # pydicom converts lazily, so a malformed value raises on access, with any exception.
        return None
    if isinstance(value, (MultiValue, list, tuple)):
        return value[0] if len(value) else None
    return value


def text(dataset: Dataset, keyword: str) -> str:
    """The first value as stripped text, "" where absent or unreadable."""
    value = _first(dataset, keyword)
    return "" if value is None else str(value).replace("\0", "").strip()


def texts(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """All values as stripped text."""
    try:
        value = dataset.get(keyword)
    except Exception:
        return ()
    if value is None or value == "":
        return ()
    if isinstance(value, (MultiValue, list, tuple)):
        return tuple(str(one).strip() for one in value)
    return (str(value).strip(),)


def number(dataset: Dataset, keyword: str) -> float | None:
    """The first value as a finite number, None where absent or unreadable."""
    return _finite(_first(dataset, keyword))


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """All values as finite numbers; () if any of them is not one."""
    try:
        value = dataset.get(keyword)
    except Exception:
        return ()
    members = value if isinstance(value, (MultiValue, list, tuple)) else [value]
    converted = [_finite(one) for one in members]
    finite = tuple(one for one in converted if one is not None)
    return finite if len(finite) == len(converted) else ()


def integer(dataset: Dataset, keyword: str) -> int | None:
    """The first value as a whole number, None where absent, unreadable or fractional."""
    value = number(dataset, keyword)
    return int(value) if value is not None and value == int(value) else None


def _finite(value: object) -> float | None:
    if value is None or isinstance(value, (bytes, bytearray)):
        return None
    try:
        converted = float(str(value))
    except ValueError:
        return None
    return converted if math.isfinite(converted) else None
