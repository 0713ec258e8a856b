"""Signing in and out, and who is signed in."""

from django.contrib.auth import authenticate, login, logout
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect, ensure_csrf_cookie
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from domain.errors import InputError
from people import selectors
from people.models import ROLES, User

WRONG_SIGN_IN = "That e-mail address and password do not belong together. Check both and try again."


class UserOut(serializers.Serializer):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()


class ProgrammeOut(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class MembershipOut(serializers.Serializer):
    programme = ProgrammeOut()
    role = serializers.ChoiceField(choices=ROLES)


class SessionOut(serializers.Serializer):
    user = UserOut(allow_null=True)
    memberships = MembershipOut(many=True)


class SignInIn(serializers.Serializer):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=128, trim_whitespace=False)


class ErrorOut(serializers.Serializer):
    detail = serializers.CharField()
    code = serializers.CharField()


@method_decorator(ensure_csrf_cookie, name="dispatch")
class SessionView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(responses=SessionOut)
    def get(self, request: Request) -> Response:
        return Response(describe_session(request))

    @extend_schema(request=SignInIn, responses={200: SessionOut, 400: ErrorOut})
    @method_decorator(csrf_protect)
    def post(self, request: Request) -> Response:
        given = SignInIn(data=request.data)
        given.is_valid(raise_exception=True)
        user = authenticate(
            request._request,
            username=given.validated_data["email"].strip().lower(),
            password=given.validated_data["password"],
        )
        if user is None:
            raise InputError(WRONG_SIGN_IN, "wrong_sign_in")
        login(request._request, user)
        request.user = user
        return Response(describe_session(request))

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        logout(request._request)
        return Response(status=204)


def describe_session(request: Request) -> dict[str, object]:
    """The body of /api/session, signed in or out."""
    user = request.user if isinstance(request.user, User) else None
    memberships = selectors.memberships_of(user) if user else []
    body = {
        "user": user,
        "memberships": memberships,
    }
    return dict(SessionOut(body).data)
