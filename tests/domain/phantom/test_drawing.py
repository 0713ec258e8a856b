"""What a seed settles, and what is refused."""

import subprocess
import sys

import numpy as np
import pytest

from domain.errors import InputError
from domain.phantom import draw_library, draw_spectrum, draw_study, make_study, render, with_matrix
from domain.phantom.dicom import write_study
from tests.conftest import ROOT
from tests.domain.phantom.build import scanned, small


@pytest.mark.parametrize("draw", [draw_study, draw_spectrum])
def test_the_same_seed_gives_the_same_study_and_pixels(draw):
    first, second = draw(7, 2), draw(7, 2)
    assert first == second
    for one, other in zip(small(first).stacks, small(second).stacks, strict=True):
        assert np.array_equal(one.pixels, other.pixels)
        assert np.array_equal(one.labels, other.labels)


@pytest.mark.parametrize("draw", [draw_study, draw_spectrum])
def test_another_seed_or_number_gives_another_heart(draw):
    shapes = [draw(seed, number).shape for seed in (7, 8) for number in (0, 1)]
    assert len({shape.lv_edv_ml for shape in shapes}) == 4


def test_files_repeat_byte_for_byte(tmp_path):
    study = with_matrix(scanned(draw_study(7, 1), phase_count=2), 32)
    first, second = (write_study(study, tmp_path / name) for name in ("one", "two"))
    assert [path.name for path in first] == [path.name for path in second]
    assert all(
        one.read_bytes() == other.read_bytes() for one, other in zip(first, second, strict=True)
    )


def test_a_longer_library_begins_alike():
    assert draw_library(4, 9)[:5] == draw_library(4, 5)
    assert draw_library(4, 1)[0].kind == "normal"


def test_leaving_a_slice_out_changes_no_other_image():
    study = draw_study(7, 0)
    whole = small(study, phases=1)
    lacking = small(scanned(study, missing_slice=3), phases=1)
    kept = np.delete(whole.stacks[0].pixels, 3, axis=0)
    assert np.array_equal(lacking.stacks[0].pixels, kept)
    assert np.array_equal(lacking.stacks[1].pixels, whole.stacks[1].pixels)


def test_fewer_phases_and_pixels_show_the_same_heart():
    study = draw_study(7, 0)
    few = render(study, matrix=104, phases=4)
    many = render(study, matrix=104, phases=8)
    assert few.stacks[0].pixels.shape[1:] == (4, 88, 104)
    assert np.array_equal(few.stacks[0].labels, many.stacks[0].labels[:, ::2])
    assert few.study.measures == study.measures


@pytest.mark.parametrize(
    "refused",
    [
        lambda: draw_library(1, -1),
        lambda: draw_library(1, 1, matrix=8),
        lambda: make_study("gout", 1),
        lambda: render(draw_study(1, 0), phases=0),
        lambda: draw_spectrum(1, 0, vendors=()),
        lambda: draw_spectrum(1, 0, vendors=("siemens", "acme")),
        lambda: draw_spectrum(1, -1),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(refused):
    with pytest.raises(InputError) as caught:
        refused()
    assert caught.value.sentence.endswith(".")


def test_arrays_can_be_made_without_pydicom_or_django():
    code = (
        "import sys, domain.phantom, domain.phantom.reports;"
        "print(sorted({'pydicom', 'django', 'torch', 'celery'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "platform")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "[]"
