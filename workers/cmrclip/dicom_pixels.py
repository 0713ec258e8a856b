"""A study read from DICOM files, as the models see it."""

import numpy as np
import pydicom

import domain.imaging as imaging
from workers.cmrclip.pixels import PatientFacts, StackPixels, StudyPixels


def study_pixels(study: imaging.Study) -> StudyPixels:
    """Decodes every stack of `study`, (slices, phases, rows, columns), missing phases marked."""
    facts = study.facts
    patient = PatientFacts(
        facts.patient_sex, facts.patient_age_years, facts.patient_size_m, facts.patient_weight_kg
    )
    return StudyPixels(tuple(_stack_pixels(stack) for stack in study.stacks), patient)


def _stack_pixels(stack: imaging.Stack) -> StackPixels:
    shape = (len(stack.slices), stack.phase_count)
    pixels = np.zeros((*shape, stack.rows, stack.columns), np.float32)
    missing = np.ones(shape, np.bool_)
    cycle = np.full(shape, np.nan)
    for s, one in enumerate(stack.slices):
        for p, header in enumerate(one.phases):
            if header is None:
                continue
            pixels[s, p] = pydicom.dcmread(header.path).pixel_array
            missing[s, p] = False
            if header.trigger_time_ms is not None and one.rr_ms:
                cycle[s, p] = header.trigger_time_ms / one.rr_ms
    first = stack.slices[0].image_orientation
    return StackPixels(
        view=stack.view.value,
        contrast=stack.contrast.value,
        pixels=pixels,
        pixel_spacing_mm=stack.pixel_spacing_mm,
        missing=missing,
        positions_mm=np.array([one.image_position for one in stack.slices], dtype=np.float64),
        directions=np.array([first[:3], first[3:]], dtype=np.float64),
        cycle=cycle,
    )
