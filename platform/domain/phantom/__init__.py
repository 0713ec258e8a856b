"""Synthetic cine and LGE studies with reports whose truth is known.

Three parts: `anatomy` gives the masks of a heart at any plane and phase, `signal` what a scanner
makes of them, `library` draws hearts and diseases from a seed. Writing DICOM is in
`domain.phantom.dicom`, so that arrays can be made where there is no pydicom.
"""

from domain.phantom.library import PhantomStudy, draw_library
from domain.phantom.render import RenderedStack, RenderedStudy, render

__all__ = ["PhantomStudy", "RenderedStack", "RenderedStudy", "draw_library", "render"]
