"""Drawing hearts and diseases from a seed, and the truth about each."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import pi
from typing import Any

import numpy as np

from domain.phantom.anatomy import Heart, Volumes, measure
from domain.phantom.signal import SCANNERS, Scanner

Draw = Callable[[np.random.Generator], dict[str, Any]]


@dataclass(frozen=True)
class PhantomStudy:
    """One invented patient: heart, scanner, and what the study leaves out.

    `title` and `history` are for the case; `truth` is what is so, in the grader's codes.
    """

    seed: int
    disease: str
    title: str
    history: str
    heart: Heart
    scanner: Scanner
    sex: str
    age: int
    height_m: float
    weight_kg: float
    rr_ms: float
    phases: int
    matrix: int
    field_of_view_mm: float
    has_lge: bool
    myocardial_ecv: float
    scar_ecv: float
    breathing_mm: float
    missing_slice: bool
    missing_phase: bool
    findings: tuple[tuple[str, str | None], ...]
    place: str = ""

    @property
    def heart_position(self) -> tuple[float, float, float]:
        """Where the base of the heart lies, patient mm."""
        return (8.0 + self.seed % 13, -22.0 - self.seed % 7, 12.0 + self.seed % 11)

    @property
    def bsa_m2(self) -> float:
        """Body surface area (Mosteller 1987, N Engl J Med 317:1098)."""
        return float(np.sqrt(self.height_m * 100 * self.weight_kg / 3600))

    @cached_property
    def volumes(self) -> Volumes:
        """What the masks measure."""
        return measure(self.heart)

    @property
    def truth(self) -> dict[str, Any]:
        """Claims present, with severity, and measures; what is not named is absent."""
        volumes = self.volumes
        return {
            "claims": [
                {"concept": concept, "assertion": "present", "severity": severity}
                for concept, severity in self.findings
            ],
            "measures": {
                "lvef": round(volumes.lvef, 1),
                "rvef": round(volumes.rvef, 1),
                "lvedv": round(volumes.lvedv, 1),
                "lvesv": round(volumes.lvesv, 1),
                "lvedvi": round(volumes.lvedv / self.bsa_m2, 1),
                "lv_mass": round(volumes.lv_mass, 1),
                "wall_thickness": round(volumes.wall_thickness, 1),
            },
        }


def _normal(rng: np.random.Generator) -> dict[str, Any]:
    return {"title": "Normal study", "history": "Palpitations.", "findings": [("dx_normal", None)]}


def _dcm(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "title": "Dilated cardiomyopathy",
        "history": "Breathless for three months, left bundle branch block.",
        "heart": {"radius": rng.uniform(32, 37), "length": rng.uniform(95, 104), "wall": 7.0,
                  "radial": rng.uniform(0.09, 0.15), "longitudinal": 0.05, "la_radius": 26.0,
                  "scar": "midwall", "scar_extent": 0.25, "weak_angle": pi, "weak_width": 0.7,
                  "weak_factor": 0.9, "rv_radius": 28.0},
        "myocardial_ecv": 0.30,
        "findings": [("lv_dilation", None), ("lv_dysfunction", "severe"), ("dx_dcm", None)],
        "lge": [("lge", None)],
        "place": "midwall septal",
    }


def _hcm(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "title": "Hypertrophic cardiomyopathy",
        "history": "Systolic murmur, T-wave inversion.",
        "heart": {"radius": 22.0, "wall": 9.0, "septal_extra": rng.uniform(9, 14), "radial": 0.42,
                  "la_radius": 25.0, "scar": "midwall", "scar_extent": 0.4, "weak_angle": 2.3,
                  "weak_width": 0.35, "weak_factor": 0.8},
        "scar_ecv": 0.45,
        "findings": [("lv_hypertrophy", None), ("dx_hcm", None)],
        "lge": [("lge", None)],
        "place": "midwall anteroseptal",
    }


def _ischaemic(rng: np.random.Generator) -> dict[str, Any]:
    angle, place = [(pi / 2 + 0.5, "anteroseptal"), (-pi / 2, "inferior"), (-0.6, "inferolateral")][
        rng.integers(3)
    ]
    return {
        "title": f"Old {place} infarct",
        "history": "Chest pain two years ago, now breathless on exertion.",
        "heart": {"radius": rng.uniform(28, 31), "length": 92.0, "radial": 0.26,
                  "longitudinal": 0.09, "scar": "subendocardial",
                  "scar_extent": rng.uniform(0.5, 0.9), "weak_angle": angle, "weak_width": 0.85,
                  "weak_factor": 0.1, "weak_from": 0.15},
        "findings": [("lv_dysfunction", "moderate"), ("wall_motion_abnormality", None),
                     ("dx_ischaemic", None)],
        "lge": [("lge", None), ("infarct", None)],
        "place": f"subendocardial {place}",
    }


def _thrombus(rng: np.random.Generator) -> dict[str, Any]:
    base = _ischaemic(rng)
    base["heart"] |= {"thrombus": 11.0, "weak_angle": pi / 2 + 0.5, "weak_factor": 0.0}
    base["findings"] = [*base["findings"], ("lv_thrombus", None)]
    base["place"] = "subendocardial anteroseptal"
    return base | {"title": "Infarct with apical thrombus"}


def _rv(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "title": "Right ventricular disease",
        "history": "Ventricular ectopy of left bundle branch block pattern.",
        "heart": {"rv_radius": rng.uniform(41, 45), "rv_radial": rng.uniform(0.06, 0.12),
                  "radius": 23.0},
        "findings": [("rv_dilation", None), ("rv_dysfunction", None)],
    }


def _amyloid(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "title": "Cardiac amyloidosis",
        "history": "Heart failure with low voltage on the ECG.",
        "heart": {"radius": 21.0, "wall": rng.uniform(14.5, 17), "radial": 0.24,
                  "longitudinal": 0.05, "la_radius": 27.0, "effusion": 5.0,
                  "scar": "subendocardial", "scar_extent": 0.55},
        "myocardial_ecv": 0.48,
        "scar_ecv": 0.56,
        "findings": [("lv_hypertrophy", None), ("dx_amyloid", None), ("lv_dysfunction", "mild"),
                     ("pericardial_effusion", "mild")],
        "lge": [("lge", None)],
        "place": "diffuse subendocardial",
    }


def _myocarditis(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "title": "Myocarditis",
        "history": "Chest pain and raised troponin a week after a cold; clear coronaries.",
        "heart": {"scar": "subepicardial", "scar_extent": 0.35, "weak_angle": -0.4,
                  "weak_width": 0.7, "weak_factor": 0.75},
        "scar_ecv": 0.42,
        "findings": [("dx_myocarditis", None)],
        "lge": [("lge", None)],
        "place": "subepicardial inferolateral",
        "needs_lge": True,
    }


def _effusion(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "title": "Pericardial effusion",
        "history": "Pleuritic chest pain.",
        "heart": {"effusion": rng.uniform(12, 16)},
        "findings": [("pericardial_effusion", "moderate")],
    }


def _aorta(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "title": "Dilated ascending aorta",
        "history": "Family history of aortic disease.",
        "heart": {"aorta_radius": rng.uniform(23, 26)},
        "findings": [("aortic_dilation", None)],
    }


# Normals are as many as a reader would meet; the order mixes them.
DISEASES: tuple[tuple[str, Draw], ...] = (
    ("normal", _normal), ("dcm", _dcm), ("ischaemic", _ischaemic), ("normal", _normal),
    ("hcm", _hcm), ("rv", _rv), ("normal", _normal), ("amyloid", _amyloid),
    ("ischaemic", _ischaemic), ("myocarditis", _myocarditis), ("normal", _normal),
    ("effusion", _effusion), ("dcm", _dcm), ("aorta", _aorta), ("normal", _normal),
    ("thrombus", _thrombus),
)


def draw_library(seed: int, count: int, *, matrix: int = 160) -> list[PhantomStudy]:
    """`count` invented studies; the same seed gives the same ones."""
    order = np.random.default_rng(seed).permutation(len(DISEASES))
    return [
        _draw(seed * 1000 + i, *DISEASES[order[i % len(DISEASES)]], number=i, matrix=matrix)
        for i in range(count)
    ]


def _draw(seed: int, disease: str, draw: Draw, *, number: int, matrix: int) -> PhantomStudy:
    rng = np.random.default_rng(seed)
    made = draw(rng)
    female = bool(rng.integers(2))
    size = rng.normal(0.96 if female else 1.02, 0.02)
    shape = {"radius": 24.5 * size, "length": 82 * size, "wall": 7.6 * size,
             "radial": rng.uniform(0.34, 0.39),
             "rv_radial": rng.uniform(0.40, 0.46)} | made.get("heart", {})
    has_lge = bool(made.get("needs_lge")) or bool(rng.uniform() < 0.75)
    return PhantomStudy(
        seed=seed,
        disease=disease,
        title=made["title"],
        history=made["history"],
        heart=Heart(**shape),
        scanner=SCANNERS[int(rng.integers(len(SCANNERS)))],
        sex="F" if female else "M",
        age=int(rng.integers(24, 82)),
        height_m=float(rng.normal(1.65 if female else 1.78, 0.06)),
        weight_kg=float(rng.normal(68 if female else 82, 8)),
        rr_ms=float(rng.uniform(720, 1080)),
        phases=25,
        matrix=matrix,
        field_of_view_mm=float(rng.uniform(255, 290)),
        has_lge=has_lge,
        myocardial_ecv=made.get("myocardial_ecv", 0.26),
        scar_ecv=made.get("scar_ecv", 0.60),
        breathing_mm=1.2,
        missing_slice=number % 12 == 7,
        missing_phase=number % 12 == 10,
        findings=tuple(made["findings"] + (made.get("lge", []) if has_lge else [])),
        place=made.get("place", ""),
    )
