"""Cine MR studies: reading, geometry, views, de-identification and frames.

The public names are those below; see study.py for what the nouns mean.
"""

from domain.imaging.assemble import relabelled
from domain.imaging.deidentify import Deidentifier
from domain.imaging.frames import (
    JPEG_LS_LOSSLESS,
    PreparedInstance,
    decode_frame,
    encode_frame,
    prepare_instance,
    read_pixels,
)
from domain.imaging.geometry import missing_between, normal, position_along
from domain.imaging.heart_frame import PlaneGeometry
from domain.imaging.reader import read_study, summarise
from domain.imaging.study import (
    CONTRAST_NAMES,
    VIEW_NAMES,
    Contrast,
    InstanceHeader,
    SeriesFound,
    Slice,
    Stack,
    Study,
    StudyFacts,
    View,
    ViewSuggestion,
)
from domain.imaging.views import suggest_views

__all__ = [
    "CONTRAST_NAMES",
    "JPEG_LS_LOSSLESS",
    "VIEW_NAMES",
    "Contrast",
    "Deidentifier",
    "InstanceHeader",
    "PlaneGeometry",
    "PreparedInstance",
    "SeriesFound",
    "Slice",
    "Stack",
    "Study",
    "StudyFacts",
    "View",
    "ViewSuggestion",
    "decode_frame",
    "encode_frame",
    "missing_between",
    "normal",
    "position_along",
    "prepare_instance",
    "read_pixels",
    "read_study",
    "relabelled",
    "suggest_views",
    "summarise",
]
