"""One file: is it DICOM, is it a usable MR image, and what does its header say.

Pixels are not read, only measured: an image whose Pixel Data is shorter than its header promises
is refused here rather than shown half black.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from pathlib import Path
from typing import BinaryIO

import pydicom
from pydicom.dataset import Dataset
from pydicom.filereader import read_file_meta_info
from pydicom.uid import UID

from domain.imaging.allowed import manufacturer_name, model_name
from domain.imaging.geometry import is_orthonormal
from domain.imaging.study import InstanceHeader, StudyFacts
from domain.imaging.values import integer, number, numbers, text, texts

MR_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.4"
_ENHANCED = {
    "1.2.840.10008.5.1.4.1.1.4.1": "enhanced multi-frame MR",
    "1.2.840.10008.5.1.4.1.1.4.3": "enhanced colour MR",
    "1.2.840.10008.5.1.4.1.1.4.4": "legacy converted multi-frame MR",
}
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
_DICOMDIR = "1.2.840.10008.1.3.10"
# Object classes that hold no picture of their own (PS3.4 annex B.5): by UID prefix.
_NO_PICTURE = {
    "1.2.840.10008.5.1.4.1.1.88": "a structured report",
    "1.2.840.10008.5.1.4.1.1.11": "a presentation state",
    "1.2.840.10008.5.1.4.1.1.104": "an encapsulated document",
    "1.2.840.10008.5.1.4.1.1.66": "a registration or raw data object",
    "1.2.840.10008.5.1.4.1.1.9": "a waveform",
    "1.2.840.10008.5.1.4.1.1.4.2": "a spectroscopy object",
    "1.2.840.10008.5.1.4.1.1.67": "a real world value mapping",
}
UNCOMPRESSED = {
    "1.2.840.10008.1.2": "Implicit VR Little Endian",
    "1.2.840.10008.1.2.1": "Explicit VR Little Endian",
    "1.2.840.10008.1.2.2": "Explicit VR Big Endian",
}
COMPRESSED = {
    "1.2.840.10008.1.2.4.50": "JPEG Baseline",
    "1.2.840.10008.1.2.4.51": "JPEG Extended",
    "1.2.840.10008.1.2.4.57": "JPEG Lossless",
    "1.2.840.10008.1.2.4.70": "JPEG Lossless SV1",
    "1.2.840.10008.1.2.4.80": "JPEG-LS Lossless",
    "1.2.840.10008.1.2.4.81": "JPEG-LS Near-lossless",
    "1.2.840.10008.1.2.4.90": "JPEG 2000 Lossless",
    "1.2.840.10008.1.2.4.91": "JPEG 2000",
    "1.2.840.10008.1.2.5": "RLE Lossless",
}
_DEFLATED = "1.2.840.10008.1.2.1.99"
_LARGEST_SIDE = 4096
_SMALLEST_SIDE = 16
_LONG_LENGTH_VRS = (b"OB", b"OW", b"UN", b"OD", b"OF", b"OL", b"OV")


class Outcome(Enum):
    """How one file ended."""

    IMAGE = auto()
    NOT_DICOM = auto()
    PASSED_OVER = auto()
    REFUSED = auto()


@dataclass(frozen=True)
class ParsedFile:
    """One file after its header was read; `reason` is a clause that says why it is not used."""

    name: str
    outcome: Outcome
    reason: str = ""
    header: InstanceHeader | None = None
    facts: StudyFacts = field(default_factory=StudyFacts)
    patient_key: str = ""
    study_instance_uid: str = ""


@dataclass(frozen=True)
class _Identity:
    patient_key: str
    study_instance_uid: str

    def file(self, name: str, outcome: Outcome, reason: str = "") -> ParsedFile:
        return ParsedFile(
            name,
            outcome,
            reason,
            patient_key=self.patient_key,
            study_instance_uid=self.study_instance_uid,
        )


class Unusable(Exception):
    """A DICOM file that cannot be used; the message is a clause for people."""


def parse_file(name: str, path: Path) -> ParsedFile:
    """Reads the header of one file. Never raises: whatever goes wrong becomes a reason."""
    try:
        with path.open("rb") as stream:
            if not _looks_like_dicom(stream):
                return ParsedFile(name, Outcome.NOT_DICOM)
            return _parse_dicom(name, path, stream)
    except Unusable as unusable:
        return ParsedFile(name, Outcome.REFUSED, str(unusable))
    except OSError:
        return ParsedFile(name, Outcome.REFUSED, "the file could not be opened")
    except Exception:
        # pydicom raises many kinds of exception on damaged files, all of which mean this.
        return ParsedFile(name, Outcome.REFUSED, "it is damaged and could not be read as DICOM")


def _looks_like_dicom(stream: BinaryIO) -> bool:
    """The DICM mark after the preamble, or a first element of group 0002 or 0008 without one."""
    start = stream.read(132)
    stream.seek(0)
    if start[128:] == b"DICM":
        return True
    if len(start) < 16:
        return False
    group, element = struct.unpack("<HH", start[:4])
    explicit = start[4:6] in (b"UL", b"CS", b"UI", b"OB", b"SH", b"DA", b"LO")
    implicit = int.from_bytes(start[4:8], "little") <= 64
    return group in (0x0002, 0x0008) and element <= 0x0018 and (explicit or implicit)


def _transfer_syntax(path: Path, stream: BinaryIO) -> str:
    """Transfer Syntax UID (0002,0010) from the file meta alone, before anything is inflated."""
    start = stream.read(132)
    stream.seek(0)
    if start[128:] == b"DICM":
        return text(read_file_meta_info(path), "TransferSyntaxUID")
    if start[:2] == b"\x02\x00":
        raise Unusable("its preamble is missing")
    return ""


def _parse_dicom(name: str, path: Path, stream: BinaryIO) -> ParsedFile:
    syntax = _transfer_syntax(path, stream)
    if syntax == _DEFLATED:
        raise Unusable("it is stored deflated, which is not accepted")
    dataset = pydicom.dcmread(stream, stop_before_pixels=True, force=True)
    sop_class = text(dataset, "SOPClassUID") or text(dataset.file_meta, "MediaStorageSOPClassUID")
    if sop_class == _DICOMDIR:
        return ParsedFile(name, Outcome.PASSED_OVER, "it is a DICOMDIR index")
    if not sop_class and not syntax:
        return ParsedFile(name, Outcome.NOT_DICOM)
    identity = _Identity(patient_key(dataset), text(dataset, "StudyInstanceUID"))
    for prefix, words in _NO_PICTURE.items():
        if sop_class == prefix or sop_class.startswith(prefix + "."):
            return identity.file(name, Outcome.PASSED_OVER, f"it is {words}")
    try:
        _check_kind(dataset, sop_class)
        syntax = _checked_syntax(dataset, syntax)
        header = read_header(name, path, dataset, syntax)
        _check_pixels(stream, dataset, syntax, path.stat().st_size)
    except Unusable as unusable:
        return identity.file(name, Outcome.REFUSED, str(unusable))
    except Exception:
        reason = "its header is damaged and could not be read"
        return identity.file(name, Outcome.REFUSED, reason)
    return replace(identity.file(name, Outcome.IMAGE), header=header, facts=read_facts(dataset))


def _check_kind(dataset: Dataset, sop_class: str) -> None:
    if sop_class in _ENHANCED:
        raise Unusable(f"{_ENHANCED[sop_class]} is not supported yet; export as classic MR")
    if sop_class == _SECONDARY_CAPTURE or sop_class.startswith(_SECONDARY_CAPTURE + "."):
        raise Unusable("it is a screen capture, which may show the patient's name")
    if sop_class != MR_IMAGE_STORAGE:
        modality = text(dataset, "Modality")
        kind = f"modality {modality}" if modality.isalnum() else "another kind of object"
        raise Unusable(f"it is not an MR image ({kind})")
    if text(dataset, "BurnedInAnnotation").upper() == "YES":
        raise Unusable("it has text burned into the picture, which may name the patient")
    if (integer(dataset, "NumberOfFrames") or 1) > 1:
        raise Unusable("it holds several frames in one file, which classic MR does not allow")


def _checked_syntax(dataset: Dataset, syntax: str) -> str:
    if not syntax:
        implicit, little = dataset.original_encoding
        syntax = "1.2.840.10008.1.2" if implicit else "1.2.840.10008.1.2.1"
        syntax = syntax if little is not False else "1.2.840.10008.1.2.2"
    if syntax not in UNCOMPRESSED and syntax not in COMPRESSED:
        named = UID(syntax).name if UID(syntax).is_valid else "an invalid UID"
        raise Unusable(f"its transfer syntax is not supported ({named})")
    return syntax


def patient_key(dataset: Dataset) -> str:
    """What tells patients apart: ID and issuer, else name and birth date, else "".

    Identifying: compare it, never store or show it.
    """
    identifier = text(dataset, "PatientID")
    if identifier:
        return f"id:{identifier}|{text(dataset, 'IssuerOfPatientID')}"
    name, birth = text(dataset, "PatientName"), text(dataset, "PatientBirthDate")
    return f"name:{name}|{birth}" if name or birth else ""


def read_header(name: str, path: Path, dataset: Dataset, syntax: str) -> InstanceHeader:
    """The header of one classic MR image. Raises Unusable where geometry or identity lacks."""
    uids = [text(dataset, word) for word in
            ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")]  # fmt: skip
    if not all(uids):
        raise Unusable("its study, series or instance UID is missing")
    position = _geometry(dataset, "ImagePositionPatient", 3, "position in the patient")
    orientation = _geometry(dataset, "ImageOrientationPatient", 6, "orientation in the patient")
    spacing = _geometry(dataset, "PixelSpacing", 2, "pixel spacing")
    if not is_orthonormal(orientation):
        raise Unusable("its orientation is not two perpendicular directions")
    if min(spacing) <= 0:
        raise Unusable("its pixel spacing is not positive")
    rows, columns = _checked_matrix(dataset)
    bits, representation = _checked_bits(dataset)
    return InstanceHeader(
        name=name,
        path=path,
        sop_instance_uid=uids[0],
        series_instance_uid=uids[1],
        study_instance_uid=uids[2],
        transfer_syntax_uid=syntax,
        patient_key=patient_key(dataset),
        image_position=(position[0], position[1], position[2]),
        image_orientation=(
            orientation[0], orientation[1], orientation[2],
            orientation[3], orientation[4], orientation[5],
        ),
        pixel_spacing=(spacing[0], spacing[1]),
        rows=rows,
        columns=columns,
        bits_stored=bits,
        pixel_representation=representation,
        slice_thickness=number(dataset, "SliceThickness"),
        trigger_time_ms=_trigger_time(dataset),
        nominal_interval_ms=number(dataset, "NominalInterval"),
        heart_rate=number(dataset, "HeartRate"),
        instance_number=integer(dataset, "InstanceNumber"),
        series_number=integer(dataset, "SeriesNumber"),
        acquisition_number=integer(dataset, "AcquisitionNumber"),
        cardiac_number_of_images=integer(dataset, "CardiacNumberOfImages"),
        images_in_acquisition=integer(dataset, "ImagesInAcquisition"),
        inversion_time_ms=number(dataset, "InversionTime"),
        repetition_time_ms=number(dataset, "RepetitionTime"),
        echo_time_ms=number(dataset, "EchoTime"),
        flip_angle_degrees=number(dataset, "FlipAngle"),
        scanning_sequence=texts(dataset, "ScanningSequence"),
        sequence_variant=texts(dataset, "SequenceVariant"),
        sequence_name=text(dataset, "SequenceName"),
        image_type=texts(dataset, "ImageType"),
        series_description=text(dataset, "SeriesDescription"),
    )  # fmt: skip


def _geometry(dataset: Dataset, keyword: str, count: int, words: str) -> Sequence[float]:
    values = numbers(dataset, keyword)
    if len(values) != count:
        raise Unusable(f"its {words} is missing or unreadable")
    return values


def _trigger_time(dataset: Dataset) -> float | None:
    """Trigger Time (0018,1060), or Nominal Cardiac Trigger Delay Time (0020,9153), ms."""
    time = number(dataset, "TriggerTime")
    return time if time is not None else number(dataset, "NominalCardiacTriggerDelayTime")


def _checked_matrix(dataset: Dataset) -> tuple[int, int]:
    rows, columns = integer(dataset, "Rows") or 0, integer(dataset, "Columns") or 0
    if rows <= 0 or columns <= 0:
        raise Unusable("it has no picture")
    if min(rows, columns) < _SMALLEST_SIDE:
        raise Unusable(f"its picture is smaller than {_SMALLEST_SIDE} pixels a side")
    if max(rows, columns) > _LARGEST_SIDE:
        raise Unusable(f"its picture is larger than {_LARGEST_SIDE} pixels a side")
    if (integer(dataset, "SamplesPerPixel") or 1) != 1:
        raise Unusable("it is a colour picture")
    photometric = text(dataset, "PhotometricInterpretation") or "MONOCHROME2"
    if photometric not in ("MONOCHROME1", "MONOCHROME2"):
        raise Unusable("it is not a grey picture")
    return rows, columns


def _checked_bits(dataset: Dataset) -> tuple[int, int]:
    """Bits Stored (0028,0101) and Pixel Representation (0028,0103) of whole 8 or 16 bit samples."""
    allocated = integer(dataset, "BitsAllocated") or 0
    stored = integer(dataset, "BitsStored") or allocated
    high = integer(dataset, "HighBit")
    representation = integer(dataset, "PixelRepresentation") or 0
    whole = allocated in (8, 16) and 2 <= stored <= allocated and representation in (0, 1)
    if not whole or (high is not None and high != stored - 1):
        raise Unusable(f"its samples are of an unusual kind ({stored} of {allocated} bits)")
    return stored, representation


def _check_pixels(stream: BinaryIO, dataset: Dataset, syntax: str, size: int) -> None:
    """Compares the length of Pixel Data (7FE0,0010) with the header; `stream` stands before it."""
    start = stream.read(12)
    big = syntax == "1.2.840.10008.1.2.2"
    order = ">" if big else "<"
    if len(start) < 8 or struct.unpack(order + "HH", start[:4]) != (0x7FE0, 0x0010):
        raise Unusable("it ends before its picture: the file is cut short")
    if start[4:6] in _LONG_LENGTH_VRS and len(start) == 12:
        length, offset = struct.unpack(order + "I", start[8:12])[0], 12
    else:
        length, offset = struct.unpack(order + "I", start[4:8])[0], 8
    body = stream.tell() - len(start) + offset
    if syntax in COMPRESSED:
        stream.seek(body)
        if length != 0xFFFFFFFF or not _fragments_complete(stream, size):
            raise Unusable("its compressed picture is incomplete: the file is cut short")
        return
    allocated = integer(dataset, "BitsAllocated") or 16
    needed = (integer(dataset, "Rows") or 0) * (integer(dataset, "Columns") or 0) * allocated // 8
    if length < needed or size - body < needed:
        present = max(0, min(length, size - body))
        raise Unusable(
            f"its picture is incomplete ({present} of {needed} bytes): the file is cut short"
        )


def _fragments_complete(stream: BinaryIO, size: int) -> bool:
    """Walks the items of an encapsulated Pixel Data to its delimiter (PS3.5 annex A.4)."""
    fragments = 0
    while True:
        item = stream.read(8)
        if len(item) < 8:
            return False
        group, element, length = struct.unpack("<HHI", item)
        if (group, element) == (0xFFFE, 0xE0DD):
            return fragments > 1
        if (group, element) != (0xFFFE, 0xE000) or stream.tell() + length > size:
            return False
        stream.seek(length, 1)
        fragments += 1


def read_facts(dataset: Dataset) -> StudyFacts:
    """What the header says about scanner and patient, as StudyFacts."""
    sex = text(dataset, "PatientSex").upper()
    return StudyFacts(
        manufacturer=manufacturer_name(text(dataset, "Manufacturer")),
        model=model_name(text(dataset, "ManufacturerModelName")),
        field_strength_tesla=_field_strength(dataset),
        patient_sex=sex if sex in ("M", "F", "O") else "",
        patient_age_years=age_in_years(text(dataset, "PatientAge")),
        patient_size_m=number(dataset, "PatientSize"),
        patient_weight_kg=number(dataset, "PatientWeight"),
    )


def _field_strength(dataset: Dataset) -> float | None:
    """Magnetic Field Strength (0018,0087), tesla; some old scanners write gauss."""
    value = number(dataset, "MagneticFieldStrength")
    if value is None or value <= 0:
        return None
    return value / 10_000 if value > 100 else value


def age_in_years(value: str) -> float | None:
    """Patient Age (0010,1010), an age string such as 033Y, in years, capped at 89."""
    per_year = {"Y": 1.0, "M": 12.0, "W": 52.18, "D": 365.25}
    if len(value) < 2 or not value[:-1].isdigit() or value[-1].upper() not in per_year:
        return None
    return min(89.0, round(int(value[:-1]) / per_year[value[-1].upper()], 2))
