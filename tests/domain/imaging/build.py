"""Synthetic MR images and planes with known geometry, written by pydicom."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage

from domain.imaging.heart_frame import PlaneGeometry

STUDY = "1.2.3.1"
AXIS = np.array([0.62, -0.65, -0.42]) / np.linalg.norm([0.62, -0.65, -0.42])
CENTRE = np.array([30.0, -10.0, 40.0])


def heart_axes(axis: np.ndarray = AXIS) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Axis (base to apex), direction to the right ventricle, upward."""
    right = np.array([-0.85, -0.5, -0.15])
    right = right - (right @ axis) * axis
    right /= np.linalg.norm(right)
    return axis, right, np.cross(right, axis)


def rotation(axis: Sequence[float], degrees: float) -> np.ndarray:
    """Rotation matrix (3, 3) about `axis`."""
    x, y, z = np.asarray(axis, float) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = np.radians(degrees)
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def plane_axes(view: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Row direction, column direction and centre of a well-laid plane of `view`."""
    axis, right, up = heart_axes()
    if view == "sax":
        return right, np.cross(axis, right), CENTRE
    turn, tilt, offset = {
        "lax4": (-15, 0, (0, 0, 0)),
        "lax3": (45, 0, (0, 0, 0)),
        "lax2": (105, 0, (0, 0, 0)),
        "rv2": (100, -8, (0, 48, 0)),
        "rvot": (75, 18, (-20, 28, 25)),
    }[view]
    angle = np.radians(turn)
    line = np.cos(angle) * right + np.sin(angle) * up
    normal = np.cross(line, axis)
    normal = normal if normal @ right < 0 else -normal
    lean = np.radians(tilt)
    along = np.cos(lean) * axis - np.sin(lean) * normal
    centre = CENTRE + offset[0] * axis + offset[1] * right + offset[2] * up
    return line, along, centre


def plane(
    view: str,
    slices: int = 1,
    spacing: float = 10.0,
    turn: np.ndarray | None = None,
    shift: Sequence[float] = (0, 0, 0),
) -> PlaneGeometry:
    """A stack's geometry; `turn` rotates the whole chest about the heart, `shift` moves it."""
    row, column, centre = plane_axes(view)
    matrix = np.eye(3) if turn is None else turn
    row, column = matrix @ row, matrix @ column
    normal = np.cross(row, column)
    corner = centre + np.asarray(shift) - (row + column) * 1.5 * 127.5
    positions = tuple(
        tuple(corner + normal * spacing * (index - (slices - 1) / 2)) for index in range(slices)
    )
    return PlaneGeometry(tuple(np.r_[row, column]), positions, 256, 256, (1.5, 1.5))


def image(
    *,
    view: str = "sax",
    offset_mm: float = 0.0,
    phase: int = 0,
    phases: int = 8,
    series: int = 1,
    rr_ms: float | None = 900,
    **overrides: Any,
) -> Dataset:
    """One MR image of a plane moved `offset_mm` along its normal (for sax towards the apex).

    An override of None removes that attribute.
    """
    row, column, centre = plane_axes(view)
    axis = heart_axes()[0]
    normal = axis if view == "sax" else np.cross(row, column)
    size, spacing = 16, 20.0
    corner = centre + offset_mm * normal - (row + column) * spacing * (size - 1) / 2
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.SOPClassUID = MRImageStorage
    ds.StudyInstanceUID, ds.SeriesInstanceUID = STUDY, f"{STUDY}.{series}"
    ds.SOPInstanceUID = f"{STUDY}.{series}.{round(offset_mm * 10) + 5000}.{phase + 1}"
    ds.Modality = "MR"
    ds.PatientName, ds.PatientID = "Invented^Person", "P1"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "M"]
    ds.ScanningSequence, ds.SequenceVariant = "GR", "SS"
    ds.EchoTime, ds.RepetitionTime, ds.FlipAngle, ds.SliceThickness = 1.5, 3.0, 60, 6
    ds.SeriesNumber = series
    ds.InstanceNumber = round(offset_mm) * 100 + phase + 1
    ds.CardiacNumberOfImages = phases
    ds.TriggerTime = round((rr_ms or 900) * phase / phases, 3)
    if rr_ms is not None:
        ds.NominalInterval = int(rr_ms)
    ds.ImagePositionPatient = [float(f"{value:.6f}") for value in corner]
    ds.ImageOrientationPatient = [float(f"{value:.8f}") for value in np.r_[row, column]]
    ds.PixelSpacing = [spacing, spacing]
    ds.Rows = ds.Columns = size
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    pixels = np.random.default_rng(phase + 100 * series).integers(0, 4096, (size, size))
    ds.PixelData = pixels.astype("<u2").tobytes()
    for keyword, value in overrides.items():
        if value is None:
            if keyword in ds:
                delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)
    return ds


def cine(
    slices: int = 3,
    phases: int = 8,
    spacing: float = 10.0,
    view: str = "sax",
    series: int = 1,
    **overrides: Any,
) -> list[Dataset]:
    """A stack of `slices` x `phases` in one series."""
    return [
        image(view=view, offset_mm=index * spacing, phase=phase, phases=phases, series=series,
              **overrides)
        for index in range(slices)
        for phase in range(phases)
    ]  # fmt: skip


def write(
    folder: Path,
    datasets: Sequence[Dataset],
    syntax: str = ExplicitVRLittleEndian,
    prefix: str = "IM",
) -> list[tuple[str, Path]]:
    """Writes `datasets` as files and returns what read_study takes."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for index, ds in enumerate(datasets):
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = UID(syntax)
        ds.file_meta.MediaStorageSOPClassUID = ds.get("SOPClassUID", MRImageStorage)
        ds.file_meta.MediaStorageSOPInstanceUID = ds.get("SOPInstanceUID", "1.2")
        path = folder / f"{prefix}{index:04d}.dcm"
        ds.save_as(path, enforce_file_format=True)
        files.append((path.name, path))
    return files
