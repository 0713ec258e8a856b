"""Hearts for the tests: one study with some of its causes changed, drawn small and quickly."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.phantom import PhantomStudy, RenderedStack, RenderedStudy, make_study, render
from domain.phantom.measures import anatomy_of
from domain.phantom.study import Enhancement


def heart(kind: str = "normal", seed: int = 5, **causes: Any) -> PhantomStudy:
    """A library study with some causes of its heart's shape changed."""
    study = make_study(kind, seed)
    return replace(study, shape=replace(study.shape, **causes))


def scanned(study: PhantomStudy, **how: Any) -> PhantomStudy:
    """`study` scanned differently."""
    return replace(study, acquisition=replace(study.acquisition, **how))


def scarred(layer: str, depth: dict[int, float], **scar: Any) -> PhantomStudy:
    """A heart of even 10 mm walls with a scar, imaged so that the sign of the signal is kept."""
    study = heart(wall_mm={}, wall_default_mm=10.0)
    study = scanned(study, contrast_given=True, phase_sensitive=True, noise=0.01)
    return replace(study, enhancement=Enhancement(layer, depth, **({"ecv": 0.55} | scar)))


def stack_of(rendered: RenderedStudy, view: str, contrast: str) -> RenderedStack:
    """The one stack of a view and contrast."""
    (found,) = (s for s in rendered.stacks if (s.view, s.contrast) == (view, contrast))
    return found


def small(study: PhantomStudy, phases: int = 2, matrix: int = 64) -> RenderedStudy:
    return render(study, matrix=matrix, phases=phases)


def heart_coordinates(
    study: PhantomStudy, stack: RenderedStack, index: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(radius mm, degrees, depth from the base 0 to 1) of each pixel of a slice, as planned."""
    anatomy = anatomy_of(study)
    points = anatomy.frame.to_heart(np.stack(stack.planes[index].points(), axis=-1))
    x, y, z = np.moveaxis(points, -1, 0)
    return np.hypot(x, y), np.degrees(np.arctan2(y, x)), z / anatomy.heart.length


def wall_signal(
    study: PhantomStudy, stack: RenderedStack, index: int, degrees: float, width: float = 20.0
) -> list[float]:
    """Mean LGE signal of the inner, middle and outer third of the wall in one direction."""
    radius, around, _ = heart_coordinates(study, stack, index)
    beside = np.abs((around - degrees + 180.0) % 360.0 - 180.0) < width
    wall = beside & (stack.labels[index, 0] == 2)
    values, radii = stack.pixels[index, 0][wall].astype(float), radius[wall]
    inner, outer = np.quantile(radii, [1 / 3, 2 / 3])
    parts = (radii < inner, (radii >= inner) & (radii < outer), radii >= outer)
    return [float(values[part].mean()) for part in parts]
