"""Who may call: tokens of people and of service clients, the browser's session, and nobody else."""

import base64
import hashlib
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client

from ledger.models import Contract
from portal.api.clients import create_desktop_application, create_service_client, issue_token
from tests.api.caller import Api, ok, problem

TOKEN_URL = "/identity/o/api/token"


def test_without_a_token_the_answer_is_a_challenge(db: None) -> None:
    response = Api().get("/me")
    problem(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("value", ["Bearer nonsense", "Bearer ", "bearer a b", "Bearer é"])
def test_a_token_nobody_issued_is_no_token(db: None, value: str) -> None:
    response = Api().call("GET", "/me", headers={"Authorization": value})
    problem(response, 401, "invalid_token")
    assert 'error="invalid_token"' in response["WWW-Authenticate"]


def test_another_scheme_is_no_token(db: None) -> None:
    problem(Api().call("GET", "/me", headers={"Authorization": "Basic Ym9iOmJvYg=="}), 401, "not_authenticated")


def test_an_expired_token_is_no_token(contract_a: Contract, bob: User) -> None:
    problem(Api(issue_token(user=bob, lifetime_s=-1)).get("/me"), 401, "invalid_token")


def test_a_token_ends_with_its_users_account(as_bob: Api, bob: User) -> None:
    ok(as_bob.get("/me"))
    bob.is_active = False
    bob.save()
    problem(as_bob.get("/me"), 401, "invalid_token")


def test_an_unknown_caller_learns_nothing_about_the_body(db: None) -> None:
    problem(Api().call("POST", "/jobs", content="{" * 10), 401, "not_authenticated")


def test_a_token_without_the_scope_is_refused_and_told_which(
    as_user: type[Api], contract_a: Contract, bob: User
) -> None:
    response = as_user(bob, "tokens:read").post("/jobs", {"service": "analysis"})
    problem(response, 403, "insufficient_scope")
    assert 'scope="jobs:write"' in response["WWW-Authenticate"]


def test_the_callers_roles_rights_and_scopes(as_user: type[Api], contract_a: Contract, bob: User) -> None:
    me = ok(as_user(bob, "tokens:read", "jobs:write").get("/me"))
    assert me["user"] == {"email": bob.email, "name": "Bob"}
    assert me["scopes"] == ["jobs:write", "tokens:read"]
    (contract,) = me["contracts"]
    assert (contract["id"], contract["role"], contract["rights"]) == (str(contract_a.id), "end_user", ["own_use"])


def test_the_session_of_the_site_may_call_with_its_csrf_token(as_bob: Api, bob: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(bob)
    session = Api(client=browser)
    assert ok(session.get("/me"))["user"]["email"] == bob.email
    problem(session.post("/quotes", {"service": "analysis"}, key=None), 403, "csrf_failed")
    browser.get("/accounts/password/change/")
    token = browser.cookies["csrftoken"].value
    ok(session.post("/quotes", {"service": "analysis"}, key=None, **{"X-CSRFToken": token}), 201)


def test_a_service_client_gets_its_token_from_the_published_endpoint(contract_a: Contract, bob: User) -> None:
    client_id, secret = create_service_client(name="desktop", contracts=[contract_a])
    published = Client().get("/.well-known/openid-configuration").json()
    assert urlsplit(published["token_endpoint"]).path == TOKEN_URL
    assert {"tokens:read", "jobs:write", "admin"} <= set(published["scopes_supported"])
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    answer = Client().post(
        TOKEN_URL,
        {"grant_type": "client_credentials", "scope": "tokens:read jobs:write"},
        headers={"Authorization": f"Basic {basic}"},
    )
    token = answer.json()["access_token"]
    me = ok(Api(token).get("/me"))
    assert me["client"] == {"id": client_id, "name": "desktop"}
    assert (me["user"], me["scopes"]) == (None, ["jobs:write", "tokens:read"])
    assert [contract["role"] for contract in me["contracts"]] == ["service_client"]


def test_a_wrong_secret_or_a_scope_beyond_the_clients_gets_no_token(contract_a: Contract) -> None:
    client_id, secret = create_service_client(name="desktop", contracts=[contract_a], scopes=["tokens:read"])
    asked = {"grant_type": "client_credentials", "client_id": client_id}
    assert Client().post(TOKEN_URL, {**asked, "client_secret": "wrong"}).status_code == 401
    assert Client().post(TOKEN_URL, {**asked, "client_secret": secret, "scope": "admin"}).status_code == 400
    assert Client().post(TOKEN_URL, {**asked, "client_secret": secret}).json()["scope"] == "tokens:read"


def test_a_client_that_no_contract_knows_is_nobody(db: None) -> None:
    client_id = create_desktop_application(name="viewer", redirect_uris=[])
    problem(Api(issue_token(client_id=client_id)).get("/me"), 401, "invalid_token")


def test_a_user_signs_a_desktop_application_in_with_pkce(contract_a: Contract, bob: User) -> None:
    redirect = "http://127.0.0.1:4711/callback"
    client_id = create_desktop_application(name="Designer", redirect_uris=[redirect])
    verifier = "v" * 64
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    browser = Client()
    browser.force_login(bob)
    asked = {"client_id": client_id, "response_type": "code", "redirect_uri": redirect, "state": "s"}
    asked |= {"scope": "tokens:read jobs:write", "code_challenge": challenge, "code_challenge_method": "S256"}
    page = browser.get("/identity/o/authorize", asked)
    assert "Quote, start and settle jobs" in page.content.decode()
    assert "form-action 'self' http://127.0.0.1:4711;" in page["Content-Security-Policy"]
    signed = re.search(r'name="request"[^>]*value="([^"]+)"', page.content.decode())
    assert signed
    grant = {"request": signed[1], "action": "grant", "scopes": ["tokens:read", "jobs:write"]}
    code = parse_qs(urlsplit(browser.post("/identity/o/authorize", grant)["Location"]).query)["code"][0]
    got = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
    answer = Client().post(TOKEN_URL, {**got, "client_id": client_id, "code_verifier": verifier})
    assert ok(Api(answer.json()["access_token"]).get("/me"))["user"]["email"] == bob.email


def test_a_user_signs_an_application_in_by_a_code_typed_elsewhere(contract_a: Contract, bob: User) -> None:
    client_id = create_desktop_application(name="Designer", redirect_uris=[])
    form = "application/x-www-form-urlencoded"
    asked = f"client_id={client_id}&scope=tokens%3Aread"
    device = Client().post("/identity/o/api/device/code", asked, content_type=form).json()
    browser = Client()
    browser.force_login(bob)
    browser.post(f"/identity/o/device?code={device['user_code']}", {"action": "confirm"})
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    got = {"grant_type": grant, "client_id": client_id, "device_code": device["device_code"]}
    token = json.loads(Client().post(TOKEN_URL, got).content)["access_token"]
    assert ok(Api(token).get("/me"))["scopes"] == ["tokens:read"]
