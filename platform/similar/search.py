"""The nearest vectors of one model version: the only place that asks the index.

The index knows nothing of who may see what, so a search under a filter has to walk on through it
until enough rows have passed; without that, a filter that one row in twenty passes gave 2 of 10.
Every connection of ours is opened with that setting (`VECTOR_SEARCH`). The walk goes on in nearly
sorted order, so what it found is sorted again here.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from pgvector.django import CosineDistance


def nearest(
    rows: QuerySet[Any], vector: Sequence[float], *, key: str, at_most: int
) -> list[tuple[Any, float]]:
    """(value of the field `key`, cosine -1..1) of the rows nearest to `vector`, nearest first.

    `rows`: embeddings of one model version, filtered to what may be seen.
    """
    found = (
        rows.annotate(distance=CosineDistance("vector", vector))
        .order_by("distance")
        .values_list(key, "distance")[:at_most]
    )
    return sorted(((value, 1.0 - distance) for value, distance in found), key=lambda one: -one[1])
