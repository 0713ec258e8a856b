"""Where the left-ventricular wall enhances, as tables over the wall."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.phantom.segments import Table, blur, bump, rough, segment_map, spread
from domain.phantom.study import Enhancement

Field = NDArray[np.float32]


@dataclass(frozen=True)
class ScarTables:
    """Enhanced from `inner` to `outer` (share of the wall from endo- to epicardium, 0 to 1).

    `strength`: 0 to 1. `obstruction`: from `inner` out to this share without reflow.
    """

    inner: Table
    outer: Table
    strength: Table
    obstruction: Table


def scar_tables(enhancement: Enhancement, seed: int) -> ScarTables:
    """Tables (LEVELS, ANGLES) of an enhancement, with edges as irregular as real ones."""
    depth = spread(enhancement.depth, 0.0, blur_degrees=7.0, blur_along=0.03)
    # A border zone: half the depth is reached where the segment ends.
    ragged = 1.0 + 0.16 * rough(seed + 3, 7.0, 0.03)
    depth = np.clip(depth * ragged, 0.0, 1.05)
    strength = np.clip((depth - 0.05) / 0.10, 0.0, 1.0)
    inner, outer = np.zeros_like(depth), depth
    if enhancement.layer == "midwall":
        inner, outer = 0.48 - 0.5 * depth, 0.48 + 0.5 * depth
    elif enhancement.layer == "subepicardial":
        inner, outer = 1.0 - depth, np.full_like(depth, 1.1)
        strength = strength * np.clip(0.95 + 0.40 * rough(seed + 4, 9.0, 0.05), 0.0, 1.0)
    elif enhancement.layer == "insertion":
        patchy = np.clip(0.9 + 0.30 * rough(seed + 5, 6.0, 0.04), 0.0, 1.3)
        reach = 0.9 * _insertion_depth(enhancement) * patchy
        inner, outer = 0.5 - 0.5 * reach, 0.5 + 0.5 * reach
        strength = np.clip((reach - 0.10) / 0.12, 0.0, 1.0)
    elif enhancement.layer == "diffuse":
        outer = np.full_like(depth, 1.1)
        strength = np.clip(depth, 0.0, 1.0)
    core = np.array(sorted(enhancement.depth))
    within = blur(np.isin(segment_map(), core).astype(np.float32), 9.0, 0.05)
    obstructed = np.where(within > 0.75, enhancement.obstruction * depth, 0.0)
    return ScarTables(
        inner.astype(np.float32),
        outer.astype(np.float32),
        strength.astype(np.float32),
        blur(obstructed.astype(np.float32), 4.0, 0.02),
    )


def _insertion_depth(enhancement: Enhancement) -> Table:
    """Depth around the two lines where the right ventricle joins, just within the septum."""
    result: Table = np.zeros_like(segment_map(), dtype=np.float32)
    for degrees, pairs in ((54.0, ((2, 1), (8, 7))), (-52.0, ((3, 4), (9, 10)))):
        # The neighbour beyond the line counts along, or the line itself would lie on a soft edge.
        depth = {
            one: enhancement.depth[septal]
            for septal, beyond in pairs
            for one in (septal, beyond)
            if septal in enhancement.depth
        }
        result = result + spread(depth, 0.0, 7.0, 0.03) * bump(degrees, 13.0)
    return result


def scar_share(inner: Field, outer: Field, strength: Field, depth: Field, softness: Field) -> Field:
    """Share of each pixel that enhances, from its `depth` in the wall and the pixel's `softness`.

    `softness`: a pixel's width as a share of the wall's thickness.
    """
    from_inside = np.clip((depth - inner) / softness + 0.5, 0.0, 1.0)
    from_inside = np.where(inner <= 0.0, 1.0, from_inside)
    result: Field = from_inside * np.clip((outer - depth) / softness + 0.5, 0.0, 1.0) * strength
    return result
