"""Phantom studies as the models see them, without a detour through DICOM files."""

import numpy as np

from domain.phantom import PhantomStudy, RenderedStack, RenderedStudy
from workers.cmrclip.pixels import PatientFacts, StackPixels, StudyPixels


def study_pixels(rendered: RenderedStudy) -> StudyPixels:
    """The stacks and the patient of a drawn study."""
    return StudyPixels(
        tuple(_stack_pixels(stack) for stack in rendered.stacks), _patient(rendered.study)
    )


def _patient(study: PhantomStudy) -> PatientFacts:
    patient = study.patient
    return PatientFacts(patient.sex, float(patient.age), patient.height_m, patient.weight_kg)


def _stack_pixels(stack: RenderedStack) -> StackPixels:
    first = stack.planes[0]
    return StackPixels(
        view=stack.view,
        contrast=stack.contrast,
        pixels=stack.pixels,
        pixel_spacing_mm=(first.pixel_mm, first.pixel_mm),
        missing=~stack.present,
        positions_mm=np.stack([plane.position for plane in stack.planes]),
        directions=np.stack([first.row_direction, first.column_direction]),
        cycle=stack.trigger_times_ms / stack.rr_ms[:, None],
    )
