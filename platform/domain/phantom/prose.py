"""Reports in full sentences under headings, and the same facts in a template."""

import numpy as np

from domain.phantom.facts import EFFUSION_SIZES, SEVERITY_ADVERBS, Facts
from domain.phantom.wording import listed

_DIAGNOSES = {
    "dx_dcm": "dilated cardiomyopathy",
    "dx_hcm": "hypertrophic cardiomyopathy",
    "dx_amyloid": "cardiac amyloidosis",
    "dx_myocarditis": "myocarditis",
}
_HYPERTROPHY = {
    "asymmetric": "Asymmetric septal hypertrophy",
    "concentric": "Concentric left ventricular hypertrophy",
    "regional": "Left ventricular hypertrophy",
}


def write_prose(facts: Facts) -> str:
    """Sections with full sentences."""
    findings = [
        f"Left ventricle: {_left_ventricle(facts)}",
        f"Right ventricle: {_right_ventricle(facts)}",
        _headed("Atria", _atria(facts)),
        f"{_enhancement_heading(facts)}: {_enhancement(facts)}",
        facts.pick("No left ventricular thrombus.", "No intracardiac thrombus.")
        if not facts.has("lv_thrombus")
        else f"There is a left ventricular thrombus of {_thrombus_mm(facts)} mm at the apex.",
        f"Pericardium: {_pericardium(facts)}",
        _headed("Aorta", _aorta(facts)),
    ]
    impression = [f"{index}. {line}" for index, line in enumerate(_impression(facts), start=1)]
    return "\n".join(
        [
            "CARDIAC MRI REPORT", "",
            f"INDICATION: {facts.study.indication}", "",
            f"TECHNIQUE: {technique(facts)}", "",
            "FINDINGS:", *filter(None, findings), "",
            "IMPRESSION:", *impression, "",
        ]
    )  # fmt: skip


def write_structured(facts: Facts) -> str:
    """A template with one line a finding."""
    thrombus = f"{_thrombus_mm(facts)} mm at the apex." if facts.has("lv_thrombus") else "None."
    rows = [
        ("LV size", _size(facts)),
        ("LV wall", _thickness(facts)),
        ("LV function", f"{_function(facts)} {_volumes(facts)}"),
        ("Wall motion", _motion(facts)),
        ("Right ventricle", _right_ventricle(facts)),
        ("Atria", _atria(facts)),
        (_enhancement_heading(facts), _enhancement(facts)),
        ("LV thrombus", thrombus),
        ("Pericardium", _pericardium(facts)),
        ("Aorta", _aorta(facts)),
    ]
    return "\n".join(
        [
            f"INDICATION: {facts.study.indication}",
            f"TECHNIQUE: {technique(facts)}",
            "FINDINGS:", *(f"- {name}: {text}" for name, text in rows if text),
            "IMPRESSION:", *(f"- {line}" for line in _impression(facts)), "",
        ]
    )  # fmt: skip


def technique(facts: Facts) -> str:
    """The TECHNIQUE section."""
    scan = facts.study.acquisition
    contrast = (
        facts.pick("Late gadolinium enhancement imaging after 0.15 mmol/kg contrast.",
                   "Late enhancement images 10 minutes after gadolinium.")
        if scan.contrast_given else "No contrast was given."
    )  # fmt: skip
    return (
        f"{scan.field_strength_tesla:g} T. Steady-state free precession cine in the short axis "
        f"({scan.slice_spacing_mm:g} mm) and in two-, three- and four-chamber views, "
        f"{scan.phase_count} phases. {contrast}"
    )


def _headed(heading: str, text: str) -> str:
    return f"{heading}: {text}" if text else ""


def _left_ventricle(facts: Facts) -> str:
    parts = [_size(facts), _thickness(facts), _function(facts), _volumes(facts), _motion(facts)]
    return " ".join(parts)


def _size(facts: Facts) -> str:
    if facts.has("lv_dilation"):
        return facts.pick("The left ventricle is dilated.", "Dilated left ventricle.")
    return facts.pick("Normal left ventricular cavity size.", "The left ventricle is not dilated.")


def _thickness(facts: Facts) -> str:
    if not facts.has("lv_hypertrophy"):
        return facts.pick("Normal left ventricular wall thickness.", "No LV hypertrophy.")
    kind = _HYPERTROPHY[facts.hypertrophy_pattern()]
    return f"{kind}, maximal wall thickness {facts.number('wall_thickness')} mm."


def _function(facts: Facts) -> str:
    claim = facts.claim("lv_dysfunction")
    if claim is None:
        return facts.pick(
            "Normal left ventricular systolic function.", "LV systolic function is normal."
        )
    return f"{SEVERITY_ADVERBS[claim['severity']].capitalize()} reduced LV systolic function."


def _volumes(facts: Facts) -> str:
    return (
        f"LVEDV {facts.number('lvedv')} mL ({facts.number('lvedvi')} mL/m2), "
        f"LVESV {facts.number('lvesv')} mL, LVEF {facts.number('lvef')}%, "
        f"LV mass {facts.number('lv_mass')} g ({facts.number('lv_mass_index')} g/m2)."
    )


def _motion(facts: Facts) -> str:
    if not facts.has("wall_motion_abnormality"):
        return "No regional wall motion abnormality."
    word = facts.motion_word("Akinesia", "Hypokinesia")
    return facts.placed(f"{word} of", "wall_motion_abnormality")


def _right_ventricle(facts: Facts) -> str:
    size = "Dilated" if facts.has("rv_dilation") else "Normal size"
    if facts.has("rv_dysfunction"):
        words = f"{size} with reduced systolic function."
    elif facts.has("rv_dilation"):
        words = f"{size} with normal systolic function."
    else:
        words = f"{size} and systolic function."
    return (
        f"{words} RVEDV {facts.number('rvedv')} mL ({facts.number('rvedvi')} mL/m2), "
        f"RVEF {facts.number('rvef')}%."
    )


def _atria(facts: Facts) -> str:
    left, right = facts.has("la_dilation"), facts.has("ra_dilation")
    if left and right:
        return "Both atria are dilated."
    if left:
        return "The left atrium is dilated."
    if right:
        return "The right atrium is dilated."
    return facts.sometimes("Both atria are normal in size.", 0.5)


def _aorta(facts: Facts) -> str:
    if facts.has("aortic_dilation"):
        return f"The ascending aorta is dilated at {facts.number('aorta_diameter')} mm."
    return facts.sometimes("The ascending aorta is normal in size.", 0.4)


def _enhancement_heading(facts: Facts) -> str:
    """Enhancement is a heading where it was seen or not looked for; its absence is a sentence."""
    seen = facts.has("lge") or not facts.study.acquisition.contrast_given
    return "Late gadolinium enhancement" if seen else "Tissue characterisation"


def _enhancement(facts: Facts) -> str:
    if not facts.study.acquisition.contrast_given:
        return "Not performed."
    claim, scar = facts.claim("lge"), facts.study.enhancement
    if claim is None or scar is None:
        return facts.pick(
            "No late gadolinium enhancement.", "There is no late gadolinium enhancement."
        )
    if scar.layer == "diffuse":
        return (
            "Diffuse subendocardial enhancement of the whole left ventricle, with a dark blood "
            "pool."
        )
    if scar.layer == "insertion":
        points = "Patchy mid-wall enhancement at the right ventricular insertion points in"
        return facts.placed(points, "lge")
    layer = {"midwall": "Mid-wall"}.get(claim["layers"][0], claim["layers"][0].capitalize())
    text = facts.placed(f"{layer} enhancement in", "lge")
    if facts.has("infarct"):
        extent = round(100 * float(np.mean(list(scar.depth.values()))), -1)
        text += f" In keeping with infarction, on average {extent:.0f}% of the wall thickness."
    if facts.has("mvo"):
        text += " Microvascular obstruction is present within the infarct."
    return text


def _thrombus_mm(facts: Facts) -> int:
    return round(facts.study.shape.thrombus_mm)


def _pericardium(facts: Facts) -> str:
    claim = facts.claim("pericardial_effusion")
    if claim is None:
        return "No pericardial effusion."
    word = EFFUSION_SIZES[claim["severity"]]
    return f"There is a {word} pericardial effusion, up to {_effusion_mm(facts)} mm deep."


def _effusion_mm(facts: Facts) -> int:
    return round(facts.study.shape.effusion_mm)


def _impression(facts: Facts) -> list[str]:
    lvef = f"LVEF {facts.number('lvef')}%"
    if facts.has("dx_normal"):
        return [facts.pick("Normal cardiac MRI.", "Normal study."), f"{lvef}."]
    lines = []
    lead = facts.pick("Findings consistent with", "Appearances of", "Findings in keeping with")
    lines += [f"{lead} {name}." for name in facts.named(_DIAGNOSES)]
    if facts.has("dx_ischaemic"):
        lines.append(f"{facts.infarct_name()}, ischaemic heart disease.")
    claim = facts.claim("lv_dysfunction")
    if claim:
        size = "Dilated left ventricle with" if facts.has("lv_dilation") else "Left ventricle with"
        lines.append(
            f"{size} {SEVERITY_ADVERBS[claim['severity']]} reduced systolic function, {lvef}."
        )
    else:
        lines.append(f"Normal left ventricular systolic function, {lvef}.")
    words = facts.named({"rv_dilation": "dilated", "rv_dysfunction": "impaired"})
    if words:
        lines.append(f"The right ventricle is {listed(words)}, RVEF {facts.number('rvef')}%.")
    if facts.has("lv_thrombus"):
        lines.append("Left ventricular apical thrombus.")
    if facts.has("pericardial_effusion"):
        lines.append(f"Pericardial effusion, {_effusion_mm(facts)} mm.")
    if facts.has("aortic_dilation"):
        lines.append(f"Dilated ascending aorta, {facts.number('aorta_diameter')} mm.")
    return lines
