"""What is true of a phantom, in the concept codes of the findings vocabulary.

Sizes and function come from the measures of the masks; scar, motion, fluid, thrombus and diagnosis
from the causes that were drawn. Limits: LV volumes mean + 2 SD by sex (Kawel-Boehm et al., J
Cardiovasc Magn Reson 2015;17:29), RV and hypertrophy as in ACDC (Bernard et al., IEEE TMI
2018;37:2514), the ascending aorta 40 mm.
"""

from collections.abc import Iterable
from typing import Any

from domain.phantom.study import PhantomStudy

LVEDVI_LIMIT = {"M": 105.0, "F": 96.0}
RVEDVI_LIMIT = 110.0
RVEF_LIMIT = 45.0
LVEF_LIMIT = 50.0
WALL_LIMIT_MM = 13.0
LA_LIMIT_ML_M2, RA_LIMIT_ML_M2 = 54.0, 58.0
AORTA_LIMIT_MM = 40.0
_MOVES_POORLY = 0.6

_DIAGNOSES = {
    "normal": "dx_normal", "dcm": "dx_dcm", "hcm": "dx_hcm", "ischaemic_lad": "dx_ischaemic",
    "ischaemic_rca": "dx_ischaemic", "ischaemic_lcx": "dx_ischaemic",
    "infarct_acute": "dx_ischaemic", "thrombus": "dx_ischaemic", "amyloid": "dx_amyloid",
    "myocarditis": "dx_myocarditis",
}  # fmt: skip
_LAYERS = {
    "subendocardial": ["subendocardial"], "midwall": ["midwall"], "insertion": ["midwall"],
    "subepicardial": ["subepicardial"], "diffuse": ["subendocardial"],
}  # fmt: skip
_PATTERNS = {"insertion": ["insertion_point", "patchy"], "diffuse": ["diffuse"]}
_UNITS = {
    "lvef": "%", "rvef": "%", "lvedv": "mL", "lvesv": "mL", "rvedv": "mL", "rvesv": "mL",
    "lvedvi": "mL/m2", "lvesvi": "mL/m2", "rvedvi": "mL/m2", "lv_mass": "g",
    "lv_mass_index": "g/m2", "wall_thickness": "mm", "aorta_diameter": "mm",
}  # fmt: skip


def truth_of(study: PhantomStudy) -> dict[str, Any]:
    """Claims (present and absent), measures and what the data lack.

    `{"claims": [{"concept", "assertion": "present"|"absent", "severity", "layers", "patterns",
    "segments"}], "measures": {name: {"value", "unit"}}, "acquisition": {"contrast_given",
    "missing_slice", "missing_phase"}}`. A concept that the images cannot show (enhancement without
    contrast) is in neither list.
    """
    acquisition = study.acquisition
    findings = [*_chambers(study), *_wall(study), *_rest(study)]
    return {
        "claims": [*findings, *_diagnosis(study, findings)],
        "measures": {
            name: {"value": round(study.measures[name], 1), "unit": unit}
            for name, unit in _UNITS.items()
        },
        "acquisition": {
            "contrast_given": acquisition.contrast_given,
            "missing_slice": acquisition.missing_slice,
            "missing_phase": acquisition.missing_phase,
        },
    }


def moving_poorly(study: PhantomStudy) -> list[int]:
    """AHA segments whose inward motion is under 60 % of a healthy one, through scar."""
    if study.kind == "hcm":
        return []
    motion = study.shape.contraction
    return sorted(one for one, share in motion.items() if share < _MOVES_POORLY)


def ejection_severity(lvef: float) -> str | None:
    """mild, moderate or severe by LVEF (41-49, 30-40, below 30); None when normal.

    Judged on the whole number that a report states.
    """
    whole = round(lvef)
    if whole >= LVEF_LIMIT:
        return None
    return "mild" if whole >= 41 else "moderate" if whole >= 30 else "severe"


def effusion_severity(depth_mm: float) -> str | None:
    """mild under 10 mm, moderate to 20 mm, severe beyond; None for no effusion."""
    if depth_mm <= 0:
        return None
    return "mild" if depth_mm < 10 else "moderate" if depth_mm <= 20 else "severe"


def _claim(
    concept: str,
    present: bool,
    severity: str | None = None,
    layers: Iterable[str] = (),
    patterns: Iterable[str] = (),
    segments: Iterable[int] = (),
) -> dict[str, Any]:
    return {
        "concept": concept,
        "assertion": "present" if present else "absent",
        "severity": severity if present else None,
        "layers": list(layers) if present else [],
        "patterns": list(patterns) if present else [],
        "segments": sorted(segments) if present else [],
    }


def _chambers(study: PhantomStudy) -> list[dict[str, Any]]:
    found, area = study.measures, study.patient.body_surface_area
    severity = ejection_severity(found["lvef"])
    # Judged on the whole numbers that a report states, so that the two never differ.
    return [
        _claim("lv_dysfunction", severity is not None, severity),
        _claim("lv_dilation", round(found["lvedvi"]) > LVEDVI_LIMIT[study.patient.sex]),
        _claim("lv_hypertrophy", round(found["wall_thickness"]) >= WALL_LIMIT_MM),
        _claim("rv_dysfunction", round(found["rvef"]) < RVEF_LIMIT),
        _claim("rv_dilation", round(found["rvedvi"]) > RVEDVI_LIMIT),
        _claim("la_dilation", round(found["la_volume"] / area) > LA_LIMIT_ML_M2),
        _claim("ra_dilation", round(found["ra_volume"] / area) > RA_LIMIT_ML_M2),
        _claim("aortic_dilation", round(found["aorta_diameter"]) > AORTA_LIMIT_MM),
    ]


def _wall(study: PhantomStudy) -> list[dict[str, Any]]:
    poor = moving_poorly(study)
    claims = [_claim("wall_motion_abnormality", bool(poor), segments=poor)]
    if not study.acquisition.contrast_given:
        return claims
    scar = study.enhancement
    if scar is None:
        return [*claims, _claim("lge", False), _claim("infarct", False)]
    segments = sorted(scar.depth)
    everywhere = len(segments) == 17
    layers = _LAYERS[scar.layer]
    if scar.layer == "subendocardial" and min(scar.depth.values()) > 0.75:
        layers = ["transmural"]
    shown = [] if everywhere else segments
    patterns = _PATTERNS.get(scar.layer, [])
    ischaemic = scar.layer == "subendocardial"
    claims.append(_claim("lge", True, layers=layers, patterns=patterns, segments=shown))
    claims.append(_claim("infarct", ischaemic, layers=layers, segments=shown))
    if ischaemic:
        claims.append(_claim("mvo", scar.obstruction > 0))
    return claims


def _rest(study: PhantomStudy) -> list[dict[str, Any]]:
    depth = study.shape.effusion_mm
    return [
        _claim("lv_thrombus", study.shape.thrombus_mm > 0),
        _claim("pericardial_effusion", depth > 0, effusion_severity(depth)),
    ]


def _diagnosis(study: PhantomStudy, findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the drawn cause is; of a heart that no recipe drew, only what the findings settle."""
    if study.kind in _DIAGNOSES:
        return [_claim(_DIAGNOSES[study.kind], True)]
    present = {claim["concept"] for claim in findings if claim["assertion"] == "present"}
    if "infarct" in present:
        return [_claim("dx_ischaemic", True)]
    return [] if present else [_claim("dx_normal", True)]
