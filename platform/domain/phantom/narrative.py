"""A report told as a consultant would tell it: running sentences, other words, few normal findings.

Its vocabulary (enlarged, depressed, delayed enhancement, pericardial fluid, ectasia) and its order
(tissue before function) differ from the other styles on purpose.
"""

from domain.phantom.facts import SEVERITY_ADVERBS, Facts

_SAID = 0.5
_DIAGNOSES = {
    "dx_dcm": "a dilated cardiomyopathy",
    "dx_hcm": "hypertrophic cardiomyopathy",
    "dx_amyloid": "cardiac amyloidosis",
    "dx_myocarditis": "myocarditis",
}
_THICK = {
    "asymmetric": "There is asymmetrical septal hypertrophy, the thickest segment measuring",
    "concentric": "There is concentric hypertrophy, walls measuring up to",
    "regional": "There is LV hypertrophy, the thickest segment measuring",
}
_DISTRIBUTIONS = {
    "subendocardial": "subendocardial", "transmural": "transmural", "midwall": "midmyocardial",
    "subepicardial": "epicardial",
}  # fmt: skip


def write_narrative(facts: Facts) -> str:
    """Paragraphs: tissue, left ventricle, the rest; then the conclusion."""
    scan = facts.study.acquisition
    agent = "gadolinium" if scan.contrast_given else "no contrast"
    paragraphs = [
        f"Clinical history: {facts.study.indication}",
        f"Protocol: Cine SSFP at {scan.field_strength_tesla:g} T, {agent}.",
        "Findings:",
        _tissue(facts),
        f"{_size_and_function(facts)} {_walls(facts)}".strip(),
        _motion(facts),
        _right_heart(facts),
        _around(facts),
        f"Conclusion: {_conclusion(facts)}",
    ]
    return "\n".join([paragraph for paragraph in paragraphs if paragraph] + [""])


def _tissue(facts: Facts) -> str:
    if not facts.study.acquisition.contrast_given:
        return "Delayed enhancement was not performed."
    claim, scar = facts.claim("lge"), facts.study.enhancement
    if claim is None or scar is None:
        return facts.pick(
            "No delayed enhancement is seen.",
            "There is no myocardial scar.",
            "No scar or fibrosis is identified.",
        )
    if scar.layer == "diffuse":
        return "There is diffuse subendocardial hyperenhancement throughout with dark blood."
    if scar.layer == "insertion":
        return facts.placed("Patchy midmyocardial scar at the RV insertion points involves", "lge")
    layer = _DISTRIBUTIONS[claim["layers"][0]]
    noun = facts.pick("delayed enhancement", "scar")
    text = facts.placed(f"{layer.capitalize()} {noun} involves", "lge")
    if facts.has("mvo"):
        text += " A no-reflow core is present."
    return text


def _size_and_function(facts: Facts) -> str:
    claim = facts.claim("lv_dysfunction")
    function = "preserved systolic function"
    if claim:
        function = f"{SEVERITY_ADVERBS[claim['severity']]} depressed systolic function"
    size = (
        "is enlarged"
        if facts.has("lv_dilation")
        else facts.pick("is normal in size", "is not enlarged")
    )
    return (
        f"The left ventricle {size}. End-diastolic volume is {facts.number('lvedv')} mL "
        f"and end-systolic volume {facts.number('lvesv')} mL. "
        f"Ejection fraction is {facts.number('lvef')}%. There is {function} of the left ventricle."
    )


def _walls(facts: Facts) -> str:
    if facts.has("lv_hypertrophy"):
        return f"{_THICK[facts.hypertrophy_pattern()]} {facts.number('wall_thickness')} mm."
    return facts.sometimes("LV walls are not thickened.", _SAID)


def _motion(facts: Facts) -> str:
    if not facts.has("wall_motion_abnormality"):
        return facts.sometimes("No wall motion abnormalities are evident.", _SAID)
    word = facts.motion_word("Akinesis", "Hypokinesis")
    return facts.placed(f"{word} involves", "wall_motion_abnormality")


def _right_heart(facts: Facts) -> str:
    size = "is enlarged" if facts.has("rv_dilation") else "is not enlarged"
    function = "depressed" if facts.has("rv_dysfunction") else "preserved"
    ventricle = f"The RV {size}. RV contractility is {function}, RVEF {facts.number('rvef')}%."
    atria = facts.named({"la_dilation": "Left", "ra_dilation": "Right"})
    if len(atria) == 2:
        return f"{ventricle} Both atria are enlarged."
    return f"{ventricle} {atria[0]} atrial enlargement is present." if atria else ventricle


def _around(facts: Facts) -> str:
    """Clot, fluid and the great vessel."""
    size, depth = round(facts.study.shape.thrombus_mm), round(facts.study.shape.effusion_mm)
    lines = []
    if facts.has("lv_thrombus"):
        lines.append(f"A {size} mm mural thrombus is adherent to the apex.")
    else:
        lines.append(facts.sometimes("No intracavitary thrombus.", _SAID))
    if facts.has("pericardial_effusion"):
        lines.append(f"Pericardial fluid is present to a depth of {depth} mm.")
    else:
        lines.append(facts.sometimes("No pericardial fluid.", _SAID))
    if facts.has("aortic_dilation"):
        lines.append(f"Aortic ectasia of {facts.number('aorta_diameter')} mm.")
    return " ".join(line for line in lines if line)


def _conclusion(facts: Facts) -> str:
    if facts.has("dx_normal"):
        return facts.pick("Structurally normal heart.", "Normal examination.")
    parts = [f"Constellation in keeping with {name}." for name in facts.named(_DIAGNOSES)]
    if facts.has("dx_ischaemic"):
        age = "Recent" if facts.infarct_is_acute() else "Remote"
        parts.append(
            f"{age} {facts.infarct_territory()} myocardial infarction, coronary artery disease."
        )
    claim = facts.claim("lv_dysfunction")
    if claim:
        parts.append(f"{claim['severity'].capitalize()} left ventricular systolic dysfunction.")
    parts += [
        f"{text}."
        for text in facts.named(
            {
                "lv_dilation": "Left ventricular enlargement",
                "lv_hypertrophy": "Increased wall thickness",
                "rv_dilation": "RV enlargement",
                "rv_dysfunction": "RV systolic dysfunction",
                "lv_thrombus": "Apical thrombus",
                "pericardial_effusion": "Pericardial fluid",
                "aortic_dilation": "Aortic ectasia",
            }
        )
    ]
    return " ".join(parts) or "Preserved biventricular function."
