"""A phantom study as DICOM files: classic MR Image Storage, one instance per slice and phase.

Files are organised as scanners do it: the Siemens and Philips styles send one series per
short-axis slice and per view, the GE style one series per stack. Manufacturer always says that
the images are synthetic.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

from domain.phantom.rendering import RenderedStack, RenderedStudy, render
from domain.phantom.signal import FLIP_ANGLE_DEGREES, LGE_TR_MS, TE_MS, TR_MS
from domain.phantom.study import PhantomStudy

MANUFACTURER = "CineRounds phantom"
_STUDY_DATE = "20200101"
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
    paths: list[Path] = []
    series = 0
    for stack in rendered.stacks:
        one_per_slice = rendered.study.acquisition.style != "ge" and stack.contrast == "cine"
        number = 0
        for index in range(len(stack.planes)):
            if index == 0 or one_per_slice:
                series, number = series + 1, 0
            for phase in np.flatnonzero(stack.present[index]):
                number += 1
                instance = _instance(rendered.study, stack, series, number, index, int(phase))
                path = folder / f"MR{series:03d}_{number:04d}.dcm"
                instance.save_as(path, enforce_file_format=True)
                paths.append(path)
    return paths


def phantom_uid(study: PhantomStudy, *parts: int) -> str:
    """A UID under 2.25 (a 128-bit integer, PS3.5 B.2) that follows from the seed and `parts`."""
    words = np.random.SeedSequence([study.seed, 2025, *parts]).generate_state(4, np.uint32)
    value = int.from_bytes(words.astype(">u4").tobytes(), "big")
    return f"2.25.{value}"


def _instance(
    study: PhantomStudy, stack: RenderedStack, series: int, number: int, index: int, phase: int
) -> Dataset:
    instance = Dataset()
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = phantom_uid(study, 3, series, number)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    instance.file_meta = meta
    instance.SpecificCharacterSet = "ISO_IR 100"
    instance.SOPClassUID = MRImageStorage
    instance.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    _describe_patient(instance, study)
    _describe_study(instance, study, stack, series, number)
    _describe_scanner(instance, study, stack)
    _describe_timing(instance, study, stack, index, phase)
    _describe_plane(instance, study, stack, index)
    _put_pixels(instance, stack.pixels[index, phase])
    return instance


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
    instance: Dataset, study: PhantomStudy, stack: RenderedStack, series: int, number: int
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
    instance.SeriesNumber, instance.InstanceNumber = series, number
    instance.AcquisitionNumber = 1
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
        instance.RepetitionTime, instance.FlipAngle = f"{TR_MS:g}", f"{FLIP_ANGLE_DEGREES:g}"
        return
    kind = "P" if stack.phase_sensitive else "M"
    instance.ImageType = ["ORIGINAL", "PRIMARY", kind, "NORM"]
    instance.ScanningSequence, instance.SequenceVariant = ["GR", "IR"], ["SK", "MP"]
    instance.RepetitionTime, instance.FlipAngle = f"{LGE_TR_MS:g}", "20"
    instance.InversionTime = f"{stack.inversion_time_ms or 0:g}"
    instance.ContrastBolusAgent = "GADOLINIUM"


def _describe_timing(
    instance: Dataset, study: PhantomStudy, stack: RenderedStack, index: int, phase: int
) -> None:
    rr = float(stack.rr_ms[index])
    instance.TriggerTime = f"{stack.trigger_times_ms[index, phase]:.2f}"
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


def _put_pixels(instance: Dataset, pixels: NDArray[np.uint16]) -> None:
    instance.Rows, instance.Columns = (int(size) for size in pixels.shape)
    instance.SamplesPerPixel, instance.PhotometricInterpretation = 1, "MONOCHROME2"
    instance.BitsAllocated, instance.BitsStored, instance.HighBit = 16, 12, 11
    instance.PixelRepresentation = 0
    low, high = (float(one) for one in np.percentile(pixels, (1.0, 98.5)))
    instance.WindowCenter = f"{0.5 * (low + high):.0f}"
    instance.WindowWidth = f"{max(high - low, 1.0):.0f}"
    instance.BurnedInAnnotation = "NO"
    instance.LossyImageCompression = "00"
    instance.PresentationLUTShape = "IDENTITY"
    instance.PixelData = np.ascontiguousarray(pixels, dtype="<u2").tobytes()
