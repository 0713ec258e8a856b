"""A phantom study as DICOM files: classic MR Image Storage, one instance per slice and phase.

Files are organised as scanners do it (`vendors`): some makers send one series per short-axis slice
and per view, others one series per stack. Manufacturer always says that the images are synthetic.
"""

from io import BytesIO
from pathlib import Path
from struct import pack

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage

from domain.phantom.rendering import RenderedStack, RenderedStudy, render
from domain.phantom.signal import FLIP_ANGLE_DEGREES, LGE_TR_MS, TE_MS, TR_MS
from domain.phantom.study import PhantomStudy
from domain.phantom.vendors import VENDORS

MANUFACTURER = "CineRounds phantom"
_STUDY_DATE = "20200101"
# Characters that Instance Number and Trigger Time take in every file.
_NUMBER_WIDTH, _TIME_WIDTH = 6, 8
_DESCRIPTIONS = {
    ("sax", "cine"): "cine SAX", ("lax4", "cine"): "cine 4CH", ("lax2", "cine"): "cine 2CH",
    ("lax3", "cine"): "cine 3CH", ("sax", "lge"): "LGE SAX", ("lax4", "lge"): "LGE 4CH",
}  # fmt: skip


def write_study(study: PhantomStudy, folder: Path) -> list[Path]:
    """Renders `study` and writes every image that arrived into `folder`, which is made if absent.

    Returns the paths written, stack by stack, slice by slice, phase by phase. Explicit VR little
    endian, 12 of 16 bits, UIDs under 2.25 that follow from the study's seed.
    """
    return write_rendered(render(study), folder)


def write_rendered(rendered: RenderedStudy, folder: Path) -> list[Path]:
    """Writes an already rendered study; see `write_study`."""
    folder.mkdir(parents=True, exist_ok=True)
    study, paths, series = rendered.study, [], 0
    vendor = VENDORS[study.acquisition.style]
    for stack in rendered.stacks:
        one_per_slice = vendor.series_per_slice and stack.contrast == "cine"
        for index in range(len(stack.planes)):
            if index == 0 or one_per_slice:
                series += 1
            header = _SliceHeader(study, stack, series, index)
            for phase in np.flatnonzero(stack.present[index]):
                number = _number(stack, index, int(phase), one_per_slice, vendor.phase_first)
                path = folder / f"MR{series:03d}_{number:04d}.dcm"
                path.write_bytes(
                    header.file(
                        phantom_uid(study, 3, series, number),
                        number,
                        float(stack.trigger_times_ms[index, phase]),
                        stack.pixels[index, phase],
                    )
                )
                paths.append(path)
    return paths


def _number(
    stack: RenderedStack, index: int, phase: int, one_per_slice: bool, phase_first: bool
) -> int:
    """Instance Number (0020,0013), from 1; what never arrived leaves no gap."""
    present = stack.present[index : index + 1] if one_per_slice else stack.present
    place = (0 if one_per_slice else index, phase)
    if phase_first:
        present, place = present.T, (place[1], place[0])
    counted = np.cumsum(present).reshape(present.shape)
    return int(counted[place])


def phantom_uid(study: PhantomStudy, *parts: int) -> str:
    """A UID under 2.25 (a 128-bit integer, PS3.5 B.2) that follows from the seed and `parts`.

    Always 44 characters.
    """
    words = np.random.SeedSequence([study.seed, 2025, *parts]).generate_state(4, np.uint32)
    value = int.from_bytes(words.astype(">u4").tobytes(), "big")
    return f"2.25.{10**38 + value % (2 * 10**38)}"


class _SliceHeader:
    """All that the phases of one slice share, encoded once, with room for what differs.

    Each of the few differing values has a fixed width, so that a file is a copy of these bytes with
    those values set: many times faster than encoding every element of every file.
    """

    def __init__(self, study: PhantomStudy, stack: RenderedStack, series: int, index: int) -> None:
        uid = phantom_uid(study, 3, series, 0)
        dataset = _slice_dataset(study, stack, series, index)
        dataset.SOPInstanceUID = uid
        dataset.file_meta.MediaStorageSOPInstanceUID = UID(uid)
        dataset.InstanceNumber, dataset.TriggerTime = "0" * _NUMBER_WIDTH, "0" * _TIME_WIDTH
        buffer = BytesIO()
        dataset.save_as(buffer, enforce_file_format=True)
        self.encoded = buffer.getvalue()
        self.uids = [
            self._place(0x0002, 0x0003, b"UI", len(uid)),
            self._place(0x0008, 0x0018, b"UI", len(uid)),
        ]
        self.number = self._place(0x0020, 0x0013, b"IS", _NUMBER_WIDTH)
        self.time = self._place(0x0018, 0x1060, b"DS", _TIME_WIDTH)

    def file(self, uid: str, number: int, time_ms: float, pixels: NDArray[np.uint16]) -> bytes:
        """The whole file of one phase."""
        header = bytearray(self.encoded)
        for place in self.uids:
            header[place] = uid.encode()
        header[self.number] = f"{number:0{_NUMBER_WIDTH}d}".encode()
        header[self.time] = f"{time_ms:0{_TIME_WIDTH}.2f}".encode()
        data = np.ascontiguousarray(pixels, dtype="<u2").tobytes()
        # Pixel Data (7FE0,0010), the last element: explicit VR OW with a length of four bytes.
        return bytes(header) + pack("<HH2sHI", 0x7FE0, 0x0010, b"OW", 0, len(data)) + data

    def _place(self, group: int, element: int, vr: bytes, width: int) -> slice:
        """Where the value of an element stands among the encoded bytes (PS3.5 7.1.2)."""
        start = self.encoded.index(pack("<HH2sH", group, element, vr, width)) + 8
        return slice(start, start + width)


def _slice_dataset(study: PhantomStudy, stack: RenderedStack, series: int, index: int) -> Dataset:
    dataset = Dataset()
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta = meta
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.SOPClassUID = MRImageStorage
    _describe_patient(dataset, study)
    _describe_study(dataset, study, stack, series)
    _describe_scanner(dataset, study, stack)
    _describe_timing(dataset, stack, index)
    _describe_plane(dataset, study, stack, index)
    _describe_pixels(dataset, stack.pixels[index])
    return dataset


def _describe_patient(instance: Dataset, study: PhantomStudy) -> None:
    patient = study.patient
    instance.PatientName = patient.name
    instance.PatientID = f"PHANTOM-{study.seed % 1_000_000:06d}"
    instance.PatientBirthDate = ""
    instance.PatientSex = patient.sex
    instance.PatientAge = f"{patient.age:03d}Y"
    instance.PatientSize = f"{patient.height_m:.2f}"
    instance.PatientWeight = f"{patient.weight_kg:.1f}"


def _describe_study(
    instance: Dataset, study: PhantomStudy, stack: RenderedStack, series: int
) -> None:
    instance.StudyInstanceUID = phantom_uid(study, 1)
    instance.SeriesInstanceUID = phantom_uid(study, 2, series)
    instance.FrameOfReferenceUID = phantom_uid(study, 4)
    instance.PositionReferenceIndicator = ""
    instance.StudyID, instance.AccessionNumber, instance.ReferringPhysicianName = "1", "", ""
    instance.StudyDescription = "Synthetic cardiac MRI"
    for keyword in ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"):
        setattr(instance, keyword, _STUDY_DATE)
    minutes = 9 * 60 + series
    for keyword in ("StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime"):
        at = 9 * 60 if keyword == "StudyTime" else minutes
        setattr(instance, keyword, f"{at // 60:02d}{at % 60:02d}00")
    instance.SeriesNumber, instance.AcquisitionNumber = series, 1
    instance.SeriesDescription = _DESCRIPTIONS[stack.view, stack.contrast]
    instance.ProtocolName = instance.SeriesDescription


def _describe_scanner(instance: Dataset, study: PhantomStudy, stack: RenderedStack) -> None:
    scan = study.acquisition
    instance.Modality, instance.BodyPartExamined = "MR", "HEART"
    instance.PatientPosition = "HFS"
    instance.Manufacturer = MANUFACTURER
    instance.ManufacturerModelName = f"Phantom {scan.field_strength_tesla:.1f}T"
    instance.SoftwareVersions = "1"
    instance.MagneticFieldStrength = f"{scan.field_strength_tesla:g}"
    instance.ImagingFrequency = f"{42.577 * scan.field_strength_tesla:.3f}"
    instance.ImagedNucleus, instance.MRAcquisitionType = "1H", "2D"
    instance.ScanOptions, instance.EchoTrainLength = "CG", 1
    instance.EchoTime = f"{TE_MS:g}"
    if stack.contrast == "cine":
        instance.ImageType = ["ORIGINAL", "PRIMARY", "M", "RETRO", "NORM"]
        instance.ScanningSequence, instance.SequenceVariant = "GR", "SS"
        name = VENDORS[scan.style].sequence_name
        if name:
            instance.SequenceName = name
        instance.RepetitionTime, instance.FlipAngle = f"{TR_MS:g}", f"{FLIP_ANGLE_DEGREES:g}"
        return
    kind = "P" if stack.phase_sensitive else "M"
    instance.ImageType = ["ORIGINAL", "PRIMARY", kind, "NORM"]
    instance.ScanningSequence, instance.SequenceVariant = ["GR", "IR"], ["SK", "MP"]
    instance.RepetitionTime, instance.FlipAngle = f"{LGE_TR_MS:g}", "20"
    instance.InversionTime = f"{stack.inversion_time_ms or 0:g}"
    instance.ContrastBolusAgent = "GADOLINIUM"


def _describe_timing(instance: Dataset, stack: RenderedStack, index: int) -> None:
    rr = float(stack.rr_ms[index])
    instance.NominalInterval = round(rr)
    instance.HeartRate = round(60_000.0 / rr)
    instance.CardiacNumberOfImages = stack.pixels.shape[1]
    instance.TriggerSourceOrType = "ECG"
    instance.BeatRejectionFlag = "N"


def _describe_plane(
    instance: Dataset, study: PhantomStudy, stack: RenderedStack, index: int
) -> None:
    plane, scan = stack.planes[index], study.acquisition
    instance.ImagePositionPatient = [f"{value:.4f}" for value in plane.position]
    instance.ImageOrientationPatient = [f"{value:.8f}" for value in plane.orientation]
    instance.PixelSpacing = [f"{plane.pixel_mm:g}", f"{plane.pixel_mm:g}"]
    instance.SliceThickness = f"{scan.slice_thickness_mm:g}"
    if stack.view == "sax":
        instance.SpacingBetweenSlices = f"{scan.slice_spacing_mm:g}"
    instance.SliceLocation = f"{float(plane.position @ plane.normal):.3f}"


def _describe_pixels(instance: Dataset, pixels: NDArray[np.uint16]) -> None:
    """`pixels`: (phases, rows, columns), shown in one window."""
    instance.Rows, instance.Columns = (int(size) for size in pixels.shape[1:])
    instance.SamplesPerPixel, instance.PhotometricInterpretation = 1, "MONOCHROME2"
    instance.BitsAllocated, instance.BitsStored, instance.HighBit = 16, 12, 11
    instance.PixelRepresentation = 0
    low, high = (float(one) for one in np.percentile(pixels[0], (1.0, 98.5)))
    instance.WindowCenter = f"{0.5 * (low + high):.0f}"
    instance.WindowWidth = f"{max(high - low, 1.0):.0f}"
    instance.BurnedInAnnotation = "NO"
    instance.LossyImageCompression = "00"
    instance.PresentationLUTShape = "IDENTITY"
