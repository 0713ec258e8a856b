"""Signing in by cookie."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class CookieAuthentication(SessionAuthentication):
    """Django's session cookie; a signed-out request gets 401 rather than 403."""

    def authenticate_header(self, request: Request) -> str:
        return "Cookie"


class CookieScheme(OpenApiAuthenticationExtension):
    """How the API's description names the session cookie."""

    target_class = CookieAuthentication
    name = "cookieAuth"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
