"""Synthetic cine and late-enhancement cardiac MRI with reports whose truth is known.

- `library`: invented people, diseases (`recipes`) and scans (`scanning`) from a seed
- `spectrum`: hearts of every shade between normal and abnormal
- `frame`, `segments`, `distances`, `heart`, `chambers`, `scar`, `chest`, `vessels`: the anatomy,
  in mm
- `planes`: where the images lie; `signal`, `contrasts`: what tissues give; `painting`, `textures`,
  `slices`, `scan`, `vendors`, `rendering`: what the images show
- `measures`, `truth`: volumes counted on the masks, and claims in the concept codes
- `reports`: the expert's text, as `prose`, `shorthand` or `narrative`, from `facts` and `wording`
- `dicom`: the files. Imported on its own, so that arrays can be made where there is no pydicom.
"""

from domain.phantom.library import draw_library, draw_study, make_study
from domain.phantom.recipes import DISEASES
from domain.phantom.rendering import RenderedStack, RenderedStudy, render
from domain.phantom.spectrum import draw_spectrum
from domain.phantom.study import PhantomStudy, with_matrix

__all__ = [
    "DISEASES",
    "PhantomStudy",
    "RenderedStack",
    "RenderedStudy",
    "draw_library",
    "draw_spectrum",
    "draw_study",
    "make_study",
    "render",
    "with_matrix",
]
