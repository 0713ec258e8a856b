"""Small real DICOM studies for tests, written by pydicom."""

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid


def cine_instance(
    *,
    study: str,
    series: str,
    slice_index: int,
    phase: int,
    phases: int,
    size: int = 64,
    patient: str = "P1",
    spacing_mm: float = 10.0,
    rr_ms: float = 900.0,
) -> Dataset:
    """One short-axis cine instance: a bright disc that shrinks towards end-systole."""
    rows, columns = np.mgrid[:size, :size]
    radius = size * (0.3 - 0.1 * np.sin(np.pi * phase / max(phases - 1, 1)))
    disc = (rows - size / 2) ** 2 + (columns - size / 2) ** 2 < radius**2
    pixels = (200 + 600 * disc + 5 * slice_index).astype("<u2")

    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = MRImageStorage
    ds.SOPClassUID = MRImageStorage
    ds.SOPInstanceUID = generate_uid(
        entropy_srcs=[study, series, str(slice_index), str(phase), patient]
    )
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study, series
    ds.Modality = "MR"
    ds.PatientName, ds.PatientID = f"INVENTED^{patient}", patient
    ds.PatientSex, ds.PatientAge = "F", "051Y"
    ds.Manufacturer = "Test Scanner Works"
    ds.MagneticFieldStrength = 1.5
    ds.ImageType = ["ORIGINAL", "PRIMARY", "M"]
    ds.ScanningSequence, ds.SequenceVariant = "GR", "SS"
    ds.RepetitionTime, ds.EchoTime, ds.FlipAngle = 3.2, 1.5, 55
    ds.SliceThickness = 8
    ds.SeriesNumber, ds.InstanceNumber = 5, slice_index * phases + phase + 1
    ds.TriggerTime = round(phase * rr_ms / phases, 3)
    ds.NominalInterval, ds.CardiacNumberOfImages = int(rr_ms), phases
    # A usual double-oblique short axis, from base to apex.
    row, column = np.array([0.79, 0.0, 0.613]), np.array([0.38, 0.785, -0.49])
    row, column = row / np.linalg.norm(row), column - (column @ row) / (row @ row) * row
    column /= np.linalg.norm(column)
    centre = np.array([0.0, 30.0, -30.0]) - np.cross(row, column) * spacing_mm * slice_index
    corner = centre - 1.5 * (size - 1) * (row + column)
    ds.ImagePositionPatient = [f"{value:.4f}" for value in corner]
    ds.ImageOrientationPatient = [f"{value:.7f}" for value in (*row, *column)]
    ds.PixelSpacing = [3.0, 3.0]
    ds.Rows = ds.Columns = size
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.PixelData = pixels.tobytes()
    return ds


def write_cine(
    folder: Path, *, slices: int = 3, phases: int = 8, seed: str = "one", patient: str = "P1"
) -> list[Path]:
    """A short-axis cine study of slices x phases; the same seed gives the same UIDs."""
    folder.mkdir(parents=True, exist_ok=True)
    study = generate_uid(entropy_srcs=["study", seed])
    series = generate_uid(entropy_srcs=["series", seed])
    paths = []
    for slice_index in range(slices):
        for phase in range(phases):
            ds = cine_instance(
                study=study,
                series=series,
                slice_index=slice_index,
                phase=phase,
                phases=phases,
                patient=patient,
            )
            path = folder / f"IM{slice_index:02d}{phase:02d}.dcm"
            ds.save_as(path, enforce_file_format=True)
            paths.append(path)
    return paths
