"""A rendered phantom as DICOM files: classic MR Image Storage, one per slice and phase."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

from domain.phantom.library import PhantomStudy
from domain.phantom.render import RenderedStack, render
from domain.phantom.signal import FLIP_DEGREES, LGE_TR_MS, TE_MS, TR_MS

_NAMES = ("ADA", "BRAM", "CLEO", "DARA", "EZRA", "FAYE", "GUS", "HANA", "IVO", "JUNE")


def write_study(study: PhantomStudy, folder: Path) -> list[Path]:
    """Writes every image of the study into `folder` and returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for number, stack in enumerate(render(study).stacks, start=1):
        paths.extend(_write_stack(study, stack, number, folder))
    return paths


def _write_stack(
    study: PhantomStudy, stack: RenderedStack, series_number: int, folder: Path
) -> list[Path]:
    paths = []
    slices, phases = stack.pixels.shape[:2]
    for s in range(slices):
        for p in range(phases):
            if (s, p) in stack.missing:
                continue
            ds = _instance(study, stack, series_number, s, p)
            path = folder / f"S{series_number:02d}_{s:02d}_{p:02d}.dcm"
            ds.save_as(path, enforce_file_format=True)
            paths.append(path)
    return paths


def _uid(study: PhantomStudy, *parts: object) -> str:
    return str(generate_uid(entropy_srcs=["phantom", str(study.seed), *map(str, parts)]))


def _instance(
    study: PhantomStudy, stack: RenderedStack, series_number: int, s: int, p: int
) -> Dataset:
    phases = stack.pixels.shape[1]
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = MRImageStorage
    ds.SOPInstanceUID = _uid(study, series_number, s, p)
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.StudyInstanceUID = _uid(study, "study")
    ds.SeriesInstanceUID = _uid(study, series_number)
    ds.FrameOfReferenceUID = _uid(study, "frame of reference")
    ds.SeriesNumber, ds.InstanceNumber = series_number, s * phases + p + 1
    _describe_patient(ds, study)
    _describe_acquisition(ds, study, stack, s, p)
    _describe_plane(ds, stack, s)
    _set_pixels(ds, stack.pixels[s, p])
    return ds


def _describe_patient(ds: Dataset, study: PhantomStudy) -> None:
    ds.PatientName = f"DEMO^{_NAMES[study.seed % len(_NAMES)]}"
    ds.PatientID = f"PHANTOM{study.seed}"
    ds.PatientSex, ds.PatientAge = study.sex, f"{study.age:03d}Y"
    ds.PatientSize, ds.PatientWeight = f"{study.height_m:.2f}", f"{study.weight_kg:.1f}"
    ds.PatientBirthDate = ""
    ds.StudyDate, ds.StudyTime, ds.StudyID, ds.AccessionNumber = "20200101", "120000", "1", ""
    ds.ReferringPhysicianName = ""


def _describe_acquisition(
    ds: Dataset, study: PhantomStudy, stack: RenderedStack, s: int, p: int
) -> None:
    phases = stack.pixels.shape[1]
    ds.Modality, ds.BodyPartExamined, ds.PatientPosition = "MR", "HEART", "HFS"
    ds.Manufacturer = study.scanner.manufacturer
    ds.ManufacturerModelName = study.scanner.model
    ds.MagneticFieldStrength = study.scanner.field_strength_tesla
    ds.MRAcquisitionType, ds.ScanOptions = "2D", "CG"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "M", "NONE"]
    rr = round(stack.rr_ms[s])
    ds.NominalInterval, ds.HeartRate = rr, round(60_000 / rr)
    if stack.contrast == "cine":
        ds.ScanningSequence, ds.SequenceVariant = "GR", "SS"
        ds.RepetitionTime, ds.EchoTime, ds.FlipAngle = TR_MS, TE_MS, FLIP_DEGREES
        ds.CardiacNumberOfImages = phases
        ds.TriggerTime = f"{p * rr / phases:.2f}"
    else:
        ds.ScanningSequence, ds.SequenceVariant = ["GR", "IR"], "MP"
        ds.RepetitionTime, ds.EchoTime, ds.FlipAngle = LGE_TR_MS, TE_MS, 20
        ds.InversionTime = f"{stack.inversion_time_ms or 0:.1f}"
        ds.TriggerTime = f"{0.72 * rr:.2f}"
        ds.CardiacNumberOfImages = 1


def _describe_plane(ds: Dataset, stack: RenderedStack, s: int) -> None:
    ds.ImagePositionPatient = [f"{value:.4f}" for value in stack.origins[s]]
    ds.ImageOrientationPatient = [f"{value:.6f}" for value in (*stack.row, *stack.column)]
    ds.PixelSpacing = [f"{stack.pixel_spacing_mm:.5f}"] * 2
    ds.SliceThickness = stack.slice_thickness_mm
    if stack.slice_spacing_mm is not None:
        ds.SpacingBetweenSlices = stack.slice_spacing_mm


def _set_pixels(ds: Dataset, pixels: NDArray[np.uint16]) -> None:
    ds.Rows, ds.Columns = pixels.shape
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    top = float(np.percentile(pixels, 99.5))
    ds.WindowCenter, ds.WindowWidth = round(top / 2), max(2, round(top))
    ds.BurnedInAnnotation = "NO"
    ds.PixelData = pixels.astype("<u2").tobytes()
