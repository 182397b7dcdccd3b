"""The authorization server: codes work once, for whom and where they were given, and only with their proof."""

import base64
import hashlib
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.idp.oidc import app_settings
from allauth.idp.oidc.models import Client as OAuthClient
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from ledger.models import Contract
from portal.api.clients import create_desktop_application

TOKEN_URL = "/identity/o/api/token"
REDIRECT = "http://127.0.0.1:4711/callback"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@pytest.fixture
def client_id(contract_a: Contract) -> str:
    return create_desktop_application(name="Designer", redirect_uris=[REDIRECT])


@pytest.fixture
def bobs(bob: User) -> Client:
    client = Client()
    client.force_login(bob)
    return client


def asked(bobs: Client, client_id: str, /, **other: str) -> HttpResponse:
    query = {"client_id": client_id, "response_type": "code", "redirect_uri": REDIRECT, "state": "s"}
    query |= {"scope": "tokens:read", "code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    query |= other
    found: HttpResponse = bobs.get("/identity/o/authorize", {name: value for name, value in query.items() if value})
    return found


def code_for(bobs: Client, client_id: str) -> str:
    signed = re.search(r'name="request"[^>]*value="([^"]+)"', asked(bobs, client_id).text)
    assert signed
    grant = {"request": signed[1], "action": "grant", "scopes": ["tokens:read"]}
    return parse_qs(urlsplit(bobs.post("/identity/o/authorize", grant)["Location"]).query)["code"][0]


def got(client_id: str, code: str, **other: str) -> HttpResponse:
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "client_id": client_id}
    answer: HttpResponse = Client().post(TOKEN_URL, {**sent, "code_verifier": VERIFIER, **other})
    return answer


def test_a_code_works_once_and_briefly(bobs: Client, client_id: str) -> None:
    code = code_for(bobs, client_id)
    assert [got(client_id, code).status_code for _ in range(2)] == [200, 400]
    assert app_settings.AUTHORIZATION_CODE_EXPIRES_IN <= 60


@pytest.mark.parametrize(
    "other", [{"code_verifier": "w" * 64}, {"code_verifier": ""}, {"redirect_uri": "http://127.0.0.1:4712/callback"}]
)
def test_a_code_without_its_proof_is_worth_nothing(other: dict[str, str], bobs: Client, client_id: str) -> None:
    assert got(client_id, code_for(bobs, client_id), **other).status_code in (400, 401)


def test_a_code_is_for_the_client_that_asked(bobs: Client, client_id: str) -> None:
    other = create_desktop_application(name="Thief", redirect_uris=[REDIRECT])
    assert got(other, code_for(bobs, client_id)).status_code in (400, 401)


@pytest.mark.parametrize(
    "other",
    [
        {"redirect_uri": REDIRECT + "/x"},
        {"redirect_uri": "http://evil.example/callback"},
        {"redirect_uri": REDIRECT + "@evil.example"},
        {"response_type": "token"},
        {"response_type": "id_token token"},
        {"scope": "admin"},
        {"client_id": "nobody"},
        {"code_challenge": "", "code_challenge_method": ""},
    ],
)
def test_what_a_client_may_not_ask_for_is_not_granted(other: dict[str, str], bobs: Client, client_id: str) -> None:
    answer = asked(bobs, client_id, **other)
    assert 'name="request"' not in getattr(answer, "text", "")
    assert "code=" not in answer.headers.get("Location", "")
    assert "evil" not in answer.headers.get("Location", "")


def test_nobody_signs_in_with_a_password_at_the_token_endpoint(client_id: str, bob: User) -> None:
    sent = {"grant_type": "password", "username": bob.email, "password": "secret-bob", "client_id": client_id}
    assert Client().post(TOKEN_URL, sent).status_code == 400


def test_a_refresh_token_works_once(bobs: Client, client_id: str) -> None:
    first = got(client_id, code_for(bobs, client_id)).json()  # type: ignore[attr-defined]
    sent = {"grant_type": "refresh_token", "refresh_token": first.get("refresh_token", ""), "client_id": client_id}
    assert [Client().post(TOKEN_URL, sent).status_code for _ in range(2)] == [200, 400]


def test_only_a_secrets_hash_is_kept(client_id: str) -> None:
    client = OAuthClient(name="x", type=OAuthClient.Type.CONFIDENTIAL)
    client.set_secret("the-secret")
    assert "the-secret" not in str(client.secret)
