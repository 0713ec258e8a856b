"""The real studies through the whole import, as `manage.py import_study` does it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cases.models import Instance, Study
from common.models import Work
from common.storage import read_range
from tests.dicom import write_cine

pytestmark = pytest.mark.django_db


def run(source, *arguments) -> str:
    out = StringIO()
    call_command("import_study", str(source), *map(str, arguments), stdout=out)
    return out.getvalue()


def views(study: Study) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for stack in study.stacks.all():
        shape = (stack.geometry["slice_count"], stack.geometry["phase_count"])
        found.setdefault(stack.view, []).append(shape)
    return found


def test_siemens(programme, real_data):
    folder = real_data / "cmr" / "siemens_vida"
    said = run(folder / "dicom", "--report", folder / "report.txt")
    study = Study.objects.get()
    assert study.series.count() == 11
    assert Instance.objects.count() == 275
    assert views(study) == {
        "sax": [(6, 25)],
        "lax4": [(1, 25)],
        "lax3": [(1, 25)],
        "lax2": [(1, 25)],
        "rv2": [(1, 25)],
        "rvot": [(1, 25)],
    }
    sax = study.stacks.get(view="sax")
    assert sax.geometry["slice_spacing_mm"] == pytest.approx(17.7, abs=0.05)
    assert len({one["rr_ms"] for one in sax.geometry["slices"]}) > 1
    assert "17.7" in said and "275" in said
    assert study.reports.get().claims["measures"]["lvef"]["value"] == 64
    assert Work.objects.filter(task="prepare_clip", subject=str(study.pk)).exists()


@pytest.mark.parametrize(
    ("name", "slices", "spacing"), [("SCD0000101", 12, 10.0), ("SCD0000401", 11, 8.0)]
)
def test_ge(programme, real_data, name, slices, spacing):
    folder = real_data / "cmr" / "sunnybrook_ge" / name
    run(folder, "--report", folder / "report.txt")
    study = Study.objects.get()
    stack = study.stacks.get()
    assert (stack.view, stack.contrast) == ("sax", "cine")
    assert (stack.geometry["slice_count"], stack.geometry["phase_count"]) == (slices, 20)
    assert stack.geometry["slice_spacing_mm"] == pytest.approx(spacing, abs=0.05)


def test_skyra_is_said_to_be_incomplete(programme, real_data):
    said = run(real_data / "cmr" / "siemens_skyra_incomplete")
    assert "2 of 25 phases" in said
    stack = Study.objects.get().stacks.get()
    assert not stack.geometry["complete"]
    assert sum(phase is not None for phase in stack.geometry["slices"][0]["phases"]) == 2


def test_stored_pixels_are_the_scanners(programme, real_data):
    import pydicom

    from cases.importing import deidentifier
    from domain.imaging import decode_frame

    folder = real_data / "cmr" / "sunnybrook_ge" / "SCD0000401"
    run(folder)
    source = pydicom.dcmread(next(folder.rglob("*.dcm")))
    uid = deidentifier().uid(source.SOPInstanceUID)
    stored = Instance.objects.select_related("series").get(sop_instance_uid=uid)
    frame = read_range(stored.series.pack, stored.offset, stored.length)
    assert (decode_frame(frame, stored.metadata) == source.pixel_array).all()


def test_bad_folders_end_in_one_sentence_and_store_nothing(programme, tmp_path, own_storage):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("hello")
    write_cine(tmp_path / "two", seed="a", patient="P1")
    for path in write_cine(tmp_path / "other", seed="b", patient="P2"):
        path.rename(tmp_path / "two" / f"b-{path.name}")
    write_cine(tmp_path / "still", slices=6, phases=1)
    (tmp_path / "empty.txt").write_text(" \n")
    good = write_cine(tmp_path / "good", seed="g")[0].parent
    for arguments, word in (
        ([tmp_path / "letters"], "DICOM"),
        ([tmp_path / "two"], "patient"),
        ([tmp_path / "still"], "cine"),
        ([tmp_path / "nowhere"], "does not exist"),
        ([good, "--report", tmp_path / "empty.txt"], "report is empty"),
    ):
        with pytest.raises(CommandError, match=word):
            run(*arguments)
    assert not Study.objects.exists()
    assert not own_storage.exists() or not any(own_storage.rglob("*.frames"))


def test_a_truncated_file_among_good_ones_is_named_and_the_rest_kept(programme, tmp_path):
    paths = write_cine(tmp_path / "d")
    whole = paths[5].read_bytes()
    paths[5].write_bytes(whole[: len(whole) - 3000])
    said = run(tmp_path / "d")
    assert paths[5].name in said
    study = Study.objects.get()
    assert Instance.objects.count() == len(paths) - 1
    assert study.gaps


def test_a_picture_that_cannot_be_decoded_is_named_and_the_rest_kept(programme, tmp_path):
    import pydicom
    from pydicom.encaps import encapsulate
    from pydicom.uid import JPEG2000Lossless

    paths = write_cine(tmp_path / "d")
    broken = pydicom.dcmread(paths[7])
    broken.file_meta.TransferSyntaxUID = JPEG2000Lossless
    broken.PixelData = encapsulate([b"not a picture " * 40])
    broken["PixelData"].is_undefined_length = True
    broken.save_as(paths[7])
    said = run(tmp_path / "d")
    assert paths[7].name in said
    study = Study.objects.get()
    assert Instance.objects.count() == len(paths) - 1
    slices = study.stacks.get().geometry["slices"]
    assert sum(phase is None for one in slices for phase in one["phases"]) == 1
