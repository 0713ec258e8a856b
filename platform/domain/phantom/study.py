"""What a phantom study is made of, before anything is drawn.

Every figure that a report may state is either a cause set here (which segments are scarred) or
measured on the masks of the drawn heart (`measures`), never copied from a target.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from domain.body import mosteller
from domain.errors import InputError


@dataclass(frozen=True)
class Patient:
    """An invented person. `age` years, `height_m` metres, `weight_kg` kilograms."""

    name: str
    sex: str
    age: int
    height_m: float
    weight_kg: float

    @property
    def body_surface_area(self) -> float:
        """m²"""
        return mosteller(self.height_m, self.weight_kg)


@dataclass(frozen=True)
class HeartShape:
    """Causes of the heart's shape and motion; the drawn heart is fitted to the volume targets.

    - `lv_edv_ml`, `lvef`, `rv_edv_ml`, `rvef`: targets (mL, percent)
    - `elongation`: cavity length over its largest diameter at end-diastole
    - `wall_mm`: end-diastolic wall thickness by AHA segment, `wall_default_mm` elsewhere
    - `contraction`: inward motion by AHA segment relative to a healthy segment (1); negative bulges
    - `annular_shortening`, `tricuspid_shortening`: share of the LV length, 0 to 1
    - `la_scale`, `ra_scale`: linear size of the atria beside the usual
    - `aorta_mm`: inner diameter of the ascending aorta
    - `effusion_mm`: largest pericardial fluid depth; `septal_flattening`: 0 to 1
    - `thrombus_mm`: diameter of an apical thrombus, 0 for none
    """

    lv_edv_ml: float
    lvef: float
    rv_edv_ml: float
    rvef: float
    elongation: float = 1.75
    wall_mm: dict[int, float] = field(default_factory=dict)
    wall_default_mm: float = 8.0
    contraction: dict[int, float] = field(default_factory=dict)
    annular_shortening: float = 0.15
    tricuspid_shortening: float = 0.22
    la_scale: float = 1.0
    ra_scale: float = 1.0
    aorta_mm: float = 30.0
    effusion_mm: float = 0.0
    septal_flattening: float = 0.0
    thrombus_mm: float = 0.0
    systole: float = 0.35


@dataclass(frozen=True)
class Enhancement:
    """Late enhancement: a share of the wall thickness (0 to 1) by AHA segment.

    `layer`: subendocardial (from the endocardium outwards), midwall, subepicardial (from the
    epicardium inwards), insertion (mid-wall patches where the right ventricle joins) or diffuse.
    `ecv`: extracellular volume fraction of the enhanced tissue. `obstruction`: share of the scar's
    depth without reflow (microvascular obstruction), 0 for none.
    """

    layer: str
    depth: dict[int, float]
    ecv: float
    obstruction: float = 0.0


@dataclass(frozen=True)
class Acquisition:
    """How the study is scanned.

    `style`: whose scanner it resembles, a key of `vendors.VENDORS`. `noise`: standard deviation of
    the noise as a share of the blood signal. `slice_count`: short-axis slices.
    `arrhythmia`: relative spread of the RR interval between slices. `missing_slice` and
    `missing_phase` (slice, phase) name short-axis cine images that never arrived.
    """

    style: str
    field_strength_tesla: float
    heart_rate: float
    phase_count: int
    slice_count: int
    slice_thickness_mm: float
    slice_spacing_mm: float
    pixel_mm: float
    rows: int
    columns: int
    noise: float
    shading: float
    contrast_given: bool
    phase_sensitive: bool
    arrhythmia: float = 0.02
    missing_slice: int | None = None
    missing_phase: tuple[int, int] | None = None


@dataclass(frozen=True)
class PhantomStudy:
    """One study to draw: who, what disease, how scanned. Same fields, same pixels.

    `kind`: the recipe (see `recipes`), or mixed for a heart that none drew (see `spectrum`);
    `title`: teaching title; `history`: what a trainee is told.
    """

    seed: int
    kind: str
    title: str
    history: str
    indication: str
    patient: Patient
    shape: HeartShape
    enhancement: Enhancement | None
    acquisition: Acquisition

    @property
    def has_lge(self) -> bool:
        """Whether contrast was given and late enhancement imaged."""
        return self.acquisition.contrast_given

    @cached_property
    def measures(self) -> dict[str, float]:
        """Measured on the masks of the drawn heart; see `measures.measure`."""
        from domain.phantom.measures import measure

        return measure(self)

    @cached_property
    def truth(self) -> dict[str, Any]:
        """`{"claims": [...], "measures": {...}, "acquisition": {...}}`; see `truth.truth_of`."""
        from domain.phantom.truth import truth_of

        return truth_of(self)


def with_matrix(study: PhantomStudy, matrix: int) -> PhantomStudy:
    """`study` scanned over the same field of view with `matrix` pixels across.

    Raises InputError under 16 pixels.
    """
    if matrix < 16:
        raise InputError("A phantom needs at least 16 pixels across; ask for a larger matrix.")
    scan = study.acquisition
    pixel_mm = scan.pixel_mm * scan.columns / matrix
    # In eights, as scanners do, and because a Fourier transform of a prime length is slow.
    rows = max(16, 8 * round(scan.rows * scan.pixel_mm / pixel_mm / 8.0))
    return replace(
        study, acquisition=replace(scan, rows=rows, columns=matrix, pixel_mm=round(pixel_mm, 5))
    )
