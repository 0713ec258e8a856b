"""The expert's report on a phantom study, in three styles.

Every number is a measure of the masks and every finding a claim of the study's truth; what the
truth does not hold is not mentioned. Wording varies with the study's seed.
"""

from collections.abc import Callable

import numpy as np

from domain.errors import InputError
from domain.phantom.facts import EFFUSION_SIZES, SEVERITY_ADVERBS, Facts
from domain.phantom.shorthand import write_shorthand
from domain.phantom.study import PhantomStudy
from domain.phantom.wording import listed, segment_phrase

STYLES = ("prose", "shorthand", "structured")


def write_report(study: PhantomStudy, style: str) -> str:
    """The report of `study`; the same study and style give the same text.

    Raises InputError for a style that is not one of STYLES.
    """
    writers: dict[str, Callable[[Facts], str]] = {
        "prose": _prose, "shorthand": write_shorthand, "structured": _structured,
    }  # fmt: skip
    if style not in writers:
        raise InputError(f"There is no report style {style!r}; choose one of {', '.join(STYLES)}.")
    return writers[style](Facts(study, np.random.default_rng([study.seed, 61, len(style)])))


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


def _prose(facts: Facts) -> str:
    findings = [
        f"Left ventricle: {_left_ventricle(facts)}",
        f"Right ventricle: {_right_ventricle(facts)}",
    ]
    atria = _atria(facts)
    if atria:
        findings.append(f"Atria: {atria}")
    findings.append(f"Late gadolinium enhancement: {_enhancement(facts)}")
    findings.append(_thrombus_and_pericardium(facts))
    if facts.has("aortic_dilation"):
        findings.append(
            f"Aorta: The ascending aorta is dilated at {facts.number('aorta_diameter')} mm."
        )
    impression = [f"{index}. {line}" for index, line in enumerate(_impression(facts), start=1)]
    return "\n".join(
        [
            "CARDIAC MRI REPORT", "",
            f"INDICATION: {facts.study.indication}", "",
            f"TECHNIQUE: {technique(facts)}", "",
            "FINDINGS:", *findings, "",
            "IMPRESSION:", *impression, "",
        ]
    )  # fmt: skip


def _size(facts: Facts) -> str:
    if facts.has("lv_dilation"):
        return facts.pick("The left ventricle is dilated.", "Dilated left ventricle.")
    return facts.pick("Normal cavity size.", "The left ventricle is not dilated.")


def _thickness(facts: Facts) -> str:
    if not facts.has("lv_hypertrophy"):
        return facts.pick("Normal wall thickness.", "No left ventricular hypertrophy.")
    kind = "Asymmetric septal" if facts.study.kind == "hcm" else "Concentric left ventricular"
    return f"{kind} hypertrophy, maximal wall thickness {facts.number('wall_thickness')} mm."


def _function(facts: Facts) -> str:
    claim = facts.claim("lv_dysfunction")
    if claim is None:
        return facts.pick("Normal systolic function.", "Systolic function is normal.")
    return f"{SEVERITY_ADVERBS[claim['severity']].capitalize()} reduced systolic function."


def _motion(facts: Facts) -> str:
    claim = facts.claim("wall_motion_abnormality")
    if claim is None:
        return "No regional wall motion abnormality."
    motion = facts.study.shape.contraction
    deep = np.mean([motion[one] for one in claim["segments"]]) < 0.35
    word = "Akinesia" if deep else "Hypokinesia"
    return f"{word} of the {segment_phrase(claim['segments'])}."


def _volumes(facts: Facts) -> str:
    return (
        f"LVEDV {facts.number('lvedv')} mL ({facts.number('lvedvi')} mL/m2), "
        f"LVESV {facts.number('lvesv')} mL, LVEF {facts.number('lvef')}%, "
        f"LV mass {facts.number('lv_mass')} g ({facts.number('lv_mass_index')} g/m2)."
    )


def _left_ventricle(facts: Facts) -> str:
    parts = [_size(facts), _thickness(facts), _function(facts), _volumes(facts), _motion(facts)]
    return " ".join(parts)


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
    return "The right atrium is dilated." if right else ""


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
    where = segment_phrase(claim["segments"])
    if scar.layer == "insertion":
        return f"Patchy mid-wall enhancement at the right ventricular insertion points, in the {where}."
    layer = {"midwall": "Mid-wall"}.get(claim["layers"][0], claim["layers"][0].capitalize())
    text = f"{layer} enhancement in the {where}."
    if facts.has("infarct"):
        extent = round(100 * float(np.mean(list(scar.depth.values()))), -1)
        text += f" In keeping with infarction, on average {extent:.0f}% of the wall thickness."
    if facts.has("mvo"):
        text += " Microvascular obstruction is present within the infarct."
    return text


def _thrombus_and_pericardium(facts: Facts) -> str:
    if facts.has("lv_thrombus"):
        size = round(facts.study.shape.thrombus_mm)
        thrombus = f"There is a left ventricular thrombus of {size} mm at the apex."
    else:
        thrombus = facts.pick("No left ventricular thrombus.", "No intracardiac thrombus.")
    claim = facts.claim("pericardial_effusion")
    if claim is None:
        return f"{thrombus} No pericardial effusion."
    word = EFFUSION_SIZES[claim["severity"]]
    depth = round(facts.study.shape.effusion_mm)
    return f"{thrombus} There is a {word} pericardial effusion, up to {depth} mm deep."


_DIAGNOSES = {
    "dx_dcm": "dilated cardiomyopathy",
    "dx_hcm": "hypertrophic cardiomyopathy",
    "dx_amyloid": "cardiac amyloidosis",
    "dx_myocarditis": "myocarditis",
}


def _impression(facts: Facts) -> list[str]:
    lvef = f"LVEF {facts.number('lvef')}%"
    if facts.has("dx_normal"):
        return [facts.pick("Normal cardiac MRI.", "Normal study."), f"{lvef}."]
    lines = []
    lead = facts.pick("Findings consistent with", "Appearances of", "Findings in keeping with")
    for concept, name in _DIAGNOSES.items():
        if facts.has(concept):
            lines.append(f"{lead} {name}.")
    if facts.has("dx_ischaemic"):
        lines.append(f"{facts.infarct_name()}, ischaemic heart disease.")
    claim = facts.claim("lv_dysfunction")
    if claim:
        size = "Dilated left ventricle with" if facts.has("lv_dilation") else "Left ventricle with"
        lines.append(f"{size} {SEVERITY_ADVERBS[claim['severity']]} reduced systolic function, {lvef}.")
    else:
        lines.append(f"Normal left ventricular systolic function, {lvef}.")
    if facts.has("rv_dilation") or facts.has("rv_dysfunction"):
        words = [word for concept, word in (("rv_dilation", "dilated"), ("rv_dysfunction", "impaired"))
                 if facts.has(concept)]  # fmt: skip
        lines.append(f"The right ventricle is {listed(words)}, RVEF {facts.number('rvef')}%.")
    if facts.has("lv_thrombus"):
        lines.append("Left ventricular apical thrombus.")
    effusion = facts.claim("pericardial_effusion")
    if effusion:
        word = EFFUSION_SIZES[effusion["severity"]].capitalize()
        lines.append(f"{word} pericardial effusion.")
    if facts.has("aortic_dilation"):
        lines.append(f"Dilated ascending aorta, {facts.number('aorta_diameter')} mm.")
    return lines


def _structured(facts: Facts) -> str:
    """A template with one line a finding."""
    rows = [
        ("LV size", _size(facts)),
        ("LV wall", _thickness(facts)),
        ("LV function", f"{_function(facts)} {_volumes(facts)}"),
        ("Wall motion", _motion(facts)),
        ("Right ventricle", _right_ventricle(facts)),
        ("Atria", _atria(facts)),
        ("LGE", _enhancement(facts)),
        ("Thrombus and pericardium", _thrombus_and_pericardium(facts)),
    ]
    if facts.has("aortic_dilation"):
        rows.append(("Aorta", f"Ascending aorta dilated, {facts.number('aorta_diameter')} mm."))
    impression = [f"- {line}" for line in _impression(facts)]
    return "\n".join(
        [
            f"INDICATION: {facts.study.indication}",
            f"TECHNIQUE: {technique(facts)}",
            "FINDINGS:", *(f"- {name}: {text}" for name, text in rows if text),
            "IMPRESSION:", *impression, "",
        ]
    )  # fmt: skip
