"""API clients: made by the administrator, their secret shown once, revoked at once."""

from urllib.parse import urlencode

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.contrib.auth.models import User
from django.test import Client

from ledger.models import AuditEvent, Contract, Service
from portal.api.clients import create_service_client, issue_token
from portal.models import ServiceClient
from tests.portal.conftest import SignIn
from tests.portal.pages import page, text_of

NEW = {"name": "Renderer", "scopes": ["tokens:read", "jobs:write"]}


@pytest.fixture
def client(alice: User, contract_a: Contract, sign_in: SignIn) -> Client:
    return sign_in(alice, fresh=True)


def get_with(token: str) -> int:
    return Client().get("/api/v1/pools", headers={"Authorization": f"Bearer {token}"}).status_code


def test_alice_makes_a_client_and_sees_its_secret_once(client: Client, contract_a: Contract) -> None:
    made = client.post(page("api-clients"), NEW)
    client_id, secret = made.context["made"]
    assert secret in text_of(made)
    assert "no-store" in made["Cache-Control"]
    asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    token = Client().post("/identity/o/api/token", asked).json()
    assert set(token["scope"].split()) == set(NEW["scopes"])
    assert get_with(token["access_token"]) == 200
    later = text_of(client.get(page("api-clients")))
    assert client_id in later
    assert secret not in later
    assert AuditEvent.objects.filter(contract=contract_a, action="api_client.created").count() == 1


def test_a_revoked_client_gets_nothing_any_more(client: Client, contract_a: Contract) -> None:
    client_id, _ = create_service_client(name="desktop", contracts=[contract_a])
    token = issue_token(client_id=client_id)
    assert get_with(token) == 200
    client.post(page("revoke-api-client", client_id=client_id))
    assert get_with(token) == 401
    assert not OAuthClient.objects.filter(id=client_id).exists()


def test_revoking_leaves_the_client_to_its_other_contracts(
    client: Client, contract_a: Contract, contract_b: Contract
) -> None:
    client_id, _ = create_service_client(name="desktop", contracts=[contract_a, contract_b])
    client.post(page("revoke-api-client", client_id=client_id))
    assert list(ServiceClient.objects.get(client_id=client_id).contracts.all()) == [contract_b]
    assert not client.get(page("api-clients")).context["clients"]


def test_a_client_of_another_contract_is_not_found(client: Client, contract_b: Contract) -> None:
    client_id, _ = create_service_client(name="desktop", contracts=[contract_b])
    assert client.post(page("revoke-api-client", client_id=client_id)).status_code == 404


def test_a_client_without_a_scope_makes_no_sense(client: Client) -> None:
    assert "This field is required" in text_of(client.post(page("api-clients"), {"name": "Idle"}))


ADDRESSES = "http://127.0.0.1:8765/callback\nhttps://mill.example/back"
DESKTOP = {"name": "Mill", "redirect_uris": ADDRESSES, "scopes": "jobs:write"}


def test_alice_registers_a_desktop_application_and_its_users_sign_in(
    client: Client, contract_a: Contract, bob: User
) -> None:
    shown = text_of(client.post(page("new-desktop-application"), DESKTOP, follow=True))
    bound = ServiceClient.objects.get(contracts=contract_a)
    assert bound.client_id in shown
    assert "code_challenge_method=S256" in shown
    assert "device/code" in shown
    asked_for = urlencode({"client_id": bound.client_id, "scope": "jobs:write"})
    form = "application/x-www-form-urlencoded"
    device = Client().post("/identity/o/api/device/code", asked_for, content_type=form).json()
    bobs = Client()
    bobs.force_login(bob)
    asked = bobs.get("/identity/o/device", {"code": device["user_code"]})
    assert "Mill" in text_of(asked)
    assert AuditEvent.objects.filter(contract=contract_a, action="api_client.registered").count() == 1


def test_a_revoked_application_ends_what_its_users_gave_it(client: Client, contract_a: Contract, bob: User) -> None:
    client.post(page("new-desktop-application"), DESKTOP)
    bound = ServiceClient.objects.get(contracts=contract_a)
    token = issue_token(user=bob)
    Token.objects.update(client_id=bound.client_id)
    assert get_with(token) == 200
    client.post(page("revoke-api-client", client_id=bound.client_id))
    assert get_with(token) == 401


@pytest.mark.parametrize(
    "address",
    [
        "http://mill.example/back",
        "javascript:alert(1)",
        "https://",
        "https://mill.example/#part",
        "https://*.mill.example/",
        "https://a@mill.example/",
        "com.mill:/back",
        "http://127.0.0.1:port/",
        "https://mill.example/\u202e",
    ],
)
def test_an_address_that_gives_codes_away_is_refused(address: str, client: Client) -> None:
    answer = client.post(page("new-desktop-application"), {**DESKTOP, "redirect_uris": address})
    assert "cannot be used" in text_of(answer)
    assert not ServiceClient.objects.exists()


def test_the_list_needs_no_password_making_one_does(contract_a: Contract, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice)
    assert client.get(page("api-clients")).status_code == 200
    for name in ("api-clients", "new-desktop-application"):
        assert client.post(page(name), {**NEW, **DESKTOP}).url.startswith("/accounts/reauthenticate/")


def test_a_client_that_runs_a_service_settles_its_jobs(client: Client, contract_a: Contract) -> None:
    service = Service.objects.get(code="analysis")
    client.post(page("api-clients"), {**NEW, "services": [str(service.id)]})
    assert list(ServiceClient.objects.get().services.all()) == [service]
