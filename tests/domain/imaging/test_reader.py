"""Files to a study: what is used, what is refused, and in which words."""

import random
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.encaps import encapsulate

from domain.errors import InputError
from domain.imaging import Contrast, View, read_study, summarise
from tests.domain.imaging.build import cine, image, write


def refusal(files) -> InputError:
    with pytest.raises(InputError) as caught:
        read_study(files)
    return caught.value


def test_a_short_axis_cine_is_found_with_its_spacing_and_rr(tmp_path):
    study = read_study(write(tmp_path, cine(slices=4, phases=8, spacing=9.0)))
    (stack,) = study.stacks
    assert (stack.view, stack.contrast) == (View.SAX, Contrast.CINE)
    assert (len(stack.slices), stack.phase_count) == (4, 8)
    assert stack.slice_spacing_mm == pytest.approx(9.0, abs=0.01)
    assert stack.rr_ms == 900 and [one.rr_ms for one in stack.slices] == [900] * 4
    assert stack.frame_times_ms == tuple(900 / 8 * phase for phase in range(8))
    assert stack.complete and not study.gaps
    assert (study.shown_images, study.expected_images) == (32, 32)


def test_slices_run_from_base_to_apex_whatever_the_slice_location_says(tmp_path):
    files = write(tmp_path, cine(slices=3, SliceLocation=7.0))
    (stack,) = read_study(files).stacks
    offsets = [one.present[0].instance_number // 100 for one in stack.slices]
    assert offsets == [0, 10, 20]


def test_one_series_per_slice_and_one_series_for_all_give_the_same_stack(tmp_path):
    together = cine(slices=3)
    apart = [
        image(offset_mm=index * 10.0, phase=phase, series=index + 1)
        for index in range(3)
        for phase in range(8)
    ]
    first = read_study(write(tmp_path / "a", together)).stacks
    second = read_study(write(tmp_path / "b", apart)).stacks
    assert len(first) == len(second) == 1
    assert [one.image_position for one in first[0].slices] == [
        one.image_position for one in second[0].slices
    ]


def test_phases_follow_trigger_time_not_instance_number(tmp_path):
    datasets = cine(slices=1)
    for ds in datasets:
        ds.InstanceNumber = 100 - int(ds.InstanceNumber)
    (stack,) = read_study(write(tmp_path, datasets)).stacks
    times = [one.trigger_time_ms for one in stack.slices[0].present]
    assert times == sorted(times)
    assert not stack.notes


def test_without_trigger_times_instance_numbers_order_the_phases_and_that_is_said(tmp_path):
    (stack,) = read_study(write(tmp_path, cine(slices=1, TriggerTime=None))).stacks
    numbers = [one.instance_number for one in stack.slices[0].present]
    assert numbers == sorted(numbers)
    assert stack.frame_times_ms is None
    assert any("instance number" in note for note in stack.notes)


def test_an_absent_rr_interval_is_none_and_said(tmp_path):
    study = read_study(write(tmp_path, cine(slices=2, rr_ms=None)))
    assert study.stacks[0].rr_ms is None
    assert any("RR interval is not stated" in line for line in summarise(study))


def test_heart_rate_stands_in_for_the_nominal_interval(tmp_path):
    study = read_study(write(tmp_path, cine(slices=1, rr_ms=None, HeartRate=75)))
    assert study.stacks[0].rr_ms == 800


def test_missing_phases_are_numbered(tmp_path):
    datasets = [ds for ds in cine(slices=2) if not (ds.SOPInstanceUID.endswith("5000.4"))]
    study = read_study(write(tmp_path, datasets))
    (stack,) = study.stacks
    assert stack.slices[0].phases[3] is None
    assert stack.slices[1].phases[3] is not None
    assert study.gaps == ("Short-axis cine: 7 of 8 phases of slice 1 are present; missing 4.",)
    assert (study.shown_images, study.expected_images) == (15, 16)
    assert not stack.complete


def test_a_missing_slice_shows_as_a_gap(tmp_path):
    datasets = [
        image(offset_mm=offset, phase=phase) for offset in (0, 10, 20, 40, 50) for phase in range(8)
    ]
    study = read_study(write(tmp_path, datasets))
    assert study.gaps == (
        "Short-axis cine: a slice is missing between slices 3 and 4, which are 20.0 mm apart.",
    )
    assert study.expected_images == 48


def test_a_plane_scanned_again_in_another_series_is_a_stack_of_its_own(tmp_path):
    datasets = cine(slices=3, series=1) + cine(slices=3, series=2)
    stacks = read_study(write(tmp_path, datasets)).stacks
    assert [len(stack.slices) for stack in stacks] == [3, 3]
    assert [stack.label for stack in stacks] == ["Short-axis cine 1", "Short-axis cine 2"]
    assert all(len({one.series_instance_uid for one in stack.slices}) == 1 for stack in stacks)


def test_a_plane_scanned_twice_in_one_series_is_taken_apart(tmp_path):
    again = cine(slices=1)
    for ds in again:
        ds.SOPInstanceUID += ".7"
        ds.InstanceNumber = int(ds.InstanceNumber) + 50
    stacks = read_study(write(tmp_path, cine(slices=1) + again)).stacks
    assert [(len(stack.slices), stack.phase_count) for stack in stacks] == [(1, 8), (1, 8)]


def test_parallel_long_axis_planes_far_apart_stay_apart(tmp_path):
    datasets = [
        image(view="lax2", offset_mm=offset, phase=phase, series=series)
        for offset, series in ((0.0, 1), (48.0, 2))
        for phase in range(8)
    ]
    assert len(read_study(write(tmp_path, datasets)).stacks) == 2


def test_late_enhancement_stands_beside_the_cine(tmp_path):
    late = [
        image(offset_mm=index * 10.0, series=9, phases=1, InversionTime=300,
              ScanningSequence=["GR", "IR"], SequenceVariant=["SP", "MP"])
        for index in range(3)
    ]  # fmt: skip
    stacks = read_study(write(tmp_path, cine(slices=3) + late)).stacks
    assert [(stack.view, stack.contrast) for stack in stacks] == [
        (View.SAX, Contrast.CINE),
        (View.SAX, Contrast.LGE),
    ]
    assert stacks[1].label == "Short-axis late gadolinium enhancement"


def test_duplicates_are_taken_once(tmp_path):
    files = write(tmp_path / "a", cine(slices=1))
    again = write(tmp_path / "b", cine(slices=1), prefix="COPY")
    study = read_study(files + again)
    assert study.duplicate_count == 8 and study.shown_images == 8


def test_a_truncated_file_among_good_ones_is_named_and_the_rest_kept(tmp_path):
    files = write(tmp_path, cine(slices=2))
    name, path = files[3]
    path.write_bytes(path.read_bytes()[:-100])
    study = read_study(files)
    assert [one for one, _ in study.refused] == [name]
    assert "cut short" in study.refused[0][1]
    assert study.shown_images == 15 and study.expected_images == 16
    assert any("missing 4" in gap for gap in study.gaps)
    assert any("1 file could not be used" in gap for gap in study.gaps)
    assert not any(name in gap for gap in study.gaps)
    assert not any(name in line for line in summarise(study))


@pytest.mark.parametrize("kept", [0, 1, 100, 131, 140, 300, 600, 900])
def test_a_file_cut_anywhere_in_its_header_never_crashes(tmp_path, kept):
    files = write(tmp_path, cine(slices=1))
    name, path = files[0]
    path.write_bytes(path.read_bytes()[:kept])
    study = read_study(files)
    assert study.shown_images == 7
    assert study.ignored_count == 1 or study.refused[0][0] == name


BAD_ATTRIBUTES = {
    "no position": ({"ImagePositionPatient": None}, "position in the patient"),
    "no orientation": ({"ImageOrientationPatient": None}, "orientation in the patient"),
    "skewed": ({"ImageOrientationPatient": [1, 0, 0, 1, 0, 0]}, "perpendicular"),
    "no spacing": ({"PixelSpacing": None}, "pixel spacing"),
    "zero spacing": ({"PixelSpacing": [0, 0]}, "not positive"),
    "burned in": ({"BurnedInAnnotation": "YES"}, "burned into"),
    "colour": ({"SamplesPerPixel": 3}, "colour"),
    "odd bits": ({"BitsStored": 10, "HighBit": 12}, "unusual kind"),
    "32 bits": ({"BitsAllocated": 32, "BitsStored": 32, "HighBit": 31}, "unusual kind"),
    "multi-frame": ({"NumberOfFrames": 2}, "several frames"),
    "secondary capture": ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "screen capture"),
    "enhanced": ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.4.1"}, "enhanced multi-frame"),
    "CT": ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2", "Modality": "CT"}, "not an MR image"),
    "no instance UID": ({"SeriesInstanceUID": None}, "UID is missing"),
    "no matrix": ({"Rows": None}, "no picture"),
    "tiny": ({"Rows": 8}, "smaller than"),
    "huge": ({"Rows": 60000}, "larger than"),
}


@pytest.mark.parametrize("overrides, words", BAD_ATTRIBUTES.values(), ids=list(BAD_ATTRIBUTES))
def test_an_unusable_image_is_refused_with_a_reason_and_the_rest_kept(tmp_path, overrides, words):
    bad = image(phase=0, series=5, offset_mm=80, **overrides)
    study = read_study(write(tmp_path, [*cine(slices=2), bad]))
    ((name, reason),) = study.refused
    assert name == "IM0016.dcm" and words in reason
    assert study.shown_images == 16


@pytest.mark.parametrize(
    "sop_class, words",
    [
        ("1.2.840.10008.5.1.4.1.1.88.11", "structured report"),
        ("1.2.840.10008.5.1.4.1.1.11.1", "presentation state"),
        ("1.2.840.10008.1.3.10", "DICOMDIR"),
    ],
)
def test_dicom_without_a_picture_is_passed_over(tmp_path, sop_class, words):
    other = image(series=7, SOPClassUID=sop_class, PixelData=None)
    study = read_study(write(tmp_path, [*cine(slices=1), other]))
    ((_, reason),) = study.passed_over
    assert words in reason
    assert not study.refused and not study.gaps


def test_files_that_are_not_dicom_are_counted(tmp_path):
    files = write(tmp_path, cine(slices=1))
    for name, content in (("notes.txt", b"hello"), ("empty", b""), ("zeros", bytes(4000))):
        (tmp_path / name).write_bytes(content)
        files.append((name, tmp_path / name))
    assert read_study(files).ignored_count == 3


def test_a_deflated_file_is_refused_before_it_is_inflated(tmp_path):
    files = write(tmp_path, [*cine(slices=1), image(series=4, offset_mm=50)])
    _, path = files[-1]
    bomb = zlib.compress(bytes(2_000_000))
    data = path.read_bytes().replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.1.99")
    assert len(bomb) < 10_000 and data != path.read_bytes()
    meta_length = int.from_bytes(data[140:144], "little") + 2
    data = data[:140] + meta_length.to_bytes(4, "little") + data[144:]
    uid_at = data.index(b"1.2.840.10008.1.2.1.99")
    data = data[: uid_at - 2] + (22).to_bytes(2, "little") + data[uid_at:]
    path.write_bytes(data[: 144 + meta_length] + bomb)
    ((_, reason),) = read_study(files).refused
    assert "deflated" in reason


@pytest.mark.parametrize("levels", [100, 5000])
@pytest.mark.parametrize("defined", [True, False])
def test_nesting_without_end_never_crashes(tmp_path, levels, defined):
    files = write(tmp_path, [*cine(slices=1), image(series=4, offset_mm=50)])
    path = files[-1][1]
    data = path.read_bytes()
    here = data.index(b"\x18\x00\x20\x00CS")
    path.write_bytes(data[:here] + nested_sequences(levels, defined) + data[here:])
    study = read_study(files)
    assert study.shown_images + len(study.refused) == 9


def nested_sequences(levels: int, defined: bool) -> bytes:
    """Anatomic Region Sequence (0008,2218) in itself, with lengths or with delimiters."""
    tag, item = b"\x08\x00\x18\x22SQ\0\0", b"\xfe\xff\x00\xe0"
    if not defined:
        opening = tag + b"\xff" * 4 + item + b"\xff" * 4
        return opening * levels + b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0" * levels
    content = b""
    for _ in range(levels):
        content = item + len(content).to_bytes(4, "little") + content
        content = tag + len(content).to_bytes(4, "little") + content
    return content


def test_a_compressed_picture_cut_short_is_refused(tmp_path):
    bad = image(series=4, offset_mm=50)
    bad.PixelData = encapsulate([b"\xff\xd8" + bytes(60)])
    bad["PixelData"].is_undefined_length = True
    files = write(tmp_path, [bad], syntax="1.2.840.10008.1.2.4.70", prefix="J")
    path = files[0][1]
    path.write_bytes(path.read_bytes()[:-30])
    ((_, reason),) = read_study(files + write(tmp_path, cine(slices=1))).refused
    assert "compressed picture is incomplete" in reason


def test_an_unknown_transfer_syntax_is_refused(tmp_path):
    bad = image(series=4, offset_mm=50)
    bad.PixelData = encapsulate([bytes(64)])
    bad["PixelData"].is_undefined_length = True
    files = write(tmp_path, [bad], syntax="1.2.840.10008.1.2.4.102", prefix="MP4")
    ((_, reason),) = read_study(files + write(tmp_path, cine(slices=1))).refused
    assert "transfer syntax is not supported" in reason


def test_no_files_is_said():
    assert refusal([]).code == "no_files"


def test_a_folder_without_dicom_is_said(tmp_path):
    (tmp_path / "a.txt").write_text("nothing here")
    error = refusal([("a.txt", tmp_path / "a.txt")])
    assert error.code == "no_dicom" and "no DICOM" in error.sentence


def test_a_file_that_vanished_is_a_refusal(tmp_path):
    error = refusal([("gone.dcm", tmp_path / "gone.dcm")])
    assert error.code == "nothing_usable" and "could not be opened" in error.sentence


def test_two_patients_are_told_apart_by_example_not_by_name(tmp_path):
    other = cine(slices=1, series=2, PatientID="P2", PatientName="Second^Person")
    error = refusal(write(tmp_path, cine(slices=1) + other))
    assert error.code == "several_patients"
    assert "IM0000.dcm" in error.sentence and "IM0008.dcm" in error.sentence
    assert "Person" not in error.sentence and "P2" not in error.sentence


def test_patients_without_an_id_are_told_apart_by_name(tmp_path):
    one = cine(slices=1, PatientID=None)
    two = cine(slices=1, series=2, PatientID=None, PatientName="Second^Person")
    assert refusal(write(tmp_path, one + two)).code == "several_patients"


def test_two_studies_are_refused(tmp_path):
    other = cine(slices=1, series=2, StudyInstanceUID="1.2.3.99")
    assert refusal(write(tmp_path, cine(slices=1) + other)).code == "several_studies"


def test_a_study_that_does_not_move_is_not_cine(tmp_path):
    still = [image(offset_mm=index * 10, phases=1) for index in range(4)]
    error = refusal(write(tmp_path, still))
    assert error.code == "not_cine" and "single phase" in error.sentence


def test_nothing_usable_names_a_file_and_its_reason(tmp_path):
    error = refusal(write(tmp_path, cine(slices=1, PixelSpacing=None)))
    assert error.code == "nothing_usable"
    assert "IM0000.dcm" in error.sentence and "pixel spacing" in error.sentence


@pytest.fixture(scope="module")
def mixed(tmp_path_factory) -> list[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("mixed")
    datasets = cine(slices=3) + cine(slices=1, view="lax4", series=2)
    datasets += cine(slices=3, series=3)[:-3]
    files = write(folder, datasets)
    (folder / "notes.txt").write_text("not DICOM")
    return [*files, ("notes.txt", folder / "notes.txt")]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_the_order_of_the_files_does_not_matter(mixed, seed):
    shuffled = list(mixed)
    random.Random(seed).shuffle(shuffled)
    assert read_study(shuffled) == read_study(mixed)
