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

import numpy as np

from domain.imaging.geometry import angle_between
from domain.imaging.grouping import USUAL_LV_AXIS
from domain.imaging.heart_frame import (
    HeartFrame,
    PlaneGeometry,
    estimate_heart_frame,
    is_straight,
)
from domain.imaging.study import VIEW_NAMES, View, ViewSuggestion
from domain.imaging.view_fit import NO_ROLE, ROLES, Fit, fit_roles, turn_and_tilt

_SHORT_AXIS_DEGREES = 25.0
# The most a suggestion may claim, by what the heart's axes were taken from.
_CEILING = {"short axis": 0.95, "long axes": 0.8, "usual anatomy": 0.5}


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
        fit, sureness = fit_roles(long_axis, frame)
        for row, index in enumerate(rest):
            suggestions[index] = _long_axis(planes[index], fit, row, sureness[row])
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


def _long_axis(plane: PlaneGeometry, fit: Fit, row: int, sureness: float) -> ViewSuggestion:
    turn, tilt, direction = turn_and_tilt(plane, fit.frame)
    offset = float(np.dot(fit.frame.centre - plane.centre, direction))
    figures = _figures(turn, tilt, offset)
    role = fit.roles[row]
    if role == NO_ROLE:
        return ViewSuggestion(View.OTHER, f"No usual view fits: {figures}.", 0.4)
    confidence = min(_CEILING[fit.frame.source], sureness)
    doubt = ""
    if fit.frame.source == "usual anatomy":
        doubt = " Judged from where the heart usually lies, since no other plane helps."
    elif confidence < 0.7:
        doubt = _second_choice(fit, row)
    sentence = f"{figures[0].upper()}{figures[1:]}.{doubt}"
    return ViewSuggestion(ROLES[role].view, sentence, round(confidence, 2))


def _second_choice(fit: Fit, row: int) -> str:
    others = [role for role in np.argsort(fit.plane_costs[row]) if role != fit.roles[row]]
    second = int(others[0])
    return "" if second == NO_ROLE else f" It may be: {VIEW_NAMES[ROLES[second].view].lower()}."


def _figures(turn: float, tilt: float, offset: float) -> str:
    side = "right" if offset > 0 else "left"
    place = "through" if abs(offset) < 8 else f"{abs(offset):.0f} mm to the {side} of"
    return (
        f"the plane lies {abs(tilt):.0f}° off the left-ventricular axis, is turned "
        f"{turn:.0f}° about it from the right ventricle, and passes {place} the centre of the "
        "left ventricle"
    )
