"""Which view of the heart a stack shows, suggested from its geometry.

Names such as "4CH" are typed in by hand and are wrong often enough that they are not used. A
plane is described by three figures in the frame of the heart:

- tilt: how far it is from containing the left-ventricular axis (a short-axis plane: 90 degrees);
- turn: how it is turned about that axis, from the direction of the right ventricle;
- offset: how far it passes from what the view is meant to cut.

The long-axis views stand about 60 degrees apart (four-, three-, two-chamber). A right-ventricular
two-chamber plane is turned like the left one but passes through the right ventricle; an outflow
tract plane leans against the axis. How the right ventricle lies about the axis differs between
people, and so does the centre of the heart in the field of view: both are fitted to all planes of
the study together. What geometry cannot do is tell a plane that was laid well from one that
missed its target, or a mirrored heart from a usual one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.imaging.geometry import Array, angle_between
from domain.imaging.grouping import USUAL_LV_AXIS
from domain.imaging.heart_frame import (
    HeartFrame,
    PlaneGeometry,
    estimate_heart_frame,
    is_straight,
    turned,
)
from domain.imaging.study import VIEW_NAMES, View, ViewSuggestion

_SHORT_AXIS_DEGREES = 25.0
_NO_VIEW_COST = 16.0


@dataclass(frozen=True)
class _Role:
    """A view in the frame of the heart: degrees, and mm along (axis, right ventricle, upward).

    `tilt` is signed: positive where the normal that points away from the right ventricle leans
    towards the apex.
    """

    view: View
    turn: float
    turn_spread: float
    tilt: float
    tilt_spread: float
    target: tuple[float, float, float]


# Turns and tilts: the planes of real studies and the planning rules of the SCMR protocols
# (Kramer et al., J Cardiovasc Magn Reson 2020;22:17): long-axis views 60 degrees apart, the right
# ventricle some 50 mm from the left at mid level.
_ROLES = (
    _Role(View.LAX4, -18.0, 12.0, 0.0, 11.0, (0.0, 0.0, 0.0)),
    _Role(View.LAX3, 40.0, 11.0, 0.0, 11.0, (0.0, 0.0, 0.0)),
    _Role(View.LAX2, 98.0, 13.0, 0.0, 11.0, (0.0, 0.0, 0.0)),
    _Role(View.RV2, 98.0, 16.0, -10.0, 13.0, (0.0, 50.0, 0.0)),
    _Role(View.RVOT, 74.0, 16.0, 20.0, 13.0, (-20.0, 28.0, 25.0)),
)
_PLANE_SPREAD_MM = 9.0
_RIGHT_PLANE_SPREAD_MM = 14.0
_FIELD_SPREAD_MM = 40.0
_HEART_TURNS = tuple(range(-40, 41, 8))
_HEART_TURN_SPREAD = 18.0
# The most a suggestion may claim, by what the heart's axes were taken from.
_CEILING = {"short axis": 0.95, "long axes": 0.8, "usual anatomy": 0.5}


@dataclass(frozen=True)
class _Fit:
    """One explanation of all long-axis planes: cost (chi squared) and what it assumes."""

    cost: float
    frame: HeartFrame
    costs: Array  # (planes, roles + 1), the last column being "none of these"


def suggest_views(planes: Sequence[PlaneGeometry]) -> list[ViewSuggestion]:
    """One suggestion for each of `planes`, in their order.

    The order of `planes` does not matter to what is suggested. Nothing is measured on pixels.
    """
    if not planes:
        return []
    frame = estimate_heart_frame(planes)
    suggestions: dict[int, ViewSuggestion] = {}
    rest: list[int] = []
    for index, plane in enumerate(planes):
        off_axis = angle_between(plane.normal, frame.axis)
        if index in frame.short_axis or off_axis <= _SHORT_AXIS_DEGREES:
            suggestions[index] = _short_axis(plane, off_axis, frame)
        elif is_straight(plane.normal):
            suggestions[index] = ViewSuggestion(
                View.OTHER, "The plane runs straight along the body's axes, like a survey.", 0.6
            )
        else:
            rest.append(index)
    if rest:
        long_axis = [planes[index] for index in rest]
        fit = _best_fit(long_axis, frame)
        for row, index in enumerate(rest):
            suggestions[index] = _long_axis(planes[index], fit, row)
    return [suggestions[index] for index in range(len(planes))]


def _short_axis(plane: PlaneGeometry, off_axis: float, frame: HeartFrame) -> ViewSuggestion:
    count = len(plane.positions)
    slices = "A slice stands" if count == 1 else f"{count} parallel slices stand"
    from_usual = angle_between(plane.normal, USUAL_LV_AXIS)
    reason = (
        f"{slices} across the left-ventricular axis ({off_axis:.0f}° off), which runs "
        f"{from_usual:.0f}° from its usual direction in the chest."
    )
    if frame.source != "short axis":
        return ViewSuggestion(View.SAX, reason, 0.5)
    return ViewSuggestion(View.SAX, reason, 0.95 if count >= 3 else 0.7)


def turn_and_tilt(plane: PlaneGeometry, frame: HeartFrame) -> tuple[float, float, Array]:
    """Turn about the axis (-90 to 90 degrees), signed tilt, and the normal that they refer to.

    The normal returned points away from the right ventricle. A turn of 0 means that the plane
    holds the direction to the right ventricle, 90 that it stands across it.
    """
    direction = plane.normal
    along = float(np.dot(direction, frame.axis))
    sideways = direction - along * frame.axis
    # The line in which the plane meets a short-axis plane.
    line = np.cross(frame.axis, sideways)
    turn = float(np.degrees(np.arctan2(line @ frame.upward, line @ frame.to_right_ventricle)))
    if float(direction @ frame.to_right_ventricle) > 0:
        direction, along = -direction, -along
    tilt = float(np.degrees(np.arcsin(np.clip(along, -1.0, 1.0))))
    return _half_circle(turn), tilt, direction


def _half_circle(degrees: float) -> float:
    """The same undirected line between -90 and 90 degrees."""
    return (degrees + 90.0) % 180.0 - 90.0


def _best_fit(planes: Sequence[PlaneGeometry], frame: HeartFrame) -> _Fit:
    """The turn and centre of the heart that explain all `planes` best."""
    fits = []
    for degrees in _HEART_TURNS:
        candidate = turned(frame, degrees)
        for start in _starting_centres(planes, candidate):
            fits.append(_settle(planes, candidate, start, degrees))
    return min(fits, key=lambda fit: fit.cost)


def _starting_centres(planes: Sequence[PlaneGeometry], frame: HeartFrame) -> list[Array]:
    """The centre as given, and moved on to each plane: one of them cuts the left ventricle."""
    centres = [frame.centre]
    for plane in planes:
        distance = float(np.dot(plane.centre - frame.centre, plane.normal))
        if abs(distance) < 3 * frame.centre_spread_mm:
            centres.append(frame.centre + distance * plane.normal)
    return centres


def _settle(
    planes: Sequence[PlaneGeometry], frame: HeartFrame, centre: Array, degrees: float
) -> _Fit:
    """Alternates between naming the planes and moving the centre, until both agree."""
    for _ in range(4):
        costs = np.stack([_role_costs(plane, frame, centre) for plane in planes])
        moved = _refit_centre(planes, frame, costs)
        if float(np.linalg.norm(moved - centre)) < 0.5:
            break
        centre = moved
    costs = np.stack([_role_costs(plane, frame, centre) for plane in planes])
    away = float(np.sum((centre - frame.centre) ** 2)) / frame.centre_spread_mm**2
    total = float(costs.min(axis=1).sum()) + away + (degrees / _HEART_TURN_SPREAD) ** 2
    settled = HeartFrame(
        frame.axis, frame.to_right_ventricle, frame.upward, centre,
        frame.centre_spread_mm, frame.source, frame.short_axis,
    )  # fmt: skip
    return _Fit(total, settled, costs)


def _role_costs(plane: PlaneGeometry, frame: HeartFrame, centre: Array) -> Array:
    """Chi squared of `plane` for each role and for none, (roles + 1,)."""
    turn, tilt, direction = turn_and_tilt(plane, frame)
    costs = []
    for role in _ROLES:
        target = centre + _in_patient(role.target, frame)
        spread = _PLANE_SPREAD_MM if role.target == (0.0, 0.0, 0.0) else _RIGHT_PLANE_SPREAD_MM
        offset = float(np.dot(target - plane.centre, direction))
        field = plane.centre - target
        field = field - np.dot(field, frame.axis) * frame.axis
        costs.append(
            (_half_circle(turn - role.turn) / role.turn_spread) ** 2
            + ((tilt - role.tilt) / role.tilt_spread) ** 2
            + (offset / spread) ** 2
            + float(field @ field) / _FIELD_SPREAD_MM**2
        )
    return np.array([*costs, _NO_VIEW_COST])


def _in_patient(target: tuple[float, float, float], frame: HeartFrame) -> Array:
    along, right, up = target
    result: Array = along * frame.axis + right * frame.to_right_ventricle + up * frame.upward
    return result


def _refit_centre(planes: Sequence[PlaneGeometry], frame: HeartFrame, costs: Array) -> Array:
    """Least-squares centre (3,), given the role that fits each plane best."""
    matrix: Array = np.asarray(np.eye(3) / frame.centre_spread_mm**2, dtype=np.float64)
    right_side: Array = np.asarray(frame.centre / frame.centre_spread_mm**2, dtype=np.float64)
    for plane, row in zip(planes, costs, strict=True):
        best = int(row.argmin())
        if best == len(_ROLES):
            continue
        target = _in_patient(_ROLES[best].target, frame)
        spread = _PLANE_SPREAD_MM if not target.any() else _RIGHT_PLANE_SPREAD_MM
        weight = np.asarray(np.outer(plane.normal, plane.normal) / spread**2, dtype=np.float64)
        matrix = np.asarray(matrix + weight, dtype=np.float64)
        right_side = np.asarray(right_side + weight @ (plane.centre - target), dtype=np.float64)
    result: Array = np.asarray(np.linalg.solve(matrix, right_side), dtype=np.float64)
    return result


def _long_axis(plane: PlaneGeometry, fit: _Fit, row: int) -> ViewSuggestion:
    costs = fit.costs[row]
    weights = np.exp(-(costs - costs.min()) / 2)
    best = int(costs.argmin())
    turn, tilt, direction = turn_and_tilt(plane, fit.frame)
    offset = float(np.dot(fit.frame.centre - plane.centre, direction))
    figures = _figures(turn, tilt, offset)
    if best == len(_ROLES):
        return ViewSuggestion(View.OTHER, f"No usual view fits: {figures}.", 0.4)
    confidence = min(_CEILING[fit.frame.source], float(weights[best] / weights.sum()))
    view = _ROLES[best].view
    doubt = ""
    if fit.frame.source == "usual anatomy":
        doubt = " Judged from where the heart usually lies, since no other plane helps."
    elif confidence < 0.7:
        second = int(np.argsort(costs)[1])
        if second < len(_ROLES):
            doubt = f" It could also be {_name(_ROLES[second].view)}."
    return ViewSuggestion(view, f"{figures[0].upper()}{figures[1:]}.{doubt}", confidence)


def _name(view: View) -> str:
    return VIEW_NAMES[view].lower()


def _figures(turn: float, tilt: float, offset: float) -> str:
    side = "right" if offset > 0 else "left"
    place = "through" if abs(offset) < 8 else f"{abs(offset):.0f} mm to the {side} of"
    return (
        f"the plane lies {abs(tilt):.0f}° off the left-ventricular axis, is turned "
        f"{turn:.0f}° about it from the right ventricle, and passes {place} the centre of the "
        "left ventricle"
    )
