"""The real studies beside the project, against what is known of them."""

import time
from pathlib import Path

import numpy as np
import pydicom
import pytest

from domain.errors import InputError
from domain.imaging import (
    Deidentifier,
    Study,
    decode_frame,
    prepare_instance,
    read_study,
    summarise,
)

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.filterwarnings("ignore:Invalid value for VR:UserWarning"),
]
KEY = b"a key for tests alone, of good length"


def files_in(folder: Path) -> list[tuple[str, Path]]:
    return [(path.name, path) for path in sorted(folder.rglob("*")) if path.is_file()]


@pytest.fixture(scope="module")
def vida(real_data) -> Study:
    return read_study(files_in(real_data / "cmr/siemens_vida"))


@pytest.fixture(scope="module")
def sunnybrook(real_data) -> dict[str, Study]:
    root = real_data / "cmr/sunnybrook_ge"
    return {name: read_study(files_in(root / name)) for name in ("SCD0000101", "SCD0000401")}


def test_vida_is_eleven_series_of_twenty_five_phases(vida):
    assert len(vida.series) == 11
    assert {series.image_count for series in vida.series} == {25}
    assert vida.shown_images == vida.expected_images == 275
    assert not vida.gaps and not vida.refused


def test_vida_views_are_told_apart_by_geometry(vida):
    """By eye: 16001, named 4CH, shows three chambers; 19001, named 2CH, the right heart."""
    found = {
        header.series_number: stack.view.value
        for stack in vida.stacks
        for header in stack.instances
    }
    assert found == {
        7001: "sax", 8001: "sax", 9001: "sax", 10001: "sax", 11001: "sax", 12001: "sax",
        14001: "lax4", 16001: "lax3", 17001: "lax2", 19001: "rv2", 22001: "rvot",
    }  # fmt: skip
    assert all(stack.suggestion.confidence > 0.8 for stack in vida.stacks)


def test_vida_short_axis_runs_from_base_to_apex_with_its_own_rr_for_each_slice(vida):
    sax = vida.stacks[0]
    numbers = [one.present[0].series_number for one in sax.slices]
    assert numbers == [7001, 8001, 9001, 10001, 11001, 12001]
    assert [one.rr_ms for one in sax.slices] == [863, 860, 829, 776, 814, 831]
    assert sax.rr_ms == 830
    assert sax.slice_spacing_mm == pytest.approx(17.7, abs=0.05)
    assert len(sax.frame_times_ms) == 25


@pytest.mark.parametrize(
    "name, slices, spacing, intervals",
    [
        ("SCD0000101", 12, 10.0, {731, 750, 759, 769, 779, 789, 800}),
        ("SCD0000401", 11, 8.0, {1016}),
    ],
)
def test_sunnybrook_spacing_is_true_where_slice_location_is_not(
    sunnybrook, name, slices, spacing, intervals
):
    (stack,) = sunnybrook[name].stacks
    assert (stack.view.value, stack.contrast.value) == ("sax", "cine")
    assert (len(stack.slices), stack.phase_count) == (slices, 20)
    assert stack.slice_spacing_mm == pytest.approx(spacing, abs=0.01)
    assert {one.rr_ms for one in stack.slices} == intervals
    assert stack.complete and not sunnybrook[name].gaps


def test_sunnybrook_slices_run_from_base_to_apex(sunnybrook):
    """The expert's contours are largest near the base and end before the last, apical slice."""
    numbers = [one.present[0].instance_number for one in sunnybrook["SCD0000101"].stacks[0].slices]
    assert numbers == [20 * index + 1 for index in range(12)]


def test_skyra_is_incomplete_and_says_so(real_data):
    study = read_study(files_in(real_data / "cmr/siemens_skyra_incomplete"))
    (stack,) = study.stacks
    assert stack.view.value == "rv2" and stack.suggestion.confidence <= 0.5
    assert [phase is not None for phase in stack.slices[0].phases] == [True] * 2 + [False] * 23
    assert not stack.complete
    assert (study.shown_images, study.expected_images) == (2, 25)
    assert any("2 of 25 phases are present; missing 3–25" in line for line in summarise(study))


@pytest.mark.parametrize(
    "pattern, dtype, every",
    [
        ("cmr/siemens_vida/dicom/*/*.dcm", np.uint16, 5),
        ("cmr/sunnybrook_ge/*/dicom/*.dcm", np.int16, 10),
        ("cmr/siemens_skyra_incomplete/*.dcm", np.uint16, 1),
    ],
)
def test_transcoding_is_pixel_exact(real_data, pattern, dtype, every):
    deidentifier = Deidentifier(KEY)
    paths = sorted(real_data.glob(pattern))[::every]
    assert paths
    spent = 0.0
    for path in paths:
        started = time.process_time()
        prepared = prepare_instance(path, deidentifier)
        spent += time.process_time() - started
        decoded = decode_frame(prepared.frame, prepared.metadata)
        source = pydicom.dcmread(path).pixel_array
        assert decoded.dtype == dtype
        assert np.array_equal(decoded, source)
        assert len(prepared.frame) < source.nbytes / 2
    assert spent / len(paths) < 0.1


def test_no_identity_of_the_real_patients_survives(real_data):
    deidentifier = Deidentifier(KEY)
    folder = real_data / "cmr"
    for path in (
        next(folder.glob("siemens_vida/dicom/*/*.dcm")),
        folder / "sunnybrook_ge/SCD0000101/dicom/1.dcm",
        folder / "siemens_skyra_incomplete/IM-00041-00001.dcm",
    ):
        source = pydicom.dcmread(path)
        text = str(prepare_instance(path, deidentifier).metadata)
        for keyword in ("PatientID", "StudyInstanceUID", "SOPInstanceUID", "DeviceSerialNumber",
                        "SoftwareVersions", "SeriesDescription", "AcquisitionTime"):  # fmt: skip
            value = str(source.get(keyword) or "")
            assert not value or value not in text


@pytest.mark.parametrize("collection", ["odd", "deid"])
def test_every_odd_file_is_a_study_or_a_sentence(real_data, collection):
    paths = [path for path in sorted((real_data / collection).rglob("*")) if path.is_file()]
    assert len(paths) > 30
    for path in paths:
        try:
            read_study([(path.name, path)])
        except InputError as error:
            assert error.sentence.endswith(".") and len(error.sentence) < 300


def test_every_odd_file_is_prepared_or_refused(real_data):
    deidentifier = Deidentifier(KEY)
    for path in sorted((real_data / "odd").rglob("*")):
        if path.is_file():
            try:
                prepared = prepare_instance(path, deidentifier)
            except InputError:
                continue
            assert decode_frame(prepared.frame, prepared.metadata).size


def test_odd_files_beside_a_good_study_leave_it_whole(real_data):
    good = files_in(real_data / "cmr/siemens_skyra_incomplete")
    patient = pydicom.dcmread(good[0][1], stop_before_pixels=True)
    odd = []
    for path in sorted((real_data / "odd").rglob("*")):
        if not path.is_file():
            continue
        try:
            other = pydicom.dcmread(path, stop_before_pixels=True)
        except Exception:
            odd.append((path.name, path))
            continue
        if not other.get("PatientID") and other.get("StudyInstanceUID") in (
            None, "", patient.StudyInstanceUID,
        ):  # fmt: skip
            odd.append((path.name, path))
    assert odd
    assert read_study(good + odd).stacks == read_study(good).stacks
