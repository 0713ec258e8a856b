# ruff: noqa: E501  (a line of a report ends a statement, so long ones cannot be broken)
"""One invented expert report a disease, as an experienced reader would dictate it."""

REPORTS = {
    "dilated": """Left ventricle: Severely dilated, LVEDVi 142 mL/m2, with severely reduced systolic function, LVEF 24 %. Global hypokinesis.
Right ventricle: Mildly dilated with mildly reduced function, RVEF 42 %.
Atria: Left atrium moderately dilated.
Late enhancement: Midwall LGE in the basal and mid septum. No infarct.
No LV thrombus. No pericardial effusion.
Impression: Dilated cardiomyopathy.""",
    "infarct": """The left ventricle is mildly dilated with moderately impaired function, LVEF 38 %.
There is akinesis of the mid anterior wall and of the apex. Transmural LGE in the LAD territory with microvascular obstruction.
There is an apical LV thrombus.
The right ventricle is normal in size and function. No pericardial effusion.
Conclusion: Myocardial infarction. Ischaemic cardiomyopathy.""",
    "hypertrophic": """Asymmetric septal hypertrophy, maximal wall thickness 22 mm. LVEF 71 %.
Systolic anterior motion with LVOT obstruction and moderate mitral regurgitation.
Patchy midwall LGE at the insertion points. The left atrium is severely dilated.
The right ventricle is normal in size and function.
Impression: Hypertrophic cardiomyopathy.""",
    "amyloid": """Concentric LV hypertrophy, wall thickness 17 mm. Normal LV size. LVEF 48 %.
Diffuse subendocardial LGE. Native T1 1150 ms. ECV 52 %.
Biatrial enlargement. Small pericardial effusion.
Conclusion: Cardiac amyloidosis.""",
    "myocarditis": """Normal left ventricular size with mildly reduced systolic function, LVEF 47 %.
Myocardial oedema of the basal inferolateral wall. Subepicardial LGE in the basal and mid inferolateral wall.
Native T1 raised. T2 raised. Small pericardial effusion. The right ventricle is normal.
Conclusion: Acute myocarditis.""",
    "sarcoid": """Mildly dilated LV, LVEF 41 %. Basal septal thinning with hypokinesis.
Patchy subepicardial and midwall LGE in the basal anteroseptal and basal inferolateral walls.
RV normal in size and function. No pericardial effusion.
Impression: Probable cardiac sarcoidosis.""",
    "arrhythmogenic": """The right ventricle is severely dilated, RVEDVi 148 mL/m2, with moderately reduced function, RVEF 34 %.
The left ventricle is normal in size and function, LVEF 58 %. Subepicardial LGE in the mid inferolateral wall.
The right atrium is mildly dilated. No intracardiac shunt.
Impression: Arrhythmogenic right ventricular cardiomyopathy.""",
    "noncompaction": """Dilated left ventricle, LVEF 36 %. Hypertrabeculation of the apical lateral wall.
No LGE. No LV thrombus. RV normal in size and function.
Conclusion: LV non-compaction.""",
    "takotsubo": """Apical akinesis. LVEF 39 %. The left ventricle is mildly dilated.
Myocardial oedema of the apical segments. No LGE. No infarct.
The right ventricle is normal in size and function.
Impression: Takotsubo syndrome.""",
    "fabry": """Concentric LV hypertrophy, wall thickness 16 mm, LVEF 66 %. Normal LV size.
Midwall LGE in the basal inferolateral wall. No pericardial effusion.
Conclusion: Possible Fabry disease.""",
    "iron": """The left ventricle is dilated with mildly reduced function, LVEF 45 %. Low T2*, T2* 9 ms.
No LGE. The right ventricle is normal.
Impression: Iron overload.""",
    "constriction": """Pericardial thickening with pericardial enhancement. Septal bounce. Biatrial enlargement.
Normal LV size and function, LVEF 57 %. RV normal in size and function. No LGE.
Conclusion: Constriction.""",
    "tamponade": """Large pericardial effusion. Tamponade. Normal LV size and function, LVEF 60 %.
No LGE. Right ventricle normal in size.""",
    "hypertensive": """Concentric LV hypertrophy, LV mass index 98 g/m2. LVEF 61 %. Normal LV size.
Left atrium mildly dilated. Aortic root dilated. No LGE.
Impression: Hypertensive heart disease.""",
    "aortic": """Bicuspid aortic valve with moderate aortic regurgitation. Severe aortic dilation. No aortic dissection. No coarctation.
Mildly dilated LV, LVEDVi 118 mL/m2. LVEF 59 %. No LGE.""",
    "dissection": """Aortic dissection. Aortic root severely dilated. Moderate pericardial effusion.
Normal LV size and function.""",
    "mass": """Cardiac mass in the left atrium. Mild mitral regurgitation. Normal LV size and function, LVEF 63 %.
No LGE. No pericardial effusion.""",
    "shunt": """Atrial septal defect. The right ventricle is moderately dilated, RVEF 50 %. Right atrium dilated.
Normal LV size and function. No LGE.""",
    "ischaemia": """Stress perfusion defect in the RCA territory. Inducible ischaemia. No LGE. No infarct.
Normal LV size and function, LVEF 61 %.
Conclusion: Coronary artery disease.""",
    "normal": """Normal LV size, wall thickness and function, LVEF 62 %. Normal RV size and function, RVEF 58 %.
Both atria are normal in size. No LGE. No pericardial effusion.
Conclusion: Normal study.""",
}  # fmt: skip
