"""From stored frames to what a model is shown."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from cases.models import Instance
from common.storage import path_of
from domain.errors import InputError
from tests.dicom import cine_instance, write_cine
from workers import frames
from workers.cmrclip.pixels import PatientFacts
from workers.decode import decode_study, patient_facts

pytestmark = pytest.mark.django_db


def test_a_stored_study_is_decoded_as_it_was_written(programme, tmp_path: Path):
    from cases.importing import import_path

    paths = write_cine(tmp_path / "dicom", slices=3, phases=8)
    paths[11].unlink()  # slice 1, phase 3
    study = import_path(source=tmp_path / "dicom", programme=programme, imported_by=None).study
    (stack,) = decode_study(study).stacks
    assert (stack.view, stack.contrast) == ("sax", "cine")
    assert stack.pixels.shape == (3, 8, 64, 64)
    assert stack.pixels.dtype == np.uint16
    assert np.argwhere(stack.missing).tolist() == [[1, 3]]
    assert not stack.pixels[1, 3].any()
    assert stack.pixel_spacing_mm == (3.0, 3.0)
    for s, p in ((0, 0), (2, 7)):
        written = cine_instance(study="1.2", series="1.3", slice_index=s, phase=p, phases=8)
        assert np.array_equal(stack.pixels[s, p], written.pixel_array)
        assert stack.positions_mm[s] == pytest.approx(
            [float(value) for value in written.ImagePositionPatient], abs=1e-3
        )
        assert stack.directions.ravel() == pytest.approx(
            [float(value) for value in written.ImageOrientationPatient], abs=1e-6
        )
        assert stack.cycle[s, p] == pytest.approx(p / 8, abs=1e-3)
    assert np.isnan(stack.cycle[1, 3])
    assert decode_study(study).patient == PatientFacts(sex="F", age_years=51.0)


def test_the_patients_facts_come_from_the_metadata():
    metadata = {
        "00100040": {"vr": "CS", "Value": ["M"]},
        "00101010": {"vr": "AS", "Value": ["089Y"]},
        "00101020": {"vr": "DS", "Value": [1.82]},
        "00101030": {"vr": "DS", "Value": [81]},
    }
    assert patient_facts(metadata) == PatientFacts("M", 89.0, 1.82, 81.0)
    odd = {"00100040": {"vr": "CS", "Value": ["O"]}, "00101020": {"vr": "DS"}}
    assert patient_facts(odd) == PatientFacts()


def test_processes_decode_as_one_thread_does_and_a_killed_one_is_replaced(import_cine):
    study = import_cine().study
    stored = [
        (path_of(one.series.pack).read_bytes()[one.offset : one.offset + one.length], one.metadata)
        for one in Instance.objects.filter(series__study=study).order_by("pk")
    ]
    many = stored * 4
    assert len(many) >= frames._WORTH_A_POOL
    expected = [frames.decode_one(frame) for frame in many]
    assert all(map(np.array_equal, frames.decode_frames(many), expected))
    for pid in list(frames._decoders()._processes):
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(OSError, match="before its time"):
        # The pool may notice a moment late.
        for _ in range(50):
            frames.decode_frames(many)
    assert all(map(np.array_equal, frames.decode_frames(many), expected))
    with pytest.raises(InputError, match="damaged"):
        frames.decode_frames([*many, (b"\0" * 50, stored[0][1])])
