"""What a cine study is made of, once the files have been understood.

An *instance* is one image file. A *slice* is one plane through the heart at one or more phases of
the cardiac cycle. A *stack* is a set of parallel slices of one view and contrast, which may span
several DICOM series: some scanners send one series per short-axis slice, others one for all. A
*study* is every stack of one examination of one patient, with what is missing said aloud.

Lengths are millimetres in the DICOM patient coordinate system (x to the patient's left, y to the
back, z to the head; PS3.3 section C.7.6.2.1.1), times are milliseconds.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

Vector = tuple[float, float, float]


class View(StrEnum):
    """The role of a plane: short axis, the long-axis views, the right-heart views."""

    SAX = "sax"
    LAX2 = "lax2"
    LAX3 = "lax3"
    LAX4 = "lax4"
    RV2 = "rv2"
    RVOT = "rvot"
    OTHER = "other"


class Contrast(StrEnum):
    """What the signal shows: motion over the cycle, late gadolinium enhancement, anything else."""

    CINE = "cine"
    LGE = "lge"
    OTHER = "other"


VIEW_NAMES: dict[View, str] = {
    View.SAX: "Short-axis",
    View.LAX2: "Two-chamber",
    View.LAX3: "Three-chamber",
    View.LAX4: "Four-chamber",
    View.RV2: "Right-ventricular two-chamber",
    View.RVOT: "Right-ventricular outflow tract",
    View.OTHER: "Other view",
}
CONTRAST_NAMES: dict[Contrast, str] = {
    Contrast.CINE: "cine",
    Contrast.LGE: "late gadolinium enhancement",
    Contrast.OTHER: "images",
}


@dataclass(frozen=True)
class InstanceHeader:
    """One single-frame MR image, without its pixels.

    - `name`: the name it arrived under; `path`: where its bytes lie now
    - `sop_instance_uid` (0008,0018), `series_instance_uid` (0020,000E),
      `study_instance_uid` (0020,000D), `transfer_syntax_uid` (0002,0010)
    - `patient_key`: what tells patients apart, from Patient ID (0010,0020) and its issuer, or
      from name and birth date where there is no ID; identifying, never to be stored
    - `image_position` (0020,0032): centre of the first pixel, mm, (x, y, z)
    - `image_orientation` (0020,0037): direction along a row, then along a column, (6,)
    - `pixel_spacing` (0028,0030): mm between rows, then between columns
    - `rows` (0028,0010), `columns` (0028,0011), `bits_stored` (0028,0101),
      `pixel_representation` (0028,0103): 0 unsigned, 1 two's complement
    - `slice_thickness` (0018,0050), mm
    - `trigger_time_ms` (0018,1060): delay after the R wave, ms
    - `nominal_interval_ms` (0018,1062): mean RR interval, ms; `heart_rate` (0018,1088), beats/min
    - `instance_number` (0020,0013), `series_number` (0020,0011),
      `acquisition_number` (0020,0012)
    - `cardiac_number_of_images` (0018,1090): phases that were acquired per slice
    - `images_in_acquisition` (0020,1002): as the scanner counted them
    - `inversion_time_ms` (0018,0082), `repetition_time_ms` (0018,0080), `echo_time_ms`
      (0018,0081), `flip_angle_degrees` (0018,1314)
    - `scanning_sequence` (0018,0020), `sequence_variant` (0018,0021), `sequence_name`
      (0018,0024), `image_type` (0008,0008)
    - `series_description` (0008,103E): free text, a weak hint and never kept
    """

    name: str
    path: Path
    sop_instance_uid: str
    series_instance_uid: str
    study_instance_uid: str
    transfer_syntax_uid: str
    patient_key: str
    image_position: Vector
    image_orientation: tuple[float, float, float, float, float, float]
    pixel_spacing: tuple[float, float]
    rows: int
    columns: int
    bits_stored: int
    pixel_representation: int
    slice_thickness: float | None = None
    trigger_time_ms: float | None = None
    nominal_interval_ms: float | None = None
    heart_rate: float | None = None
    instance_number: int | None = None
    series_number: int | None = None
    acquisition_number: int | None = None
    cardiac_number_of_images: int | None = None
    images_in_acquisition: int | None = None
    inversion_time_ms: float | None = None
    repetition_time_ms: float | None = None
    echo_time_ms: float | None = None
    flip_angle_degrees: float | None = None
    scanning_sequence: tuple[str, ...] = ()
    sequence_variant: tuple[str, ...] = ()
    sequence_name: str = ""
    image_type: tuple[str, ...] = ()
    series_description: str = ""


@dataclass(frozen=True)
class Slice:
    """One plane of a stack.

    - `index`: place in the stack, from 0; short-axis stacks run from base to apex
    - `position_mm`: along the stack's normal, from Image Position (Patient) alone
    - `phases`: one entry per expected phase, in the order of trigger time; None where no image
      arrived
    - `rr_ms`: mean RR interval during this slice, None where the data does not say
    """

    index: int
    position_mm: float
    series_instance_uid: str
    image_position: Vector
    image_orientation: tuple[float, float, float, float, float, float]
    rr_ms: float | None
    phases: tuple[InstanceHeader | None, ...]

    @property
    def present(self) -> tuple[InstanceHeader, ...]:
        """The images that are there, in phase order."""
        return tuple(phase for phase in self.phases if phase is not None)


@dataclass(frozen=True)
class ViewSuggestion:
    """A view role read off the geometry: a proposal that a person may change.

    `confidence` runs from 0 to 1 and orders suggestions; it is not a measured probability.
    """

    view: View
    reason: str
    confidence: float


@dataclass(frozen=True)
class Stack:
    """Parallel slices of one view and contrast.

    - `slice_spacing_mm`: median distance between neighbouring slice planes along their normal,
      from Image Position (Patient), never Slice Location; None for a single slice
    - `pixel_spacing_mm`: (between rows, between columns)
    - `rr_ms`: median over the slices, None where the data does not say
    - `frame_times_ms`: (phase_count,) trigger time of each phase, median over the slices, None
      where trigger times are absent; phases that no slice holds are set at the even step
    - `expected_phases`: phases per slice that the scanner acquired, or the most that arrived
    - `missing_slices`: slices that uneven spacing shows to be missing
    - `gaps`: sentences, each naming something missing
    - `notes`: sentences, each naming something that had to be assumed
    """

    view: View
    contrast: Contrast
    label: str
    suggestion: ViewSuggestion
    slices: tuple[Slice, ...]
    slice_spacing_mm: float | None
    pixel_spacing_mm: tuple[float, float]
    rows: int
    columns: int
    rr_ms: float | None
    frame_times_ms: tuple[float, ...] | None
    expected_phases: int
    missing_slices: int
    gaps: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def phase_count(self) -> int:
        return self.expected_phases

    @property
    def shown_images(self) -> int:
        """Images that are there."""
        return sum(len(one.present) for one in self.slices)

    @property
    def expected_images(self) -> int:
        """Images that would be there if no slice and no phase were missing."""
        return (len(self.slices) + self.missing_slices) * self.expected_phases

    @property
    def complete(self) -> bool:
        return self.shown_images == self.expected_images

    @property
    def instances(self) -> tuple[InstanceHeader, ...]:
        """Every image of the stack, slice by slice, phase by phase."""
        return tuple(header for one in self.slices for header in one.present)


@dataclass(frozen=True)
class SeriesFound:
    """One DICOM series as it arrived."""

    series_instance_uid: str
    series_number: int | None
    image_count: int


@dataclass(frozen=True)
class StudyFacts:
    """What the headers say about the examination as a whole; None or "" where they do not.

    - `manufacturer` (0008,0070), `model` (0008,1090): known vendors and scanners only
    - `field_strength_tesla` (0018,0087)
    - `patient_sex` (0010,0040), `patient_age_years` (0010,1010) capped at 89,
      `patient_size_m` (0010,1020), `patient_weight_kg` (0010,1030)
    """

    manufacturer: str = ""
    model: str = ""
    field_strength_tesla: float | None = None
    patient_sex: str = ""
    patient_age_years: float | None = None
    patient_size_m: float | None = None
    patient_weight_kg: float | None = None


@dataclass(frozen=True)
class Study:
    """One examination of one patient.

    - `series`: in the order of series number
    - `stacks`: cine first, each contrast in the order of VIEW_NAMES
    - `gaps`: sentences, every missing slice, phase or file
    - `notes`: sentences, everything that had to be assumed
    - `refused`: (name, reason) of each image file that could not be used
    - `passed_over`: (name, reason) of each DICOM file that holds no picture
    - `ignored_count`: files that are not DICOM; `duplicate_count`: images that came twice
    """

    study_instance_uid: str
    patient_key: str
    series: tuple[SeriesFound, ...]
    stacks: tuple[Stack, ...]
    gaps: tuple[str, ...]
    notes: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    passed_over: tuple[tuple[str, str], ...]
    ignored_count: int
    duplicate_count: int
    facts: StudyFacts

    @property
    def instances(self) -> tuple[InstanceHeader, ...]:
        """Every image, stack by stack."""
        return tuple(header for stack in self.stacks for header in stack.instances)

    @property
    def shown_images(self) -> int:
        return sum(stack.shown_images for stack in self.stacks)

    @property
    def expected_images(self) -> int:
        return sum(stack.expected_images for stack in self.stacks)
