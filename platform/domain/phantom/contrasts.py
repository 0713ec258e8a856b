"""How each contrast is drawn: what every tissue gives, and at which moments of the cycle."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.phantom.painting import WallLook
from domain.phantom.scar import scar_tables
from domain.phantom.signal import (
    BLOOD_T1_POST_AMYLOID_MS,
    BLOOD_T1_POST_MS,
    TISSUES,
    cine_palette,
    lge_palette,
    lge_signal,
    null_time_ms,
    t1_after_contrast,
)
from domain.phantom.study import PhantomStudy

# Late enhancement is gathered in diastasis.
LGE_CYCLE = 0.72
AMYLOID_ECV = 0.44


@dataclass(frozen=True)
class DrawnContrast:
    """How one contrast is drawn.

    `palette`: signed signal by tissue; `cycles`: places in the cycle, 0 to 1, one a phase; `look`:
    how the wall enhances, None where it does not; `inversion_time_ms`: LGE only.
    """

    name: str
    palette: dict[str, float]
    cycles: tuple[float, ...]
    look: WallLook | None = None
    inversion_time_ms: float | None = None

    @property
    def reference(self) -> float:
        """The signal that the grey scale is set by: blood, or what enhances if that is brighter."""
        blood = abs(self.palette["blood"])
        return blood if self.look is None else max(blood, abs(self.look.enhanced))


def cine_contrast(cycles: Sequence[float]) -> DrawnContrast:
    """Balanced SSFP at places in the cycle."""
    return DrawnContrast("cine", cine_palette(), tuple(cycles))


def lge_contrast(study: PhantomStudy) -> DrawnContrast:
    """LGE with remote myocardium nulled; in amyloid, where none is remote, blood is nulled."""
    amyloid = study.enhancement is not None and study.enhancement.layer == "diffuse"
    blood_post = BLOOD_T1_POST_AMYLOID_MS if amyloid else BLOOD_T1_POST_MS
    wall = TISSUES["myocardium"]
    remote = t1_after_contrast(wall.t1_ms, wall.ecv, blood_post)
    inversion = null_time_ms(blood_post) - 25.0 if amyloid else null_time_ms(remote) + 4.0
    palette = lge_palette(inversion, blood_post)
    if amyloid:
        # No part of an amyloid heart is spared; the enhanced layer is only where there is most.
        palette["myocardium"] = lge_signal(wall, AMYLOID_ECV, inversion, blood_post)
    look = None
    if study.enhancement is not None:
        look = WallLook(
            scar_tables(study.enhancement, study.seed),
            lge_signal(wall, study.enhancement.ecv, inversion, blood_post),
            lge_signal(wall, 0.02, inversion, blood_post),
        )
    return DrawnContrast("lge", palette, (LGE_CYCLE,), look, float(round(inversion)))
