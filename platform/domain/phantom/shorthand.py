"""The report as it is dictated: short, abbreviated, few full sentences, normal things left out."""

from domain.phantom.facts import EFFUSION_SIZES, Facts
from domain.phantom.wording import segment_groups, segment_numbers

_DIAGNOSES = {"dx_dcm": "DCM", "dx_hcm": "HCM", "dx_amyloid": "Cardiac amyloid",
              "dx_myocarditis": "Myocarditis"}  # fmt: skip
_HYPERTROPHY = {"asymmetric": "ASH", "concentric": "Concentric LVH", "regional": "LVH"}
_ADVERBS = {"mild": "mildly", "moderate": "mod", "severe": "severely"}
_SAID = 0.65


def write_shorthand(facts: Facts) -> str:
    """The dictated report, one topic a line."""
    scan, patient = facts.study.acquisition, facts.study.patient
    contrast = "with gad" if scan.contrast_given else "no gad"
    lines = [
        f"CMR {scan.field_strength_tesla:g}T {contrast}. "
        f"Indication: {patient.age}{patient.sex}. {facts.study.indication}",
        f"SSFP SAX stack {scan.slice_spacing_mm:g}mm, 2/3/4ch.",
        _left_ventricle(facts),
        _motion(facts),
        _right_ventricle(facts),
        _atria(facts),
        _enhancement(facts),
        _rest(facts),
        f"Imp: {_impression(facts)}",
    ]
    return "\n".join([line for line in lines if line] + [""])


def _left_ventricle(facts: Facts) -> str:
    claim = facts.claim("lv_dysfunction")
    function = facts.pick("normal LV function", "good LV function")
    if claim:
        function = f"LV function {_ADVERBS[claim['severity']]} {facts.pick('impaired', 'reduced')}"
    size = (
        "LV dilated" if facts.has("lv_dilation") else facts.pick("LV not dilated", "LV size normal")
    )
    if facts.has("lv_hypertrophy"):
        kind = _HYPERTROPHY[facts.hypertrophy_pattern()]
        wall = f"{kind}, max wall thickness {facts.number('wall_thickness')} mm."
    else:
        wall = facts.sometimes(facts.pick("No LVH.", "Wall thickness normal."), _SAID)
    text = (
        f"{size}, EDV {facts.number('lvedv')} ml ESV {facts.number('lvesv')} ml "
        f"EF {facts.number('lvef')}%, {function}. {wall}"
    )
    return text.strip()


def _motion(facts: Facts) -> str:
    claim = facts.claim("wall_motion_abnormality")
    if claim is None:
        return facts.sometimes(
            facts.pick("No RWMA.", "No regional wall motion abnormality."), _SAID
        )
    return _placed(facts, facts.motion_word("Akinesis", "Hypokinesis"), claim["segments"])


def _placed(facts: Facts, lead: str, segments: list[int]) -> str:
    """A finding by AHA number, or level by level: "Akinesis basal inferior."."""
    groups = segment_groups(segments)
    if 17 in segments or not groups or facts.rng.random() < 0.4:
        return f"{lead} {segment_numbers(segments)}."
    return " ".join(f"{lead} {group}." for group in groups)


def _right_ventricle(facts: Facts) -> str:
    size = "RV dilated" if facts.has("rv_dilation") else "RV normal size"
    function = "impaired function" if facts.has("rv_dysfunction") else "normal function"
    return f"{size}, {function}, RVEF {facts.number('rvef')}%."


def _atria(facts: Facts) -> str:
    named = facts.named({"la_dilation": "LA", "ra_dilation": "RA"})
    return " ".join(f"{word} dilated." for word in named)


def _enhancement(facts: Facts) -> str:
    if not facts.study.acquisition.contrast_given:
        return "No LGE images acquired."
    claim, scar = facts.claim("lge"), facts.study.enhancement
    if claim is None or scar is None:
        return facts.pick("LGE neg.", "No LGE.")
    if scar.layer == "diffuse":
        return "Diffuse subendocardial LGE, dark blood pool."
    if scar.layer == "insertion":
        return _placed(facts, "Patchy mid-wall LGE at RV insertion points,", claim["segments"])
    layer = "Mid-wall" if scar.layer == "midwall" else claim["layers"][0].capitalize()
    obstruction = " MVO present." if facts.has("mvo") else ""
    return f"{_placed(facts, f'{layer} LGE', claim['segments'])}{obstruction}"


def _rest(facts: Facts) -> str:
    size, depth = round(facts.study.shape.thrombus_mm), round(facts.study.shape.effusion_mm)
    if facts.has("lv_thrombus"):
        thrombus = f"LV apical thrombus {size} mm."
    else:
        thrombus = facts.sometimes("No thrombus.", _SAID)
    claim = facts.claim("pericardial_effusion")
    if claim:
        word = EFFUSION_SIZES[claim["severity"]]
        effusion = f"Pericardium: {word} effusion, {depth} mm."
    else:
        effusion = facts.sometimes("No effusion.", _SAID)
    aorta = ""
    if facts.has("aortic_dilation"):
        aorta = f"Ascending aorta dilated, {facts.number('aorta_diameter')} mm."
    return "\n".join(part for part in (thrombus, effusion, aorta) if part)


def _impression(facts: Facts) -> str:
    lvef = f"LVEF {facts.number('lvef')}%."
    if facts.has("dx_normal"):
        return f"Normal study. {lvef}"
    parts = [f"{name}." for name in facts.named(_DIAGNOSES)]
    if facts.has("dx_ischaemic"):
        parts.append(f"{facts.infarct_name()}, ischaemic heart disease.")
    if facts.has("rv_dilation"):
        parts.append("RV dilated, impaired." if facts.has("rv_dysfunction") else "RV dilated.")
    if facts.has("lv_thrombus"):
        parts.append("LV thrombus.")
    if facts.has("pericardial_effusion"):
        parts.append("Pericardial effusion.")
    if facts.has("aortic_dilation"):
        parts.append("Dilated ascending aorta.")
    return " ".join([*parts, lvef])
