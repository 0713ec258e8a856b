"""Errors -> HTTP: every refusal is `{"detail": sentence, "code": word}`."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

from domain.errors import InputError


class Conflict(Exception):
    """The thing changed since it was read; `body` carries what it is now."""

    def __init__(self, sentence: str, code: str, **body: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.body = body


class NotFound(Http404):
    """Absent and forbidden look alike."""


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. Anything unknown stays an error for the log."""
    if isinstance(error, InputError):
        return Response({"detail": error.sentence, "code": error.code}, status=400)
    if isinstance(error, Conflict):
        body = {"detail": error.sentence, "code": error.code, **error.body}
        return Response(body, status=status.HTTP_409_CONFLICT)
    if isinstance(error, ValidationError):
        return Response({"detail": " ".join(error.messages), "code": "invalid"}, status=400)
    if isinstance(error, Http404):
        sentence = "There is nothing here, or it is not open to you."
        return Response({"detail": sentence, "code": "not_found"}, status=404)
    response = exception_handler(error, context)
    if response is not None and isinstance(error, exceptions.APIException):
        response.data = {"detail": _sentence(error.detail), "code": _code(error)}
    return response


def _sentence(detail: Any) -> str:
    """One sentence out of DRF's nested details, naming the fields."""
    if isinstance(detail, dict):
        parts = []
        for field, value in detail.items():
            text = _sentence(value)
            parts.append(text if field == "non_field_errors" else f"{field}: {text}")
        return " ".join(parts)
    if isinstance(detail, list):
        return " ".join(_sentence(item) for item in detail)
    return str(detail)


def _code(error: exceptions.APIException) -> str:
    return "invalid" if isinstance(error, exceptions.ValidationError) else error.default_code
