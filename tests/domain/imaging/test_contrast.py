"""Cine, late enhancement or something else, from acquisition attributes."""

from pathlib import Path

import pytest

from domain.imaging.contrast import contrast_of
from domain.imaging.study import Contrast, InstanceHeader

CINE, LGE, OTHER = Contrast.CINE, Contrast.LGE, Contrast.OTHER


def header(**values) -> InstanceHeader:
    return InstanceHeader(
        name="x", path=Path("x"), sop_instance_uid="1", series_instance_uid="2",
        study_instance_uid="3", transfer_syntax_uid="4", patient_key="5",
        image_position=(0, 0, 0), image_orientation=(1, 0, 0, 0, 1, 0), pixel_spacing=(1, 1),
        rows=8, columns=8, bits_stored=12, pixel_representation=0, **values,
    )  # fmt: skip


@pytest.mark.parametrize(
    "values, phases, span, expected",
    [
        ({"scanning_sequence": ("GR",)}, 25, 0.96, CINE),
        ({}, 20, 0.0, CINE),
        ({"cardiac_number_of_images": 25}, 1, 0.0, CINE),
        ({}, 1, 0.0, OTHER),
        ({"inversion_time_ms": 300.0}, 1, 0.0, LGE),
        ({"scanning_sequence": ("GR", "IR")}, 1, 0.0, LGE),
        ({"sequence_name": "*tfl2d1_ir"}, 1, 0.0, LGE),
        ({"image_type": ("ORIGINAL", "PRIMARY", "P"), "inversion_time_ms": 300.0}, 1, 0.0, LGE),
        ({"inversion_time_ms": 300.0, "scanning_sequence": ("SE", "IR")}, 1, 0.0, OTHER),
        ({"inversion_time_ms": 20.0}, 1, 0.0, OTHER),
        ({"inversion_time_ms": 250.0}, 25, 0.9, OTHER),
        ({"image_type": ("ORIGINAL", "PRIMARY", "P")}, 25, 0.9, OTHER),
        ({"image_type": ("DERIVED", "PRIMARY", "T1 MAP")}, 1, 0.0, OTHER),
        ({"sequence_name": "*fl2d1_v150in"}, 25, 0.9, OTHER),
        ({"scanning_sequence": ("GR",)}, 40, 39.0, OTHER),
    ],
)
def test_contrast(values, phases, span, expected):
    assert contrast_of(header(**values), phases, span) is expected
