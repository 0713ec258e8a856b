"""AHA 17-segment values spread over the left-ventricular wall as smooth tables.

A wall table is an array (LEVELS, ANGLES): rows run along the left-ventricular axis from the mitral
annulus (0) to the epicardial apex (1), columns around it in whole degrees from -180 to 179, where 0
points to the right ventricle and 90 to the anterior wall.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float32]

LEVELS = 200
ANGLES = 360
ALONG: Table = np.linspace(0.0, 1.0, LEVELS, dtype=np.float32)[:, None]
DEGREES: Table = np.arange(-180, 180, dtype=np.float32)[None, :]

# Cerqueira et al., Circulation 2002;105:539. Centre of each segment, degrees as above.
_SIX = (90, 30, -30, -90, -150, 150)
_FOUR = (90, 0, -90, 180)
_LEVEL_ENDS = (0.33, 0.64, 0.90)

LAD = frozenset({1, 2, 7, 8, 13, 14, 17})
RCA = frozenset({3, 4, 9, 10, 15})
LCX = frozenset({5, 6, 11, 12, 16})
BASAL = frozenset(range(1, 7))
MID = frozenset(range(7, 13))
APICAL = frozenset(range(13, 18))


def segment_map() -> NDArray[np.int16]:
    """The AHA segment (1 to 17) of each cell of a wall table, (LEVELS, ANGLES)."""
    degrees = DEGREES[0]
    six = np.argmin(np.stack([_circular(degrees - centre) for centre in _SIX]), axis=0)
    four = np.argmin(np.stack([_circular(degrees - centre) for centre in _FOUR]), axis=0)
    along = ALONG[:, 0]
    result = np.full((LEVELS, ANGLES), 17, dtype=np.int16)
    result[along < _LEVEL_ENDS[2]] = 13 + four
    result[along < _LEVEL_ENDS[1]] = 7 + six
    result[along < _LEVEL_ENDS[0]] = 1 + six
    return result


def _circular(degrees: Table) -> Table:
    """Distance on the circle, degrees, 0 to 180."""
    result: Table = np.abs((degrees + 180.0) % 360.0 - 180.0)
    return result


def spread(
    values: Mapping[int, float],
    default: float,
    blur_degrees: float = 11.0,
    blur_along: float = 0.045,
) -> Table:
    """A wall table of per-segment `values` (`default` elsewhere) with soft borders."""
    lookup = np.full(18, default, dtype=np.float32)
    for segment, value in values.items():
        lookup[segment] = value
    return blur(lookup[segment_map()], blur_degrees, blur_along)


def blur(table: Table, degrees: float, along: float) -> Table:
    """`table` smoothed by a Gaussian: periodic around the axis, mirrored at base and apex."""
    mirrored = np.concatenate([table[::-1], table, table[::-1]])
    spectrum = np.fft.rfft2(mirrored)
    rows = np.fft.fftfreq(3 * LEVELS)[:, None] * (along * LEVELS)
    columns = np.fft.rfftfreq(ANGLES)[None, :] * degrees
    spectrum *= np.exp(-2.0 * np.pi**2 * (rows**2 + columns**2))
    smooth = np.fft.irfft2(spectrum, s=mirrored.shape)[LEVELS : 2 * LEVELS]
    return smooth.astype(np.float32)


def bump(centre_degrees: float, width_degrees: float) -> Table:
    """A Gaussian over the angle, (1, ANGLES), 1 at its centre."""
    distance = _circular(DEGREES - centre_degrees)
    result: Table = np.exp(-0.5 * (distance / width_degrees) ** 2).astype(np.float32)
    return result


def rough(seed: int, degrees: float, along: float) -> Table:
    """A random wall table of mean 0 and deviation 1 with the given grain."""
    noise = np.random.default_rng(seed).standard_normal((LEVELS, ANGLES)).astype(np.float32)
    smooth = blur(noise, degrees, along)
    result: Table = (smooth - smooth.mean()) / smooth.std()
    return result
