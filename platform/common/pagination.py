"""Lists come in pages."""

from collections.abc import Callable
from functools import cache
from typing import Any

from rest_framework import serializers
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response


class Pages(LimitOffsetPagination):
    """`?limit=&offset=`, 100 at a time unless told, 500 at most."""

    default_limit = 100
    max_limit = 500


@cache
def page_of(item: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """The serializer of one page of `item`, for the API's description."""
    name = item.__name__.removesuffix("Out")
    return type(
        f"{name}PageOut",
        (serializers.Serializer,),
        {
            "count": serializers.IntegerField(),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": item(many=True),
        },
    )


def paged(
    request: Request,
    items: Any,
    item: type[serializers.Serializer],
    bodies: Callable[[list[Any]], list[Any]],
) -> Response:
    """The page of `items` that the request names, its rows made by `bodies`."""
    pages = Pages()
    page = pages.paginate_queryset(items, request) or []
    return pages.get_paginated_response(item(bodies(page), many=True).data)
