"""API clients: made by the administrator, their secret shown once, revoked at once."""

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from django.contrib.auth.models import User
from django.test import Client

from ledger.models import AuditEvent, Contract
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
    assert "desktop" not in text_of(client.get(page("api-clients"))).split("<main")[1].split("any more")[-1]


def test_a_client_of_another_contract_is_not_found(client: Client, contract_b: Contract) -> None:
    client_id, _ = create_service_client(name="desktop", contracts=[contract_b])
    assert client.post(page("revoke-api-client", client_id=client_id)).status_code == 404


def test_a_client_without_a_scope_makes_no_sense(client: Client) -> None:
    assert "This field is required" in text_of(client.post(page("api-clients"), {"name": "Idle"}))
