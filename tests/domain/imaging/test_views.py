"""View roles from geometry alone, for hearts turned and shifted in the chest."""

import itertools

import numpy as np
import pytest

from domain.imaging import suggest_views
from domain.imaging.heart_frame import PlaneGeometry
from tests.domain.imaging.build import plane, rotation

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
