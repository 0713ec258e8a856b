"""View roles from geometry alone, for hearts turned and shifted in the chest."""

import itertools

import numpy as np
import pytest

from domain.imaging import read_study, suggest_views
from domain.imaging.heart_frame import PlaneGeometry
from domain.phantom import draw_library, render
from domain.phantom.dicom import write_study
from tests.domain.imaging.build import heart_axes, plane, rotation

LONG = ("lax4", "lax3", "lax2", "rv2", "rvot")


def suggested(*planes: PlaneGeometry) -> list[str]:
    return [one.view.value for one in suggest_views(planes)]


def study(views, **moves) -> list[PlaneGeometry]:
    return [plane(view, slices=9 if view == "sax" else 1, **moves) for view in views]


def test_a_whole_study():
    views = ["sax", *LONG]
    assert suggested(*study(views)) == views


@pytest.mark.parametrize("axis", [(1, 0, 0), (0, 1, 0), (0, 0, 1)])
@pytest.mark.parametrize("degrees", [-15, 15])
def test_hearts_turned_in_the_chest(axis, degrees):
    views = ["sax", *LONG]
    assert suggested(*study(views, turn=rotation(axis, degrees))) == views


def test_the_place_of_the_heart_does_not_matter_when_there_is_a_short_axis():
    views = ["sax", "lax4", "lax2"]
    assert suggested(*study(views, shift=(60, -50, 200))) == views


@pytest.mark.parametrize("missing", ["sax", *LONG])
def test_a_study_that_lacks_one_view(missing):
    views = [view for view in ("sax", *LONG) if view != missing]
    assert suggested(*study(views)) == views


def test_left_and_right_planes_with_one_orientation_are_told_apart_by_where_they_pass():
    left = plane("lax2")
    axis, right = np.array([0.62, -0.65, -0.42]), np.array([-0.85, -0.5, -0.15])
    right = right - (right @ axis) * axis / (axis @ axis)
    moved = tuple(tuple(np.array(one) + 48 * right) for one in left.positions)
    parallel = PlaneGeometry(left.orientation, moved, 256, 256, (1.5, 1.5))
    assert suggested(plane("sax", 9), left, parallel) == ["sax", "lax2", "rv2"]


def test_the_sign_of_the_normal_carries_no_meaning():
    for views in itertools.combinations(("sax", *LONG), 3):
        planes = study(views)
        flipped = [
            PlaneGeometry((*one.orientation[3:], *one.orientation[:3]), one.positions,
                          one.columns, one.rows, one.pixel_spacing)
            for one in planes
        ]  # fmt: skip
        assert suggested(*flipped) == suggested(*planes)


def test_a_lone_plane_is_a_guess_and_says_so():
    (one,) = suggest_views([plane("lax4")])
    assert one.view.value == "lax4"
    assert one.confidence <= 0.5 and "usually" in one.reason


def test_short_axis_late_enhancement_counts_as_short_axis():
    assert suggested(plane("sax", 9), plane("sax", 10, shift=(2, 1, -3)), plane("lax4")) == [
        "sax", "sax", "lax4",
    ]  # fmt: skip


def test_a_straight_axial_stack_is_no_heart_view():
    positions = tuple((-180.0, -180.0, 5.0 * index) for index in range(30))
    axial = PlaneGeometry((1, 0, 0, 0, 1, 0), positions, 256, 256, (1.4, 1.4))
    assert suggested(axial) == ["other"]
    assert suggested(axial, plane("sax", 9), plane("lax4")) == ["other", "sax", "lax4"]


def test_no_planes_give_no_suggestions():
    assert suggest_views([]) == []


def test_phantom_studies_are_named_as_they_were_made(tmp_path):
    made = next(one for one in draw_library(3, 6, matrix=48) if one.has_lge)
    truth = [(stack.view, stack.contrast) for stack in render(made).stacks]
    study = read_study([(path.name, path) for path in write_study(made, tmp_path)])
    found = {stack.instances[0].series_number: stack for stack in study.stacks}
    assert [
        (found[number].view.value, found[number].contrast.value) for number in sorted(found)
    ] == truth


def test_a_view_scanned_twice_keeps_its_name():
    views = ["sax", "lax4", "lax2", "lax3", "lax4", "lax2"]
    planes = [plane(view, slices=9 if view == "sax" else 1) for view in views[:4]]
    planes += [plane("lax4", shift=(2, 2, 1)), plane("lax2", shift=(-3, 1, 2))]
    assert suggested(*planes) == views


def test_distinct_planes_are_given_distinct_views():
    """Long-axis planes laid closer together than usual are still told apart by their order."""
    views = ["sax", "lax4", "lax3", "lax2"]
    turned = [
        plane(view, slices=9 if view == "sax" else 1, turn=rotation(heart_axes()[0], degrees))
        for view, degrees in zip(views, (0, 20, 12, -12), strict=True)
    ]
    assert suggested(*turned) == views
