"""Signing in and out."""

import json

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def post(client: Client, path: str, body: dict, **headers):
    return client.post(path, json.dumps(body), content_type="application/json", **headers)


def test_signed_out_knows_nobody_and_every_other_route_refuses():
    client = Client()
    assert client.get("/api/session").json()["user"] is None
    for path in ("/api/cases", "/api/studies", "/api/reads", "/api/progress", "/api/cohorts"):
        answer = client.get(path)
        assert answer.status_code == 401, path
        assert answer.json()["detail"]


def test_signing_in_needs_the_csrf_token_and_the_right_password(add_person):
    fellow = add_person("fellow")
    client = Client(enforce_csrf_checks=True)
    body = {"email": fellow.email, "password": "a long enough phrase"}
    assert post(client, "/api/session", body).status_code == 403
    token = client.get("/api/session").cookies["csrftoken"].value
    wrong = post(client, "/api/session", body | {"password": "no"}, HTTP_X_CSRFTOKEN=token)
    assert wrong.status_code == 400
    assert "do not belong together" in wrong.json()["detail"]
    answer = post(client, "/api/session", body, HTTP_X_CSRFTOKEN=token)
    assert answer.status_code == 200
    assert answer.json()["memberships"][0]["role"] == "fellow"
    assert client.get("/api/reads").status_code == 200


def test_signing_out_ends_the_session(add_person, signed_in):
    client = signed_in(add_person("fellow"))
    assert client.delete("/api/session").status_code == 204
    assert client.get("/api/reads").status_code == 401


def test_the_page_carries_a_strict_content_security_policy(client):
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
