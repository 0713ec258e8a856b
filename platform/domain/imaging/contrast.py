"""Cine, late gadolinium enhancement or something else, told from how the image was acquired.

The name of a series is free text and often wrong, so only acquisition tags are used: Image Type,
Scanning Sequence, Sequence Variant, Sequence Name, Inversion Time, flip angle, and how many
phases a slice has.
"""

from domain.imaging.study import Contrast, InstanceHeader

# Image Type (0008,0008) values of maps and of images computed from others.
_NOT_ANATOMY = {
    "T1", "T2", "T2_STAR", "R2_STAR", "MAP", "T1 MAP", "T2 MAP", "T2_STAR MAP", "ECV",
    "PERFUSION", "MPR", "PROJECTION IMAGE", "MIP", "MOCO_MAP", "ERROR_MAP", "LOCALIZER", "SCOUT",
    "SUBTRACTION", "VELOCITY", "VELOCITY MAP", "PHASE CONTRAST", "PCA",
}  # fmt: skip
# Phase images: velocity maps, unless an inversion pulse makes them phase-sensitive enhancement.
_PHASE_IMAGE = {"P", "PHASE", "PHASE MAP"}
# Inversion times of late enhancement lie between these; shorter ones null fat (STIR), and an
# inversion prepared first-pass perfusion or a black-blood image is told by its other tags.
_LGE_INVERSION_MS = (120.0, 700.0)
# Sequence names (0018,0024) of velocity-encoded images: *fl2d1_v150in, *fl3d1rs...
_VELOCITY_MARKS = ("_v", "pc2d", "fcpc")
# A cine repeats one beat; images spread over more beats than this follow something else, such as
# the first pass of contrast agent.
_CINE_SPAN_BEATS = 1.5


def contrast_of(header: InstanceHeader, phases_in_slice: int, span_beats: float = 0.0) -> Contrast:
    """The contrast of an image whose slice holds `phases_in_slice` different phases.

    `span_beats`: last trigger time minus first, in RR intervals; 0 where unknown.
    """
    if _is_map_or_velocity(header):
        return Contrast.OTHER
    if phases_in_slice > 1:
        if span_beats > _CINE_SPAN_BEATS:
            return Contrast.OTHER
        return Contrast.OTHER if _has_inversion_pulse(header) else Contrast.CINE
    if _looks_like_late_enhancement(header):
        return Contrast.LGE
    if _is_fragment_of_cine(header):
        return Contrast.CINE
    return Contrast.OTHER


def _is_map_or_velocity(header: InstanceHeader) -> bool:
    values = {value.upper() for value in header.image_type}
    if values & _NOT_ANATOMY or (values & _PHASE_IMAGE and not _has_inversion_pulse(header)):
        return True
    name = header.sequence_name.lower()
    return any(mark in name for mark in _VELOCITY_MARKS)


def _has_inversion_pulse(header: InstanceHeader) -> bool:
    """Inversion recovery: Scanning Sequence IR, Sequence Variant MP, a name or an inversion time.

    A series with many inversion times is a T1 scout (Look-Locker), which moves but is no cine.
    """
    return "IR" in header.scanning_sequence or (header.inversion_time_ms or 0.0) > 0.0


def _looks_like_late_enhancement(header: InstanceHeader) -> bool:
    if "SE" in header.scanning_sequence and "GR" not in header.scanning_sequence:
        # Black-blood spin echo also inverts, to null blood rather than myocardium.
        return False
    shortest, longest = _LGE_INVERSION_MS
    if header.inversion_time_ms is not None and header.inversion_time_ms > 0:
        return shortest <= header.inversion_time_ms <= longest
    name = header.sequence_name.lower()
    return "IR" in header.scanning_sequence or "ir2d" in name or "psir" in name or "_ir" in name


def _is_fragment_of_cine(header: InstanceHeader) -> bool:
    """One phase that is left of a cine of several."""
    return (header.cardiac_number_of_images or 0) > 1
