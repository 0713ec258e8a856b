"""The report as it is dictated: short, abbreviated, few full sentences."""

import numpy as np

from domain.phantom.facts import EFFUSION_SIZES, SEVERITY_ADVERBS, Facts
from domain.phantom.wording import segment_shorthand

_DIAGNOSES = {"dx_dcm": "DCM", "dx_hcm": "HCM", "dx_amyloid": "Cardiac amyloid",
              "dx_myocarditis": "Myocarditis"}  # fmt: skip


def write_shorthand(facts: Facts) -> str:
    """The dictated report, one topic a line."""
    scan, patient = facts.study.acquisition, facts.study.patient
    contrast = "LGE." if scan.contrast_given else "no gad."
    lines = [
        f"CMR {scan.field_strength_tesla:g}T. Indication: {patient.age}{patient.sex}. "
        f"{facts.study.indication}",
        f"SSFP SAX stack {scan.slice_spacing_mm:g}mm, 2/3/4ch, {contrast}",
        _left_ventricle(facts),
        _right_ventricle(facts),
        _atria(facts),
        _enhancement(facts),
        _rest(facts),
        f"Imp: {_impression(facts)}",
    ]
    return "\n".join([line for line in lines if line] + [""])


def _left_ventricle(facts: Facts) -> str:
    claim = facts.claim("lv_dysfunction")
    function = "normal LV function"
    if claim:
        function = f"LV function {SEVERITY_ADVERBS[claim['severity']]} impaired"
    size = "LV dilated" if facts.has("lv_dilation") else "LV not dilated"
    if facts.has("lv_hypertrophy"):
        kind = "ASH" if facts.study.kind == "hcm" else "concentric LVH"
        wall = f"{kind}, max wall thickness {facts.number('wall_thickness')} mm"
    else:
        wall = facts.pick("no LVH", "wall thickness normal")
    return (
        f"{size}, EDV {facts.number('lvedv')} ml ESV {facts.number('lvesv')} ml "
        f"EF {facts.number('lvef')}%, {function}. {wall[0].upper()}{wall[1:]}. {_motion(facts)}"
    )


def _motion(facts: Facts) -> str:
    claim = facts.claim("wall_motion_abnormality")
    if claim is None:
        return facts.pick("No RWMA.", "No regional wall motion abnormality.")
    motion = facts.study.shape.contraction
    deep = np.mean([motion[one] for one in claim["segments"]]) < 0.35
    return f"{'Akinetic' if deep else 'Hypokinetic'} {segment_shorthand(claim['segments'])}."


def _right_ventricle(facts: Facts) -> str:
    size = "RV dilated" if facts.has("rv_dilation") else "RV normal size"
    function = "impaired function" if facts.has("rv_dysfunction") else "normal function"
    return f"{size}, {function}, RVEF {facts.number('rvef')}%."


def _atria(facts: Facts) -> str:
    named = [word for concept, word in (("la_dilation", "LA"), ("ra_dilation", "RA"))
             if facts.has(concept)]  # fmt: skip
    return " ".join(f"{word} dilated." for word in named)


def _enhancement(facts: Facts) -> str:
    if not facts.study.acquisition.contrast_given:
        return "No LGE images acquired."
    claim, scar = facts.claim("lge"), facts.study.enhancement
    if claim is None or scar is None:
        return facts.pick("LGE neg.", "No LGE.")
    if scar.layer == "diffuse":
        return "LGE: diffuse subendocardial, dark blood pool."
    where = segment_shorthand(claim["segments"])
    if scar.layer == "insertion":
        return f"LGE: patchy mid-wall at RV insertion points, {where}."
    layer = "mid-wall" if scar.layer == "midwall" else claim["layers"][0]
    obstruction = " MVO present." if facts.has("mvo") else ""
    return f"LGE: {layer} {where}.{obstruction}"


def _rest(facts: Facts) -> str:
    size = round(facts.study.shape.thrombus_mm)
    parts = [f"LV apical thrombus {size} mm." if facts.has("lv_thrombus") else "No thrombus."]
    claim = facts.claim("pericardial_effusion")
    if claim:
        depth = round(facts.study.shape.effusion_mm)
        parts.append(f"{EFFUSION_SIZES[claim['severity']].capitalize()} pericardial effusion, {depth} mm.")
    else:
        parts.append("No effusion.")
    if facts.has("aortic_dilation"):
        parts.append(f"Ascending aorta dilated, {facts.number('aorta_diameter')} mm.")
    return " ".join(parts)


def _impression(facts: Facts) -> str:
    lvef = f"LVEF {facts.number('lvef')}%."
    if facts.has("dx_normal"):
        return f"Normal study. {lvef}"
    parts = [f"{name}." for concept, name in _DIAGNOSES.items() if facts.has(concept)]
    if facts.has("dx_ischaemic"):
        parts.append(f"{facts.infarct_name()}, IHD.")
    if facts.has("rv_dilation"):
        parts.append("RV dilated, impaired." if facts.has("rv_dysfunction") else "RV dilated.")
    if facts.has("lv_thrombus"):
        parts.append("LV thrombus.")
    if facts.has("pericardial_effusion"):
        parts.append("Pericardial effusion.")
    if facts.has("aortic_dilation"):
        parts.append("Dilated ascending aorta.")
    return " ".join([*parts, lvef])
