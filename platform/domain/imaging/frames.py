"""One image file to what is stored of it: de-identified metadata and a JPEG-LS lossless frame.

A JPEG-LS stream holds unsigned samples. Signed samples travel as their raw two's complement bits
in full 16 bit words, so that a decoder that yields raw bits, as browsers' do, gets them exactly by
reading them as 16 bit signed integers; Bits Stored becomes 16 and High Bit 15 to say so.
"""

import hashlib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jpeg_ls
import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pixel_array

from domain.errors import InputError
from domain.imaging.deidentify import Deidentifier
from domain.imaging.headers import Outcome, parse_file

JPEG_LS_LOSSLESS = "1.2.840.10008.1.2.4.80"
_LOSSY = {
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.91",
}
Pixels = NDArray[np.uint8] | NDArray[np.int8] | NDArray[np.uint16] | NDArray[np.int16]


@dataclass(frozen=True)
class PreparedInstance:
    """One image ready to store; nothing in it identifies the patient.

    - UIDs are the mapped ones
    - `metadata`: DICOM JSON model (PS3.18 annex F) without Pixel Data; Available Transfer Syntax
      UID (0008,3002) says JPEG-LS lossless
    - `frame`: the JPEG-LS stream; `sha256`: its hexadecimal SHA-256
    """

    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    metadata: dict[str, Any]
    frame: bytes
    sha256: str


def prepare_instance(path: Path, deidentifier: Deidentifier) -> PreparedInstance:
    """De-identifies and transcodes one file that `read_study` accepted.

    Raises InputError where the file is not a usable MR image or its pixels cannot be decoded.
    """
    with warnings.catch_warnings():
        # Odd values are judged by what they break, not by pydicom's complaints.
        warnings.simplefilter("ignore")
        parsed = parse_file(path.name, path)
        if parsed.outcome is not Outcome.IMAGE:
            reason = parsed.reason or "it is not DICOM"
            raise InputError(f"This file cannot be stored: {reason}.", "unusable_file")
        try:
            source = pydicom.dcmread(path, force=True)
            pixels = read_pixels(source)
            clean = deidentifier.dataset(source)
            _describe_samples(clean, source, pixels)
            metadata = _metadata(clean)
        except InputError:
            raise
        except Exception as cause:
            # pydicom raises many kinds of exception on damaged values.
            raise InputError(
                "This file is damaged and cannot be stored; export the study again.", "bad_file"
            ) from cause
    frame = encode_frame(pixels, int(clean.BitsStored))
    return PreparedInstance(
        study_instance_uid=str(clean.StudyInstanceUID),
        series_instance_uid=str(clean.SeriesInstanceUID),
        sop_instance_uid=str(clean.SOPInstanceUID),
        transfer_syntax_uid=JPEG_LS_LOSSLESS,
        metadata=metadata,
        frame=frame,
        sha256=hashlib.sha256(frame).hexdigest(),
    )


def read_pixels(dataset: Dataset) -> Pixels:
    """Stored values (rows, columns) of a single-frame grey image, before any rescale.

    uint8, int8, uint16 or int16 according to Bits Allocated and Pixel Representation; bits above
    Bits Stored are dropped, the sign is carried. Raises InputError where they cannot be decoded.
    """
    if "FloatPixelData" in dataset or "DoubleFloatPixelData" in dataset:
        raise InputError("Images with floating point pixels cannot be stored.", "bad_pixels")
    if not getattr(dataset, "file_meta", None) or "TransferSyntaxUID" not in dataset.file_meta:
        dataset.ensure_file_meta()
        implicit, little = dataset.original_encoding
        dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(
            "1.2.840.10008.1.2" if implicit and little else "1.2.840.10008.1.2.1"
        )
    try:
        values = np.asarray(pixel_array(dataset, raw=True))
    except Exception as cause:
        # Decoders raise many kinds of exception on damaged data, all of which mean this.
        raise InputError(
            "The picture in this file could not be decoded; export the study again.", "bad_pixels"
        ) from cause
    if values.shape != (int(dataset.Rows), int(dataset.Columns)) or values.dtype.kind not in "iu":
        raise InputError("The picture in this file is not a single grey frame.", "bad_pixels")
    stored, signed = int(dataset.BitsStored), int(dataset.get("PixelRepresentation", 0)) == 1
    return _only_stored_bits(values, stored, signed, 8 if int(dataset.BitsAllocated) == 8 else 16)


def _only_stored_bits(
    values: NDArray[np.generic], stored: int, signed: bool, allocated: int
) -> Pixels:
    wide = values.astype(np.int64) & ((1 << stored) - 1)
    if signed:
        wide = np.where(wide >= 1 << (stored - 1), wide - (1 << stored), wide)
        return wide.astype(np.int8) if allocated == 8 else wide.astype(np.int16)
    return wide.astype(np.uint8) if allocated == 8 else wide.astype(np.uint16)


def _describe_samples(clean: Dataset, source: Dataset, pixels: Pixels) -> None:
    """Makes the metadata say how the samples are coded in the frame."""
    if "PixelData" in clean:
        del clean.PixelData
    bits = pixels.dtype.itemsize * 8
    clean.SamplesPerPixel = 1
    clean.BitsAllocated = bits
    signed = pixels.dtype.kind == "i"
    clean.BitsStored = bits if signed else int(source.BitsStored)
    clean.HighBit = clean.BitsStored - 1
    clean.PixelRepresentation = 1 if signed else 0
    clean.PhotometricInterpretation = source.get("PhotometricInterpretation", "MONOCHROME2")
    clean.NumberOfFrames = 1
    if source.file_meta.TransferSyntaxUID in _LOSSY:
        clean.LossyImageCompression = "01"


def _metadata(clean: Dataset) -> dict[str, Any]:
    clean.AvailableTransferSyntaxUID = JPEG_LS_LOSSLESS
    metadata: dict[str, Any] = clean.to_json_dict(suppress_invalid_tags=False)
    return metadata


def encode_frame(pixels: Pixels, bits_stored: int) -> bytes:
    """`pixels` (rows, columns) as a JPEG-LS lossless stream (ISO/IEC 14495-1).

    `bits_stored`: the precision of the stream; 8 or 16 for signed samples.
    Raises InputError for anything but 8 or 16 bit integers.
    """
    if pixels.dtype.kind not in "iu" or pixels.dtype.itemsize > 2 or pixels.ndim != 2:
        raise InputError("Only grey images of 8 or 16 bit samples can be stored.", "bad_pixels")
    raw = np.ascontiguousarray(pixels).view(np.uint8 if pixels.dtype.itemsize == 1 else np.uint16)
    # A precision above 8 keeps two bytes a sample in the decoder, as Bits Allocated 16 says.
    precision = max(2, bits_stored) if raw.dtype.itemsize == 1 else max(9, bits_stored)
    rows, columns = raw.shape
    try:
        return bytes(jpeg_ls.encode_buffer(raw.tobytes(), rows, columns, 1, precision))
    except Exception as cause:
        # The encoder sets aside twice the size of the picture, too little for a handful of pixels.
        raise InputError("The picture in this file could not be encoded.", "bad_pixels") from cause


def decode_frame(frame: bytes, metadata: Mapping[str, Any]) -> Pixels:
    """The stored values (rows, columns) of a frame that `prepare_instance` made.

    `metadata`: its DICOM JSON. Raises InputError where the stream is damaged.
    """
    signed = metadata["00280103"]["Value"][0] == 1
    wide = metadata["00280100"]["Value"][0] == 16
    rows, columns = metadata["00280010"]["Value"][0], metadata["00280011"]["Value"][0]
    try:
        buffer, _ = jpeg_ls.decode_buffer(frame)
    except Exception as cause:
        raise InputError("This stored frame is damaged; import the study again.") from cause
    raw = np.frombuffer(buffer, dtype="<u2" if wide else np.uint8)
    if raw.size != rows * columns:
        raise InputError("This stored frame does not fit its metadata; import the study again.")
    image = raw.reshape(rows, columns)
    if wide:
        return image.astype(np.uint16).view(np.int16) if signed else image.astype(np.uint16)
    return image.view(np.int8) if signed else image
