"""De-identification by allow-list: what is not named here does not survive.

DICOM PS3.15 Annex E, Basic Application Level Confidentiality Profile, with two options: Retain
Patient Characteristics (sex, size, weight, and age capped at 89) and Retain Longitudinal Temporal
Information with Modified Dates (dates shifted per patient, times dropped). The attributes that a
cine reader needs are kept: geometry, timing, acquisition and display.

A kept attribute is kept only where its value has the form it should have: coded strings from a
closed list, numbers within a plausible range, UIDs replaced. A name typed into the wrong field
therefore does not pass. Private attributes, free text, overlays and group lengths never pass.
"""

import hashlib
import hmac
import warnings
from collections.abc import Callable
from datetime import date, timedelta

from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian

from domain.errors import InputError
from domain.imaging.allowed import (
    CODED,
    DATES,
    MAPPED_UIDS,
    NUMBERS,
    SEQUENCES,
    STANDARD_UIDS,
    manufacturer_name,
    model_name,
)
from domain.imaging.headers import age_in_years, patient_key
from domain.imaging.values import integer, numbers, text, texts

# Roots the class UID of this implementation in a UUID-derived UID (PS3.5 annex B.2).
IMPLEMENTATION_CLASS_UID = UID("2.25.283411270338174104962047131926205313849")
IMPLEMENTATION_VERSION_NAME = "CINEROUNDS_1"
_METHOD = "Allow-list: PS3.15 Basic Profile, characteristics, moved dates"
_METHOD_CODES = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    ("113108", "Retain Patient Characteristics Option"),
)
_SHIFT_DAYS = (400, 4000)
# Real sequences nest a few levels; deeper ones are made to exhaust a reader.
_DEEPEST = 32


class Deidentifier:
    """Replaces identities under one secret key: the same input gives the same output.

    `key`: at least 16 bytes, kept secret by whoever runs the platform; without it neither
    pseudonyms nor UIDs nor dates can be traced back or matched.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise InputError(
                "The de-identification key is too short; use at least 16 random bytes.", "weak_key"
            )
        self._key = key

    def _digest(self, purpose: str, value: str) -> bytes:
        return hmac.new(self._key, f"{purpose}\0{value}".encode(), hashlib.sha256).digest()

    def uid(self, uid: str) -> str:
        """A UID in place of `uid`: 2.25. and 128 bits of a keyed hash (PS3.5 annex B.2)."""
        return f"2.25.{int.from_bytes(self._digest('uid', uid.strip())[:16], 'big')}"

    def pseudonym(self, patient: str) -> str:
        """What stands for the patient whose key is `patient` (see headers.patient_key)."""
        return "CR" + self._digest("patient", patient).hex()[:14].upper()

    def shifted_date(self, value: str, patient: str) -> str | None:
        """A DICOM date (YYYYMMDD) moved back by the patient's own number of days.

        None where `value` is not a calendar date, such as 20120000.
        """
        try:
            day = date(int(value[:4]), int(value[4:6]), int(value[6:8]))
        except ValueError:
            return None
        if len(value) != 8 or not value.isdigit():
            return None
        low, high = _SHIFT_DAYS
        offset = low + int.from_bytes(self._digest("date", patient)[:4], "big") % (high - low)
        try:
            return (day - timedelta(days=offset)).strftime("%Y%m%d").zfill(8)
        except OverflowError:
            return None

    def dataset(self, ds: Dataset) -> Dataset:
        """A new dataset with only what is allowed; `ds` is left as it was.

        Pixel Data is carried over where `ds` holds it. File meta is rebuilt and the preamble is
        128 zero bytes. Raises InputError where the pixels may show text.
        """
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _refuse_burned_in(ds)
            # Where nothing names the patient, each study stands alone rather than all together.
            patient = patient_key(ds) or f"study:{text(ds, 'StudyInstanceUID')}"
            result = self._allowed(ds, patient)
            self._identify(result, ds, patient)
            _state_method(result)
            _carry_pixels(result, ds)
            result.file_meta = _file_meta(result, ds)
            result.preamble = bytes(128)
        return result

    def _allowed(self, ds: Dataset, patient: str, depth: int = 0) -> Dataset:
        """The allowed attributes of one level; called again for each item of a kept sequence."""
        result = Dataset()
        for keyword, allowed in CODED.items():
            values = [value for value in texts(ds, keyword) if value.upper() in allowed]
            _set(result, keyword, values)
        for keyword, (low, high, whole) in NUMBERS.items():
            values_in = numbers(ds, keyword) if keyword in ds else ()
            fits = all(low <= value <= high for value in values_in)
            if values_in and fits:
                _set_number(result, keyword, values_in, whole)
        for keyword in DATES:
            _set(result, keyword, [self.shifted_date(text(ds, keyword), patient) or ""])
        for keyword in MAPPED_UIDS:
            _set(result, keyword, [self.uid(value) for value in texts(ds, keyword)])
        for keyword in STANDARD_UIDS:
            # A registered UID resolves to a name; anything else might be a number of someone's.
            known = [value for value in texts(ds, keyword) if UID(value).name != value]
            _set(result, keyword, known)
        for keyword in SEQUENCES:
            self._set_sequence(result, ds, keyword, patient, depth)
        _set(result, "Manufacturer", [manufacturer_name(text(ds, "Manufacturer"))])
        _set(result, "ManufacturerModelName", [model_name(text(ds, "ManufacturerModelName"))])
        return result

    def _set_sequence(
        self, result: Dataset, ds: Dataset, keyword: str, patient: str, depth: int
    ) -> None:
        members = ds.get(keyword)
        if not isinstance(members, Sequence) or depth >= _DEEPEST:
            return
        cleaned = [self._allowed(member, patient, depth + 1) for member in members]
        items = [item for item in cleaned if len(item)]
        if items:
            setattr(result, keyword, Sequence(items))

    def _identify(self, result: Dataset, ds: Dataset, patient: str) -> None:
        """Puts the pseudonym in, and the characteristics that are kept."""
        pseudonym = self.pseudonym(patient)
        result.PatientName = pseudonym
        result.PatientID = pseudonym
        result.PatientBirthDate = ""
        sex = text(ds, "PatientSex").upper()
        result.PatientSex = sex if sex in ("M", "F", "O") else ""
        years = _age(ds)
        if years is not None:
            result.PatientAge = f"{int(years):03d}Y" if years >= 2 else f"{int(years * 12):03d}M"
        for keyword in ("StudyTime", "AccessionNumber", "ReferringPhysicianName", "StudyID"):
            setattr(result, keyword, "")
        if "StudyDate" not in result:
            result.StudyDate = ""
        result.SpecificCharacterSet = "ISO_IR 192"

    def __reduce__(self) -> tuple[Callable[[bytes], "Deidentifier"], tuple[bytes]]:
        return (Deidentifier, (self._key,))

    def __repr__(self) -> str:
        return "Deidentifier(key=…)"


def _refuse_burned_in(ds: Dataset) -> None:
    sop_class = text(ds, "SOPClassUID")
    if sop_class.startswith("1.2.840.10008.5.1.4.1.1.7"):
        raise InputError(
            "This is a screen capture, which may show the patient's name; send the original "
            "images.",
            "burned_in",
        )
    if text(ds, "BurnedInAnnotation").upper() == "YES":
        raise InputError(
            "This image has text burned into the picture, which may name the patient; send the "
            "original images.",
            "burned_in",
        )


def _age(ds: Dataset) -> float | None:
    """Age in years capped at 89, from Patient Age or from the birth and study dates."""
    stated = age_in_years(text(ds, "PatientAge"))
    if stated is not None:
        return stated
    born, seen = text(ds, "PatientBirthDate"), text(ds, "StudyDate")
    if len(born) != 8 or len(seen) != 8 or not (born + seen).isdigit():
        return None
    try:
        days = (_calendar(seen) - _calendar(born)).days
    except ValueError:
        return None
    return min(89.0, days / 365.25) if 0 <= days < 130 * 366 else None


def _calendar(value: str) -> date:
    return date(int(value[:4]), int(value[4:6]), int(value[6:8]))


def _set(result: Dataset, keyword: str, values: list[str]) -> None:
    filled = [value for value in values if value]
    if filled:
        setattr(result, keyword, filled[0] if len(filled) == 1 else filled)


def _set_number(result: Dataset, keyword: str, values: tuple[float, ...], whole: bool) -> None:
    if whole and any(value != int(value) for value in values):
        return
    converted: list[int | float] = [int(value) if whole else value for value in values]
    if not whole:
        # Decimal strings hold at most 16 characters (PS3.5 section 6.2).
        converted = [float(f"{value:.10g}") for value in values]
    setattr(result, keyword, converted[0] if len(converted) == 1 else converted)


def _state_method(result: Dataset) -> None:
    """Says what was done: PS3.3 C.7.1.1 and PS3.16 CID 7050."""
    result.PatientIdentityRemoved = "YES"
    result.DeidentificationMethod = _METHOD
    codes = []
    for value, meaning in _METHOD_CODES:
        item = Dataset()
        item.CodeValue = value
        item.CodingSchemeDesignator = "DCM"
        item.CodeMeaning = meaning[:64]
        codes.append(item)
    result.DeidentificationMethodCodeSequence = Sequence(codes)
    result.LongitudinalTemporalInformationModified = "MODIFIED"


def _carry_pixels(result: Dataset, ds: Dataset) -> None:
    if "PixelData" not in ds:
        return
    result.PixelData = ds.PixelData
    result["PixelData"].VR = "OW" if (integer(ds, "BitsAllocated") or 16) > 8 else "OB"


def _file_meta(result: Dataset, ds: Dataset) -> FileMetaDataset:
    """File meta (PS3.10 section 7.1) built from the new dataset, nothing copied but the syntax."""
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\0\1"
    meta.MediaStorageSOPClassUID = result.get("SOPClassUID", "")
    meta.MediaStorageSOPInstanceUID = result.get("SOPInstanceUID", "")
    source = getattr(ds, "file_meta", None)
    syntax = text(source, "TransferSyntaxUID") if source is not None else ""
    known = syntax and UID(syntax).is_transfer_syntax
    meta.TransferSyntaxUID = UID(syntax) if known else ExplicitVRLittleEndian
    meta.ImplementationClassUID = IMPLEMENTATION_CLASS_UID
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME
    return meta
