"""Synthetic cine and late-enhancement cardiac MRI with reports whose truth is known.

- `library`: invented people, diseases and scans from a seed
- `frame`, `segments`, `heart`, `chambers`, `scar`, `chest`, `vessels`: the anatomy, in mm
- `planes`: where the images lie; `signal`, `painting`, `scan`, `rendering`: what they show
- `measures`, `truth`: volumes counted on the masks, and claims in the concept codes
- `reports`, `facts`, `wording`, `shorthand`: the expert's text
- `dicom`: the files. Imported on its own, so that arrays can be made where there is no pydicom.
"""

from domain.phantom.library import DISEASES, draw_library, draw_study, make_study
from domain.phantom.rendering import RenderedStack, RenderedStudy, render
from domain.phantom.study import PhantomStudy

__all__ = [
    "DISEASES",
    "PhantomStudy",
    "RenderedStack",
    "RenderedStudy",
    "draw_library",
    "draw_study",
    "make_study",
    "render",
]
