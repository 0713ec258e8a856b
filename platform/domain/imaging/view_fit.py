"""Naming the long-axis planes of a study together, as the explanation that costs least.

A *role* is a view with the turn, tilt and target that it usually has in the frame of the heart.
Each plane costs, for each role, the sum of its squared deviations in units of their usual spread.
Two things are not known beforehand and are fitted with the names: how the right ventricle lies
about the axis, and where the left ventricle's centre is. Planes that differ are given different
roles unless that costs more than it is worth: protocols take each view once, while repeats and
the late enhancement of a view lie on the same plane.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from domain.imaging.geometry import Array, angle_between
from domain.imaging.heart_frame import HeartFrame, PlaneGeometry, turned
from domain.imaging.study import View


@dataclass(frozen=True)
class Role:
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

    @property
    def plane_spread_mm(self) -> float:
        """How far a plane of this view may pass from its target, one sigma."""
        return 9.0 if self.target == (0.0, 0.0, 0.0) else 14.0


# The planes of the Siemens Vida study that the tests read, rounded towards long-axis views 60
# degrees apart; the spreads are judgements, wide enough for planes laid by other hands.
ROLES = (
    Role(View.LAX4, -18.0, 14.0, 0.0, 11.0, (0.0, 0.0, 0.0)),
    Role(View.LAX3, 42.0, 14.0, 0.0, 11.0, (0.0, 0.0, 0.0)),
    Role(View.LAX2, 98.0, 17.0, 0.0, 11.0, (0.0, 0.0, 0.0)),
    Role(View.RV2, 98.0, 18.0, -10.0, 13.0, (0.0, 50.0, 0.0)),
    Role(View.RVOT, 74.0, 16.0, 20.0, 13.0, (-20.0, 28.0, 25.0)),
)
NO_ROLE = len(ROLES)
_NO_ROLE_COST = 16.0
_SHARED_ROLE_COST = 9.0
_FIELD_SPREAD_MM = 40.0
_HEART_TURNS = tuple(range(-40, 41, 8))
_HEART_TURN_SPREAD = 18.0
_SAME_PLANE_DEGREES = 8.0
_SAME_PLANE_MM = 10.0


@dataclass(frozen=True)
class Fit:
    """One explanation of all planes.

    - `cost`: chi squared; `frame`: the heart with its fitted turn and centre
    - `roles`: for each plane an index into ROLES, or NO_ROLE
    - `plane_costs`: (planes, roles + 1), chi squared of each plane alone
    """

    cost: float
    frame: HeartFrame
    roles: tuple[int, ...]
    plane_costs: Array


def fit_roles(planes: Sequence[PlaneGeometry], frame: HeartFrame) -> tuple[Fit, list[float]]:
    """The best explanation of `planes`, and how sure each plane's role is, 0 to 1.

    Sure means: no other explanation that gives the plane another role costs nearly as little.
    """
    same = _same_planes(planes)
    fits = []
    for degrees in _HEART_TURNS:
        candidate = turned(frame, degrees)
        for start in _starting_centres(planes, candidate):
            fits.append(_settle(planes, same, candidate, start, degrees))
    best = min(fits, key=lambda fit: fit.cost)
    return best, [_sureness(index, best, fits) for index in range(len(planes))]


def _sureness(index: int, best: Fit, fits: Sequence[Fit]) -> float:
    own = best.roles[index]
    rivals = {role: float(cost) for role, cost in enumerate(best.plane_costs[index])}
    excess = {role: max(0.0, cost - rivals[own]) for role, cost in rivals.items() if role != own}
    for fit in fits:
        role = fit.roles[index]
        if role != own:
            excess[role] = min(excess[role], fit.cost - best.cost)
    return float(1 / (1 + sum(np.exp(-value / 2) for value in excess.values())))


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


def _same_planes(planes: Sequence[PlaneGeometry]) -> list[list[int]]:
    """Indices of planes that coincide: repeats, and other contrasts of the same view."""
    groups: list[list[int]] = []
    for index, plane in enumerate(planes):
        for group in groups:
            first = planes[group[0]]
            apart = abs(float(np.dot(plane.centre - first.centre, first.normal)))
            turned_by = angle_between(plane.normal, first.normal)
            if turned_by <= _SAME_PLANE_DEGREES and apart <= _SAME_PLANE_MM:
                group.append(index)
                break
        else:
            groups.append([index])
    return groups


def _starting_centres(planes: Sequence[PlaneGeometry], frame: HeartFrame) -> list[Array]:
    """The centre as given, and moved on to each plane: one of them cuts the left ventricle."""
    centres = [frame.centre]
    for plane in planes:
        distance = float(np.dot(plane.centre - frame.centre, plane.normal))
        if abs(distance) < 3 * frame.centre_spread_mm:
            centres.append(frame.centre + distance * plane.normal)
    return centres


def _settle(
    planes: Sequence[PlaneGeometry],
    same: Sequence[Sequence[int]],
    frame: HeartFrame,
    centre: Array,
    degrees: float,
) -> Fit:
    """Alternates between naming the planes and moving the centre, until both agree."""
    for _ in range(4):
        costs = np.stack([_role_costs(plane, frame, centre) for plane in planes])
        roles, total = _assign(costs, same)
        moved = _refit_centre(planes, frame, roles)
        if float(np.linalg.norm(moved - centre)) < 0.5:
            break
        centre = moved
    costs = np.stack([_role_costs(plane, frame, centre) for plane in planes])
    roles, total = _assign(costs, same)
    total += float(np.sum((centre - frame.centre) ** 2)) / frame.centre_spread_mm**2
    total += (degrees / _HEART_TURN_SPREAD) ** 2
    return Fit(total, replace(frame, centre=centre), roles, costs)


def _role_costs(plane: PlaneGeometry, frame: HeartFrame, centre: Array) -> Array:
    """Chi squared of `plane` for each role and for none, (roles + 1,)."""
    turn, tilt, direction = turn_and_tilt(plane, frame)
    costs = []
    for role in ROLES:
        target = centre + _in_patient(role.target, frame)
        offset = float(np.dot(target - plane.centre, direction))
        field = plane.centre - target
        field = field - np.dot(field, frame.axis) * frame.axis
        costs.append(
            (_half_circle(turn - role.turn) / role.turn_spread) ** 2
            + ((tilt - role.tilt) / role.tilt_spread) ** 2
            + (offset / role.plane_spread_mm) ** 2
            + float(field @ field) / _FIELD_SPREAD_MM**2
        )
    return np.array([*costs, _NO_ROLE_COST])


def _assign(costs: Array, same: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], float]:
    """The cheapest roles of all planes, and their cost: `costs` is (planes, roles + 1).

    Goes through the groups of coinciding planes, keeping for each set of roles used so far (a bit
    mask) the cheapest way to get there.
    """
    paths: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for group in same:
        row = costs[list(group)].sum(axis=0)
        longer: dict[int, tuple[float, tuple[int, ...]]] = {}
        for used, (spent, chosen) in paths.items():
            for role in range(NO_ROLE + 1):
                cost = spent + float(row[role])
                if role != NO_ROLE and used >> role & 1:
                    cost += _SHARED_ROLE_COST
                now = used if role == NO_ROLE else used | 1 << role
                if now not in longer or cost < longer[now][0]:
                    longer[now] = (cost, (*chosen, role))
        paths = longer
    total, chosen = min(paths.values())
    roles = {index: role for group, role in zip(same, chosen, strict=True) for index in group}
    return tuple(roles[index] for index in range(len(costs))), total


def _in_patient(target: tuple[float, float, float], frame: HeartFrame) -> Array:
    along, right, up = target
    result: Array = along * frame.axis + right * frame.to_right_ventricle + up * frame.upward
    return result


def _refit_centre(
    planes: Sequence[PlaneGeometry], frame: HeartFrame, roles: Sequence[int]
) -> Array:
    """Least-squares centre (3,) of the left ventricle, given the role of each plane."""
    matrix: Array = np.eye(3) / frame.centre_spread_mm**2
    right_side: Array = frame.centre / frame.centre_spread_mm**2
    for plane, index in zip(planes, roles, strict=True):
        if index == NO_ROLE:
            continue
        role = ROLES[index]
        weight: Array = np.outer(plane.normal, plane.normal) / role.plane_spread_mm**2
        matrix += weight
        right_side += weight @ (plane.centre - _in_patient(role.target, frame))
    return np.asarray(np.linalg.solve(matrix, right_side), dtype=np.float64)
