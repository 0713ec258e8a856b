"""DICOMweb retrieval (PS3.18 section 10.4) of what the signed-in user may see.

Served: study and series metadata, and frames as they are stored (JPEG-LS lossless). Searching,
storing and whole instances are not offered yet.
"""

import io
import json
import uuid

import numpy as np
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import condition, require_safe
from PIL import Image

from cases.models import Instance
from cases.selectors import access_study_images, instances_of
from common.storage import read_range
from domain.imaging import JPEG_LS_LOSSLESS, decode_frame
from people.models import User

# Pixels never change under a UID, but a shared computer must not keep them for the next person.
CACHE = "private, max-age=31536000, immutable"


def _instance(request: HttpRequest, study: str, series: str, instance: str) -> Instance:
    if not isinstance(request.user, User):
        raise Http404
    found = instances_of(access_study_images(request.user, study), series).filter(
        sop_instance_uid=instance
    )
    return found.get() if found else _absent()


def _absent() -> Instance:
    raise Http404


def _refusal(sentence: str, code: str, status: int) -> JsonResponse:
    return JsonResponse({"detail": sentence, "code": code}, status=status)


@require_safe
def metadata(request: HttpRequest, study: str, series: str | None = None) -> HttpResponse:
    """The DICOM JSON of every instance, without pixels."""
    if not isinstance(request.user, User):
        return _refusal("Sign in to see this study.", "not_authenticated", 401)
    try:
        instances = instances_of(access_study_images(request.user, study), series)
    except Http404:
        return _refusal("There is no such study, or it is not open to you.", "not_found", 404)
    body = json.dumps([instance.metadata for instance in instances])
    return HttpResponse(
        body, content_type="application/dicom+json", headers={"Cache-Control": "private, no-cache"}
    )


def _etag(request: HttpRequest, **place: str) -> str | None:
    place.pop("number", None)
    try:
        return f'"{_instance(request, **place).sha256}"'
    except Http404:
        return None


@require_safe
@condition(etag_func=_etag)
def frame(
    request: HttpRequest, study: str, series: str, instance: str, number: int
) -> HttpResponse:
    """One frame as multipart/related with its transfer syntax on the part."""
    try:
        found = _instance(request, study, series, instance)
        if number != 1:
            raise Http404
    except Http404:
        return _refusal("There is no such frame, or it is not open to you.", "not_found", 404)
    if not _accepts_frame(request.headers.get("Accept", "*/*")):
        sentence = f"Frames are sent as JPEG-LS ({JPEG_LS_LOSSLESS}) in multipart/related."
        return _refusal(sentence, "not_acceptable", 406)
    pixels = read_range(found.series.pack, found.offset, found.length)
    boundary = uuid.uuid4().hex
    head = (
        f"--{boundary}\r\nContent-Type: image/jls;transfer-syntax={JPEG_LS_LOSSLESS}\r\n"
        f"Content-Length: {len(pixels)}\r\n\r\n"
    )
    body = head.encode() + pixels + f"\r\n--{boundary}--\r\n".encode()
    kind = f'multipart/related; type="image/jls"; boundary={boundary}'
    return HttpResponse(body, content_type=kind, headers={"Cache-Control": CACHE})


def _accepts_frame(accept: str) -> bool:
    wanted = accept.lower()
    if "multipart/related" not in wanted:
        return "*/*" in wanted or "multipart/*" in wanted
    names_ours = ("image/jls", "octet-stream", "transfer-syntax=*", JPEG_LS_LOSSLESS)
    names_any = "type=" not in wanted and "transfer-syntax" not in wanted
    return names_any or any(word in wanted for word in names_ours)


@require_safe
@condition(etag_func=_etag)
def rendered(request: HttpRequest, study: str, series: str, instance: str) -> HttpResponse:
    """A small grey WebP of the frame under its own window, for catalogues."""
    try:
        found = _instance(request, study, series, instance)
    except Http404:
        return _refusal("There is no such image, or it is not open to you.", "not_found", 404)
    pixels = decode_frame(
        read_range(found.series.pack, found.offset, found.length), found.metadata
    ).astype("float32")
    low = float(pixels.min())
    high = max(float(np.percentile(pixels, 99.5)), low + 1)
    grey = ((pixels - low) / (high - low)).clip(0, 1) * 255
    picture = Image.fromarray(grey.astype("uint8"))
    picture.thumbnail((320, 320))
    file = io.BytesIO()
    picture.save(file, "WEBP", quality=80)
    return HttpResponse(
        file.getvalue(), content_type="image/webp", headers={"Cache-Control": CACHE}
    )


_INSTANCE = "studies/<str:study>/series/<str:series>/instances/<str:instance>"
urlpatterns = [
    path("studies/<str:study>/metadata", metadata),
    path("studies/<str:study>/series/<str:series>/metadata", metadata),
    path(f"{_INSTANCE}/frames/<int:number>", frame),
    path(f"{_INSTANCE}/rendered", rendered),
]
