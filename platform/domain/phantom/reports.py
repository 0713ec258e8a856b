"""The expert's report on a phantom, in several styles; it says what the masks measure."""

from collections.abc import Callable

import numpy as np

from domain.errors import InputError
from domain.phantom.library import PhantomStudy

STYLES = ("prose", "shorthand")


def write_report(study: PhantomStudy, style: str) -> str:
    """The report of a study as prose or as dictated shorthand.

    Raises InputError for a style that is not in STYLES.
    """
    writers: dict[str, Callable[[PhantomStudy], str]] = {"prose": _prose, "shorthand": _shorthand}
    if style not in writers:
        raise InputError(f"There is no report style {style!r}; choose one of {', '.join(STYLES)}.")
    return writers[style](study)


def _has(study: PhantomStudy, concept: str) -> bool:
    return any(name == concept for name, _ in study.findings)


def _function(lvef: float) -> str:
    if lvef >= 50:
        return "normal systolic function"
    degree = "mildly" if lvef >= 41 else "moderately" if lvef >= 30 else "severely"
    return f"{degree} reduced systolic function"


def _pick(study: PhantomStudy, *words: str) -> str:
    """One of several wordings, settled by the study's seed."""
    return words[int(np.random.default_rng([study.seed, len(words)]).integers(len(words)))]


def _prose(study: PhantomStudy) -> str:
    v = study.volumes
    size = "dilated" if _has(study, "lv_dilation") else "of normal size"
    lines = [
        "CARDIAC MRI REPORT",
        "",
        f"INDICATION: {study.history}",
        "",
        f"TECHNIQUE: {study.scanner.field_strength_tesla:g} T. SSFP cine in the short axis and in "
        "two-, three- and four-chamber views. "
        + ("Gadolinium was given." if study.has_lge else "No contrast was given."),
        "",
        "FINDINGS:",
        f"Left ventricle: The left ventricle is {size} with {_function(v.lvef)}. "
        f"LVEDV {v.lvedv:.0f} mL, LVESV {v.lvesv:.0f} mL, LVEF {v.lvef:.0f}%.",
        _wall_prose(study),
        _motion_prose(study),
        _rv_prose(study),
        _lge_prose(study),
        _rest_prose(study),
    ]
    return "\n".join([*lines, "", "IMPRESSION:", *_impression(study)])


def _wall_prose(study: PhantomStudy) -> str:
    thickness = study.volumes.wall_thickness
    if not _has(study, "lv_hypertrophy"):
        return "Normal wall thickness."
    kind = "Asymmetric septal hypertrophy" if study.disease == "hcm" else "Concentric hypertrophy"
    return f"{kind}, maximal wall thickness {thickness:.0f} mm."


def _motion_prose(study: PhantomStudy) -> str:
    if not _has(study, "wall_motion_abnormality"):
        return "No regional wall motion abnormality."
    wall = study.place.split()[-1]
    return _pick(study, f"Akinesis of the {wall} wall.", f"The {wall} wall is akinetic.")


def _rv_prose(study: PhantomStudy) -> str:
    v = study.volumes
    if _has(study, "rv_dilation"):
        return (
            "Right ventricle: The right ventricle is dilated with reduced systolic function. "
            f"RVEF {v.rvef:.0f}%."
        )
    return "Right ventricle: Normal size and systolic function."


def _lge_prose(study: PhantomStudy) -> str:
    if not study.has_lge:
        return "Late gadolinium enhancement was not performed."
    if not _has(study, "lge"):
        return "No late gadolinium enhancement."
    place = study.place[0].upper() + study.place[1:]
    ending = " in keeping with infarction" if _has(study, "infarct") else ""
    return f"{place} late gadolinium enhancement{ending}."


def _rest_prose(study: PhantomStudy) -> str:
    effusion = "No pericardial effusion."
    for name, severity in study.findings:
        if name == "pericardial_effusion":
            effusion = f"There is a {severity} pericardial effusion."
    thrombus = "There is an apical thrombus. " if _has(study, "lv_thrombus") else ""
    aorta = "The ascending aorta is dilated. " if _has(study, "aortic_dilation") else ""
    return f"{thrombus}{aorta}{effusion}"


_DIAGNOSES = {
    "dx_normal": "Normal study",
    "dx_dcm": "dilated cardiomyopathy",
    "dx_hcm": "hypertrophic cardiomyopathy",
    "dx_ischaemic": "ischaemic heart disease",
    "dx_amyloid": "cardiac amyloidosis",
    "dx_myocarditis": "myocarditis",
}


def _impression(study: PhantomStudy) -> list[str]:
    v = study.volumes
    if study.disease == "normal":
        return [_pick(study, "Normal study.", "Normal cardiac MRI.") + f" LVEF {v.lvef:.0f}%."]
    diagnosis = next((_DIAGNOSES[name] for name, _ in study.findings if name in _DIAGNOSES), None)
    lines = []
    if diagnosis:
        lead = _pick(study, "Appearances in keeping with", "Findings consistent with")
        lines.append(f"{lead} {diagnosis}.")
    if _has(study, "rv_dilation"):
        lines.append("Dilated right ventricle with reduced systolic function.")
    if _has(study, "lv_thrombus"):
        lines.append("Apical thrombus.")
    if _has(study, "pericardial_effusion"):
        lines.append("Pericardial effusion.")
    if _has(study, "aortic_dilation"):
        lines.append("Dilated ascending aorta.")
    return [f"{n}. {line}" for n, line in enumerate([*lines, f"LVEF {v.lvef:.0f}%."], start=1)]


def _shorthand(study: PhantomStudy) -> str:
    v = study.volumes
    degree = "norm fn" if v.lvef >= 50 else _function(v.lvef).split()[0] + " impaired"
    lv = ("LV dilated" if _has(study, "lv_dilation") else "LV not dilated") + (
        f", EDV {v.lvedv:.0f} ml ESV {v.lvesv:.0f} ml EF {v.lvef:.0f}%"
    )
    lv += ", normal LV function." if degree == "norm fn" else f", LV {degree}."
    rv = "RV normal size and function."
    if _has(study, "rv_dilation"):
        rv = "RV dilated and impaired."
    walls = "Wall thickness normal."
    if _has(study, "lv_hypertrophy"):
        kind = "ASH" if study.disease == "hcm" else "Concentric LVH"
        walls = f"{kind}, MWT {v.wall_thickness:.0f} mm."
    motion = "No RWMA."
    if _has(study, "wall_motion_abnormality"):
        motion = f"{study.place.split()[-1].capitalize()} wall akinetic."
    lge = "No LGE images acquired."
    if study.has_lge:
        lge = f"LGE: {study.place}." if _has(study, "lge") else "LGE neg."
    rest = _rest_prose(study).replace("There is an ", "").replace("There is a ", "")
    impression = " ".join(line.split(". ", 1)[-1] for line in _impression(study))
    return "\n".join(
        [
            f"CMR. Indication: {study.history}",
            f"SSFP SAX stack + LAX, {study.scanner.field_strength_tesla:g}T.",
            f"{lv} {walls} {motion}",
            rv,
            lge,
            rest[0].upper() + rest[1:],
            f"Imp: {impression}",
        ]
    )
