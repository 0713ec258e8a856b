"""Invented names, teaching titles and clinical histories."""

import numpy as np

from domain.phantom.study import (
    Acquisition,
    Enhancement,
    HeartShape,
    Patient,
    PhantomStudy,
)

# Nobody is called this: the family name says what it is.
_WOMEN = ("ADA", "BEA", "CLEO", "DORA", "EDNA", "FLORA", "GRETA", "HILDA", "IDA", "JUNO", "KIKI",
          "LOLA")  # fmt: skip
_MEN = ("ABEL", "BRAM", "CARLO", "DUKE", "ENZO", "FINN", "GUS", "HUGO", "IVOR", "JETHRO", "KNUT",
        "LARS")  # fmt: skip

_TITLES = {
    "normal": "Normal study",
    "dcm": "Dilated cardiomyopathy",
    "hcm": "Hypertrophic cardiomyopathy, asymmetric septal",
    "ischaemic_lad": "Old infarct in the LAD territory",
    "ischaemic_rca": "Old inferior infarct",
    "ischaemic_lcx": "Old lateral infarct",
    "infarct_acute": "Acute infarct with microvascular obstruction",
    "thrombus": "Apical infarct with left-ventricular thrombus",
    "rv": "Dilated, impaired right ventricle",
    "amyloid": "Cardiac amyloidosis",
    "myocarditis": "Myocarditis",
    "effusion": "Pericardial effusion",
    "aorta": "Dilated ascending aorta",
    "mixed": "Read what is there",
}

# (what a trainee is told, the indication in the report)
_HISTORIES: dict[str, tuple[tuple[str, str], ...]] = {
    "normal": (
        ("palpitations and a normal echocardiogram", "Palpitations. Exclude structural disease."),
        ("family history of cardiomyopathy", "Family screening for cardiomyopathy."),
        (
            "atypical chest pain, normal coronary arteries",
            "Chest pain. Exclude structural disease.",
        ),
        ("syncope during exercise", "Exertional syncope. Exclude cardiomyopathy."),
    ),
    "dcm": (
        ("breathless for three months, left bundle branch block", "New heart failure. Aetiology?"),
        (
            "reduced function on echocardiography, normal coronary arteries",
            "Impaired ventricle on echo, normal coronary arteries.",
        ),
    ),
    "hcm": (
        ("deep T-wave inversion on a routine ECG", "Abnormal ECG. Exclude cardiomyopathy."),
        (
            "systolic murmur and exertional breathlessness",
            "Murmur and breathlessness. Thick septum on echo.",
        ),
    ),
    "infarct_acute": (
        (
            "chest pain four days ago, treated by angioplasty",
            "Four days after primary angioplasty.",
        ),
    ),
    "thrombus": (
        (
            "heart attack last year, poor echo windows",
            "Previous heart attack. Assess function and apex.",
        ),
    ),
    "rv": (
        ("breathless, right axis deviation on the ECG", "Right heart strain on ECG."),
        (
            "ventricular ectopy of left bundle branch block pattern",
            "Ectopy. Assess the right ventricle.",
        ),
    ),
    "amyloid": (
        ("heart failure with low voltages on the ECG", "Heart failure, thick walls on echo."),
        (
            "breathless, carpal tunnel surgery on both sides",
            "Heart failure with preserved cavity size.",
        ),
    ),
    "myocarditis": (
        (
            "chest pain and raised troponin a week after a cold",
            "Chest pain, troponin rise, normal coronary arteries.",
        ),
        (
            "chest pain, unobstructed coronary arteries",
            "Troponin positive, unobstructed coronary arteries.",
        ),
    ),
    "effusion": (
        ("pleuritic chest pain for two weeks", "Pleuritic pain."),
        ("large heart on chest radiograph", "Enlarged heart shadow."),
    ),
    "aorta": (
        ("family history of aortic disease", "Aortic size."),
        ("early diastolic murmur", "Murmur. Aortic size."),
    ),
    # For hearts that no recipe drew: a reason to scan that gives nothing away.
    "mixed": (
        ("referred for cardiac MRI, no further details", "No clinical details given."),
        ("breathless on exertion", "Breathlessness."),
        ("abnormal ECG", "Abnormal ECG."),
        ("poor echo windows", "Poor echo windows. Assess both ventricles."),
        ("follow-up", "Follow-up."),
    ),
}
_ISCHAEMIC = (
    ("breathless, heart attack some years ago", "Previous heart attack. Function and viability."),
    ("reduced function on echocardiography, smoker", "Impaired ventricle. Ischaemic or not?"),
)


def patient_name(seed: int, female: bool) -> str:
    """A name that is plainly invented, in DICOM's Person Name form."""
    names = _WOMEN if female else _MEN
    return f"DEMO^{names[seed % len(names)]}"


def title(kind: str, shape: HeartShape, enhancement: Enhancement | None) -> str:
    """The teaching title of a study."""
    text = _TITLES[kind]
    if kind == "dcm" and enhancement is not None:
        text += " with mid-wall enhancement"
    return text


def histories(kind: str, patient: Patient, rng: np.random.Generator) -> tuple[str, str]:
    """(history for the trainee, indication for the report)."""
    choices = _HISTORIES.get(kind, _ISCHAEMIC)
    story, indication = choices[int(rng.integers(len(choices)))]
    who = "woman" if patient.sex == "F" else "man"
    return f"{patient.age}-year-old {who}: {story}.", indication


def told(
    seed: int,
    kind: str,
    patient: Patient,
    shape: HeartShape,
    enhancement: Enhancement | None,
    acquisition: Acquisition,
    rng: np.random.Generator,
) -> PhantomStudy:
    """The study with its story and title; without contrast nothing enhances."""
    if not acquisition.contrast_given:
        enhancement = None
    history, indication = histories(kind, patient, rng)
    return PhantomStudy(
        seed=seed,
        kind=kind,
        title=title(kind, shape, enhancement),
        history=history,
        indication=indication,
        patient=patient,
        shape=shape,
        enhancement=enhancement,
        acquisition=acquisition,
    )
