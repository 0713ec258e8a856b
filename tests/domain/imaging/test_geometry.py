"""Planes, spacing and missing slices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.imaging.geometry import (
    angle_between,
    is_orthonormal,
    median_spacing,
    missing_between,
    normal,
    pixel_point,
    position_along,
    unit,
)
from tests.domain.imaging.build import rotation

angles = st.floats(0, 360)
directions = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda v: np.linalg.norm(v) > 0.1)


@given(directions, angles)
def test_a_turned_plane_has_its_normal_turned_with_it(axis, degrees):
    matrix = rotation(axis, degrees)
    orientation = [*matrix[:, 0], *matrix[:, 1]]
    assert np.allclose(normal(orientation), matrix[:, 2], atol=1e-9)
    assert is_orthonormal(orientation)


@given(directions, angles, st.floats(0.5, 30))
def test_spacing_does_not_depend_on_how_the_stack_is_turned(axis, degrees, spacing):
    matrix = rotation(axis, degrees)
    corners = [matrix @ np.array([5.0, -7.0, index * spacing]) for index in range(5)]
    along = [position_along(corner, matrix[:, 2]) for corner in corners]
    assert median_spacing(along) == pytest.approx(spacing, abs=1e-6)


@pytest.mark.parametrize(
    "positions, expected",
    [
        ([0, 10, 20, 30], []),
        ([0, 10, 20, 40, 50], [(2, 1)]),
        ([0, 10, 40, 50, 60], [(1, 2)]),
        ([0, 20, 30], [(0, 1)]),
        ([0, 10.4, 19.8, 30.1], []),
        ([0, 25], []),
        ([3], []),
        ([], []),
    ],
)
def test_missing_slices_are_found_from_uneven_spacing(positions, expected):
    assert missing_between(positions) == expected


def test_a_pixel_is_where_the_standard_puts_it():
    point = pixel_point((1.0, 2.0, 3.0), (0, 1, 0, 0, 0, 1), (2.0, 0.5), row=3, column=4)
    assert point.tolist() == [1.0, 4.0, 9.0]


def test_directions_without_length_are_refused():
    with pytest.raises(ValueError, match="length"):
        unit((0, 0, 0))


def test_undirected_angles():
    assert angle_between(np.array([1.0, 0, 0]), np.array([-1.0, 0, 0])) == 0
    assert angle_between(np.array([1.0, 0, 0]), np.array([0, 2.0, 0])) == 90
