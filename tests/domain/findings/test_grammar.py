"""Texts and the claims in them, a line each: concept, then its assertion, with attributes behind.

The phrases were written for these tests; `first_contact.jsonl` is kept apart and never tuned on.
"""

import pytest

from domain.findings import Claim, parse


def said(claim: Claim) -> str:
    """A claim in short: "lge present severe midwall patchy 2,8"."""
    parts = [claim.concept, claim.assertion, claim.severity or ""]
    parts += [*sorted(claim.layers), *sorted(claim.patterns)]
    parts.append(",".join(map(str, sorted(claim.segments))))
    return " ".join(part for part in parts if part)


def claims_of(text: str) -> set[str]:
    return {said(claim) for claim in parse(text).claims if not claim.derived}


NEGATION = [
    ("No oedema, LGE or thrombus.", {"oedema absent", "lge absent", "lv_thrombus absent"}),
    ("LGE not seen.", {"lge absent"}),
    ("LGE neg, T2 high.", {"lge absent", "t2_raised present"}),
    ("LGE neg but T2 high.", {"lge absent", "t2_raised present"}),
    ("LV thrombus: none.", {"lv_thrombus absent"}),
    ("No change in LGE.", {"lge present"}),
    ("I would not say there is no LGE.", {"lge present"}),
    ("No more than trivial TR.", {"tricuspid_regurgitation present mild"}),
    ("He denies any chest pain, oedema or syncope.", {"oedema absent"}),
    ("Findings are not consistent with amyloidosis.", {"dx_amyloid absent"}),
    ("The cine does not demonstrate any evidence of thrombus.", {"lv_thrombus absent"}),
    ("None mitral regurgitation.", {"mitral_regurgitation absent"}),
    ("Low suspicion for constriction.", {"constriction unlikely"}),
    ("Thrombus and pericardium: No thrombus. No effusion.",
     {"lv_thrombus absent", "pericardial_effusion absent"}),
    ("Neither thrombus nor effusion.", {"lv_thrombus absent", "pericardial_effusion absent"}),
    ("No LGE; small pericardial effusion.", {"lge absent", "pericardial_effusion present mild"}),
    ("There is no pericardial effusion; the LV is dilated.",
     {"pericardial_effusion absent", "lv_dilation present"}),
    ("No evidence of infarction, with normal LV size.", {"infarct absent", "lv_dilation absent"}),
    ("Absence of myocardial oedema.", {"oedema absent"}),
    ("Mitral regurgitation is absent.", {"mitral_regurgitation absent"}),
]  # fmt: skip
DOUBT = [
    ("Cannot exclude thrombus.", {"lv_thrombus possible"}),
    ("Thrombus cannot be excluded.", {"lv_thrombus possible"}),
    ("Amyloidosis is unlikely.", {"dx_amyloid unlikely"}),
    ("Probable myocarditis.", {"dx_myocarditis probable"}),
    ("Possible apical thrombus.", {"lv_thrombus possible"}),
    ("Appearances most likely represent sarcoidosis.", {"dx_sarcoid probable"}),
    ("? HCM", {"dx_hcm possible"}),
    ("HCM vs amyloid.", {"dx_hcm possible", "dx_amyloid possible"}),
    ("Differential includes sarcoidosis and myocarditis.",
     {"dx_sarcoid possible", "dx_myocarditis possible"}),
    ("Suspicious for cardiac amyloidosis.", {"dx_amyloid possible"}),
]  # fmt: skip
TIME = [
    ("Previously seen thrombus has resolved.", {"lv_thrombus absent"}),
    ("Pericardial effusion, unchanged.", {"pericardial_effusion present"}),
    ("Interval resolution of the pericardial effusion.", {"pericardial_effusion absent"}),
    ("The thrombus is no longer seen.", {"lv_thrombus absent"}),
    ("Family history of HCM. LV normal in size.", {"lv_dilation absent"}),
    ("Indication: ?HCM. Findings: No hypertrophy of the septum.", {"lv_hypertrophy absent"}),
    ("INDICATION: Known DCM, query thrombus.\nFINDINGS: Dilated LV.", {"lv_dilation present"}),
    ("TECHNIQUE: SSFP cine, T2, LGE.\nFINDINGS: RV dilated.", {"rv_dilation present"}),
    ("Clinical details: chest pain, troponin rise, ?myocarditis\nReport: No LGE.", {"lge absent"}),
]  # fmt: skip
CHAMBERS = [
    ("LV severely dilated with severely reduced systolic function.",
     {"lv_dilation present severe", "lv_dysfunction present severe"}),
    ("Mildly dilated RV, moderately impaired.",
     {"rv_dilation present mild", "rv_dysfunction present moderate"}),
    ("Both ventricles are normal in size and function.",
     {"lv_dilation absent", "lv_dysfunction absent", "rv_dilation absent",
      "rv_dysfunction absent"}),
    ("Biatrial enlargement.", {"la_dilation present", "ra_dilation present"}),
    ("Severe biatrial dilatation.", {"la_dilation present severe", "ra_dilation present severe"}),
    ("No aortic dilation. There is normal study.", {"aortic_dilation absent", "dx_normal present"}),
    ("LV normal. Large pericardial effusion.",
     {"lv_dilation absent", "lv_dysfunction absent", "lv_hypertrophy absent",
      "pericardial_effusion present severe"}),
    ("The left atrium is dilated but the right atrium is not.",
     {"la_dilation present", "ra_dilation absent"}),
    ("Normal LV size with mildly reduced EF.",
     {"lv_dilation absent", "lv_dysfunction present mild"}),
    ("Normal LV size, wall thickness and function, LVEF 62 %.",
     {"lv_dilation absent", "lv_hypertrophy absent", "lv_dysfunction absent"}),
    ("LV size, wall thickness and function are normal.",
     {"lv_dilation absent", "lv_hypertrophy absent", "lv_dysfunction absent"}),
    ("LV of normal dimensions, with concentric hypertrophy of the walls.",
     {"lv_dilation absent", "lv_hypertrophy present"}),
    ("Non-dilated LV.", {"lv_dilation absent"}),
    ("LV is not dilated.", {"lv_dilation absent"}),
    ("Aortic root dilated.", {"aortic_dilation present"}),
    ("Asymmetric septal hypertrophy, 22 mm.", {"lv_hypertrophy present"}),
    ("Thickened pericardium.", {"pericardial_thickening present"}),
    ("Dilated LV. Hypokinetic inferior wall.",
     {"lv_dilation present", "wall_motion_abnormality present 4,10,15"}),
    ("Globally hypokinetic LV.", {"lv_dysfunction present"}),
    ("Akinesis of the apex.", {"wall_motion_abnormality present 17"}),
    ("Ventricles of normal size.", {"lv_dilation absent", "rv_dilation absent"}),
]  # fmt: skip
PLACES = [
    ("Basal to mid inferolateral subepicardial LGE.", {"lge present subepicardial 5,11"}),
    ("LGE in segments 5 and 11.", {"lge present 5,11"}),
    ("LGE seg 5.", {"lge present 5"}),
    ("Transmural LGE, segments 13-16.", {"lge present transmural 13,14,15,16"}),
    ("Subendocardial LGE in the LAD territory.",
     {"lge present subendocardial 1,2,7,8,13,14,17"}),
    ("Midwall LGE in the basal septum and subepicardial LGE in the mid lateral wall.",
     {"lge present midwall subepicardial 2,3,11,12"}),
    ("Patchy LGE at the RV insertion points.", {"lge present insertion_point patchy"}),
    ("LGE of the apical cap.", {"lge present 17"}),
    ("Akinesia of the basal inferior wall and the mid anterolateral wall.",
     {"wall_motion_abnormality present 4,12"}),
    ("Apical akinesia.", {"wall_motion_abnormality present 13,14,15,16,17"}),
    ("Basal and mid anteroseptal hypokinesia.", {"wall_motion_abnormality present 2,8"}),
    ("Diffuse subendocardial enhancement.", {"lge present subendocardial diffuse"}),
    ("Akinesis of the apical segments and the apex.",
     {"wall_motion_abnormality present 13,14,15,16,17"}),
    ("LGE of the apical inferior wall and the apex.", {"lge present 15,17"}),
    ("No LGE in the septum.", {"lge absent 2,3,8,9,14"}),
]  # fmt: skip
WORDS = [
    ("IHD.", {"dx_ischaemic present"}),
    ("Late gadolinum enhancment in the basal septum.", {"lge present 2,3"}),
    ("Left ventricular hypertrohpy.", {"lv_hypertrophy present"}),
    ("Mild MR, trace TR.",
     {"mitral_regurgitation present mild", "tricuspid_regurgitation present mild"}),
    ("Myocardial edema and hyperemia.", {"oedema present"}),
    ("Marked LVH with SAM and LVOTO.",
     {"lv_hypertrophy present severe", "sam present", "lvot_obstruction present"}),
    ("Trivial pericardial effusion.", {"pericardial_effusion present mild"}),
    ("Hemochromatosis.", {"dx_iron present"}),
]  # fmt: skip
ABROAD = [
    ("Obstruction of the LV outflow tract.", {"lvot_obstruction present"}),
    ("RV function mildly \u2193.", {"rv_dysfunction present mild"}),
    ("LA + RA enlarged.", {"la_dilation present", "ra_dilation present"}),
    ("Possible Fabry's disease.", {"dx_fabry possible"}),
    ("Thrombus in the left ventricle is not observed.", {"lv_thrombus absent"}),
    ("T2* shortened.", {"t2star_low present"}),
    ("No LV clot, no peric eff.", {"lv_thrombus absent", "pericardial_effusion absent"}),
]  # fmt: skip
LABELS = [
    ("LGE: none", {"lge absent"}),
    ("LGE: midwall, basal septum", {"lge present midwall 2,3"}),
    ("Delayed enhancement: Normal.", {"lge absent"}),
    ("Mass:   g", set()),
    ("Thrombus: no", {"lv_thrombus absent"}),
    ("Thrombus: yes", {"lv_thrombus present"}),
    ("Left ventricle\nSize: severely dilated\nFunction: mildly impaired",
     {"lv_dilation present severe", "lv_dysfunction present mild"}),
    ("RIGHT VENTRICLE:\nNormal size.\nMildly reduced function.",
     {"rv_dilation absent", "rv_dysfunction present mild"}),
    ("Late enhancement\n   None", {"lge absent"}),
    ("LATE ENHANCEMENT\n  Subendocardial, diffuse", {"lge present subendocardial diffuse"}),
    ("LGE: yes\nLayer: midwall\nSegments: 2, 3", {"lge present midwall 2,3"}),
    ("Mild mitral regurgitation\nNormal LV size",
     {"mitral_regurgitation present mild", "lv_dilation absent"}),
    ("SAM ........ present\nMitral valve: mild regurgitation",
     {"sam present", "mitral_regurgitation present mild"}),
    ("Pericardial effusion: yes, small", {"pericardial_effusion present mild"}),
    ("LV size: normal", {"lv_dilation absent"}),
    ("Technique\nSSFP, LGE\n\nFindings\nLV dilated", {"lv_dilation present"}),
    ("Normal size of all cardiac chambers.",
     {"lv_dilation absent", "rv_dilation absent", "la_dilation absent", "ra_dilation absent"}),
]  # fmt: skip
SHORTHAND = [
    ("LV/RV dilated.", {"lv_dilation present", "rv_dilation present"}),
    ("No oedema/scar.", {"oedema absent", "lge absent"}),
    ("LV dil, sev red fxn.", {"lv_dilation present", "lv_dysfunction present severe"}),
    ("RV ok. LGE+ midwall septum.",
     {"rv_dilation absent", "rv_dysfunction absent", "rv_hypertrophy absent",
      "lge present midwall 2,3,8,9,14"}),
    ("LGE -ve, T2 +ve oedema.", {"lge absent", "oedema present"}),
    ("Systolic function is moderately impaired.", {"lv_dysfunction present moderate"}),
    ("Regional wall motion is normal.", {"wall_motion_abnormality absent"}),
    ("Native T1 was elevated.", {"t1_raised present"}),
    ("T2 values are normal, ECV increased.", {"t2_raised absent", "ecv_raised present"}),
    ("Perfusion was normal.", {"perfusion_defect absent"}),
    ("LV size wnl w/o LGE.", {"lv_dilation absent", "lge absent"}),
    ("Saline contrast injection without evidence of a shunt.", {"shunt absent"}),
    ("Native T1 1180 ms. Elevated filling pressures.", set()),
    ("No IV contrast was given.", set()),
]  # fmt: skip

ELSEWHERE = [
    # One chamber's property ends where the next chamber's begins.
    ("The left atrium is moderately dilated and the right atrium is normal in size.",
     {"la_dilation present moderate", "ra_dilation absent"}),
    ("Aortic stenosis, pericardial effusion and thrombus were all absent.",
     {"aortic_stenosis absent", "pericardial_effusion absent", "lv_thrombus absent"}),
    ("Small pleural effusion. No pericardial effusion.", {"pericardial_effusion absent"}),
    ("The aorta is normal. Enlarged mediastinal lymph nodes.", {"aortic_dilation absent"}),
    ("Thickened interatrial septum.", set()),
    ("Pericardial late enhancement.", {"pericardial_enhancement present"}),
    ("Normal LV size. Native septal T1 is low at 890 ms.", {"lv_dilation absent"}),
    ("Largely non-viable infarct in the LAD territory.",
     {"infarct present 1,2,7,8,13,14,17"}),
    ("The aortic valve is bicuspid.", {"bicuspid_aortic_valve present"}),
    ("The left ventricle is hyperdynamic.", {"lv_dysfunction absent"}),
    ("Normal-sized left ventricle.", {"lv_dilation absent"}),
    ("Both native T1 (1078 ms) and the ECV (31 %) are increased.",
     {"t1_raised present", "ecv_raised present"}),
    ("Subepicardial LGE in the basal inferolateral segment, sparing the subendocardium.",
     {"lge present subepicardial 5"}),
    ("Mitral incompetence of moderate degree.", {"mitral_regurgitation present moderate"}),
]  # fmt: skip
SIGNS = [
    ("LGE -, T2 oedema -, effusion -/thrombus -.",
     {"lge absent", "oedema absent", "pericardial_effusion absent", "lv_thrombus absent"}),
    ("LGE: basal + mid IS, mid AS.", {"lge present 3,8,9"}),
    ("Mild AS (aortic stenosis), MR mild.",
     {"aortic_stenosis present mild", "mitral_regurgitation present mild"}),
    ("TR mild, MR moderate.",
     {"tricuspid_regurgitation present mild", "mitral_regurgitation present moderate"}),
    ("LV mildly ↑, RA N.", {"lv_dilation present mild", "ra_dilation absent"}),
    ("LGE 25-50 % of the wall.", {"lge present"}),
]  # fmt: skip
TITLES = [
    ("PERICARDIAL EFFUSION\nPresent: no", {"pericardial_effusion absent"}),
    ("LV THROMBUS\nStatus: nil", {"lv_thrombus absent"}),
    ("THROMBUS\nApex: none", {"lv_thrombus absent"}),
    ("SHUNT\nIntracardiac shunt: no", {"shunt absent"}),
    ("LGE\nPattern: midwall\nLocation: basal inferoseptal", {"lge present midwall 3"}),
    ("LGE\nBasal inferoseptal: midwall\nElsewhere: nil", {"lge present midwall 3"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [*NEGATION, *DOUBT, *TIME, *CHAMBERS, *PLACES, *WORDS, *ABROAD, *LABELS, *SHORTHAND,
     *ELSEWHERE, *SIGNS, *TITLES],
)
def test_claims(text: str, expected: set[str]):
    assert claims_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LVEF 34%.", {"lvef": 34}),
        ("EF is estimated at 55 %", {"lvef": 55}),
        ("RVEF: 48%", {"rvef": 48}),
        ("LVEDV 180 mL, LVESV 90 mL", {"lvedv": 180, "lvesv": 90}),
        ("LVEDVi 110 ml/m2", {"lvedvi": 110}),
        ("RVEDVi 121 mL/m²", {"rvedvi": 121}),
        ("LV end-diastolic volume index 98 mL/m2", {"lvedvi": 98}),
        ("Septum 2.2 cm.", {"wall_thickness": 22}),
        ("Maximal wall thickness of 18 mm", {"wall_thickness": 18}),
        ("ECV 34 %", {"ecv": 34}),
        ("Native T1 1080 ms", {"t1": 1080}),
        ("T2* 8 ms", {"t2star": 8}),
        ("LVEF between 50 and 55%", {"lvef": 52.5}),
        ("LVEF 50-55%", {"lvef": 52.5}),
        ("LVEF is mildly reduced at 45 percent", {"lvef": 45}),
        ("LVEDV 110 mL/m2, LV mass 92 g/m²", {"lvedvi": 110, "lv_mass_index": 92}),
        ("RVEDV 190 mL", {"rvedv": 190}),
        ("LV dilated, EF 31. RV dilated, EF 42.", {"lvef": 31, "rvef": 42}),
        ("A 22 mm septum", {"wall_thickness": 22}),
        ("LVEF 45 %, RVEF 50 %", {"lvef": 45, "rvef": 50}),
        ("No EF was calculated. T2 mapping was done.", {}),
    ],
)
def test_measures(text: str, expected: dict[str, float]):
    assert {name: one.value for name, one in parse(text).measures.items()} == expected


def test_what_was_not_understood_is_returned():
    text = "Dilated LV with a flumpy quoxel."
    assert [text[a:b] for a, b in parse(text).unparsed] == ["flumpy", "quoxel"]


@pytest.mark.parametrize("stated", ["LVEF 34 %", "LVEDV 110 mL/m²", "A 22 mm septum", "ECV 31"])
def test_a_measure_is_marked_with_its_unit(stated: str):
    text = f"{stated}, as before."
    (measure,) = parse(text).measures.values()
    assert text[slice(*measure.span)] == stated.removeprefix("A ")
