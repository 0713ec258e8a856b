"""The files, read back as any import reads them."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from domain.imaging import read_study
from domain.phantom import PhantomStudy, make_study, render, with_matrix
from domain.phantom.dicom import write_rendered
from domain.phantom.vendors import VENDORS
from tests.domain.phantom.build import scanned

PHASES = 3


def ready(style: str, **how) -> PhantomStudy:
    study = make_study("ischaemic_lad", 6)
    return with_matrix(scanned(study, style=style, phase_count=PHASES, **how), 48)


def read(study: PhantomStudy, folder: Path):
    paths = write_rendered(render(study), folder)
    return paths, read_study([(path.name, path) for path in paths])


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """By maker: the paths of a whole study, and the study read back."""
    return {style: read(ready(style), tmp_path_factory.mktemp(style)) for style in VENDORS}


@pytest.mark.parametrize("style", sorted(VENDORS))
def test_views_contrasts_and_geometry_come_back(style, written):
    study = ready(style)
    paths, found = written[style]
    scan = study.acquisition
    assert len(paths) == (scan.slice_count + 3) * PHASES + scan.slice_count + 1
    held = {(one.view.value, one.contrast.value): one for one in found.stacks}
    assert set(held) == {
        ("sax", "cine"), ("lax4", "cine"), ("lax3", "cine"), ("lax2", "cine"),
        ("sax", "lge"), ("lax4", "lge"),
    }  # fmt: skip
    sax = held["sax", "cine"]
    assert (len(sax.slices), sax.phase_count) == (scan.slice_count, PHASES)
    assert sax.slice_spacing_mm == pytest.approx(scan.slice_spacing_mm, abs=0.01)
    assert sax.pixel_spacing_mm == pytest.approx((scan.pixel_mm, scan.pixel_mm), abs=1e-4)
    assert held["sax", "lge"].phase_count == 1
    assert not sax.gaps


def test_slices_are_ordered_as_drawn_and_pixels_survive(written):
    drawn = render(ready("ge")).stacks[0]
    paths, found = written["ge"]
    (sax,) = (s for s in found.stacks if (s.view.value, s.contrast.value) == ("sax", "cine"))
    assert [one.rr_ms for one in sax.slices] == [pytest.approx(rr) for rr in drawn.rr_ms]
    for index, phase in ((0, 0), (3, 1), (len(drawn.pixels) - 1, PHASES - 1)):
        dataset = dcmread(paths[index * PHASES + phase])
        assert np.array_equal(dataset.pixel_array, drawn.pixels[index, phase])
        assert float(dataset.TriggerTime) == pytest.approx(
            drawn.trigger_times_ms[index, phase], abs=0.01
        )
        assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID


@pytest.mark.parametrize("style", sorted(VENDORS))
def test_every_file_has_a_place_and_a_uid_of_its_own(style, written):
    paths, _ = written[style]
    headers = [dcmread(path, stop_before_pixels=True) for path in paths]
    assert len({one.SOPInstanceUID for one in headers}) == len(paths)
    assert len({(one.SeriesInstanceUID, int(one.InstanceNumber)) for one in headers}) == len(paths)
    assert {one.Manufacturer for one in headers} == {"CineRounds phantom"}
    assert len({one.StudyInstanceUID for one in headers}) == 1
    for series in {one.SeriesInstanceUID for one in headers}:
        numbers = [int(one.InstanceNumber) for one in headers if one.SeriesInstanceUID == series]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_makers_file_and_count_their_images_differently(written):
    counted = {}
    for style, (paths, _) in written.items():
        first = [dcmread(path, stop_before_pixels=True) for path in paths[: 2 * PHASES]]
        counted[style] = (
            len({one.SeriesInstanceUID for one in first}),
            [int(one.InstanceNumber) for one in first[:3]],
        )
    slices = ready("canon").acquisition.slice_count
    assert counted == {
        "siemens": (2, [1, 2, 3]),
        "philips": (2, [1, 2, 3]),
        "ge": (1, [1, 2, 3]),
        "canon": (1, [1, 1 + slices, 1 + 2 * slices]),
    }


def test_the_held_out_maker_has_a_grey_curve_of_its_own():
    signal = np.linspace(0.05, 1.5, 30)
    curves = {
        name: vendor.grey(signal) / vendor.grey(np.ones(1)) for name, vendor in VENDORS.items()
    }
    others = [curves[name] for name in ("siemens", "ge", "philips")]
    apart = min(float(np.abs(curves["canon"] - other).max()) for other in others)
    among = max(float(np.abs(a - b).max()) for a in others for b in others)
    assert apart > among > 0
    assert all((np.diff(curve) > 0).all() for curve in curves.values())


@pytest.mark.parametrize("style", ["siemens", "canon"])
def test_a_missing_slice_is_noticed(style, tmp_path):
    whole, lacking = ready(style), ready(style, missing_slice=4)
    _, found = read(lacking, tmp_path)
    (sax,) = (s for s in found.stacks if (s.view.value, s.contrast.value) == ("sax", "cine"))
    assert len(sax.slices) == whole.acquisition.slice_count - 1
    assert sax.missing_slices == 1 and sax.gaps


@pytest.mark.parametrize("style", ["siemens", "canon"])
def test_a_missing_phase_is_noticed(style, tmp_path):
    _, found = read(ready(style, missing_phase=(2, 1)), tmp_path)
    (sax,) = (s for s in found.stacks if (s.view.value, s.contrast.value) == ("sax", "cine"))
    assert sax.slices[2].phases[1] is None
    assert sax.shown_images == len(sax.slices) * PHASES - 1
    assert sax.gaps


def test_an_irregular_rhythm_spreads_the_rr_intervals():
    steady, irregular = (
        render(ready("siemens", arrhythmia=spread)).stacks[0].rr_ms for spread in (0.02, 0.15)
    )
    assert np.std(irregular) > 3 * np.std(steady)
