"""An educator's decision on a row, which stands above the rules.

`Overrides` gives the share (0..1) of its weight that a finding or measure is to earn, whatever the
rules and the image model make of it. Because it names the finding and not a row of one grade, it
still holds when the read is graded again under later versions.
"""

from collections.abc import Mapping
from dataclasses import replace

from domain.grading.items import Item

Overrides = Mapping[str, float]
NO_OVERRIDES: Overrides = {}
# From this share on, a critical finding no longer caps the score.
_RIGHT = 0.5


def overridden(item: Item, overrides: Overrides) -> Item:
    """The item with the credit that the educator gave it; its sentence stays as the rules wrote it.
    It is no longer in dispute."""
    share = overrides.get(item.concept)
    if share is None:
        return item
    return replace(item, credit=share, overridden=True, disputed=False, may_be_omitted=False)


def lifts_cap(concept: str, overrides: Overrides) -> bool:
    """Whether the educator decided that the read was right, at least by half."""
    return overrides.get(concept, 0.0) >= _RIGHT
