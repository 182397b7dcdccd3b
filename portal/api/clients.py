"""Making OAuth clients and tokens, for the page of API clients, the demo and the tests."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client, Token
from django.contrib.auth.models import User
from django.db.transaction import atomic
from django.utils import timezone

from ledger.models import Contract, Service
from portal.api.scopes import SERVICE_SCOPES, Scope
from portal.models import ServiceClient

FIRST_PARTY_ID: Final = "counting-house"
DESKTOP_SCOPES: Final = ("openid", "email", Scope.TOKENS_READ.value, Scope.JOBS_WRITE.value)


@atomic
def create_service_client(
    *,
    name: str,
    contracts: Iterable[Contract],
    scopes: Iterable[str] = SERVICE_SCOPES,
    services: Iterable[Service] = (),
    created_by: User | None = None,
) -> tuple[str, str]:
    """Register a program that acts for the users of `contracts`; return its id and its secret.

    The secret is shown this once: only its hash is kept. The client may settle the jobs it starts, and every job
    of `services`.
    """
    secret = secrets.token_urlsafe(40)
    client = Client(name=name, type=Client.Type.CONFIDENTIAL)
    client.set_secret(secret)
    client.set_grant_types([Client.GrantType.CLIENT_CREDENTIALS])
    client.set_response_types([])
    client.set_scopes([str(scope) for scope in scopes])
    client.set_default_scopes(client.get_scopes())
    client.save()
    registration = ServiceClient.objects.create(client=client, created_by=created_by)
    registration.contracts.set(contracts)
    registration.services.set(services)
    return client.id, secret


def create_desktop_application(
    *, name: str, redirect_uris: Iterable[str], scopes: Iterable[str] = DESKTOP_SCOPES
) -> str:
    """Register a desktop application that its users sign in with; return its public client id.

    It has no secret: it proves itself with PKCE, or by the code its user types on another device.
    """
    client = Client(name=name, type=Client.Type.PUBLIC)
    client.set_grant_types(
        [Client.GrantType.AUTHORIZATION_CODE, Client.GrantType.DEVICE_CODE, Client.GrantType.REFRESH_TOKEN]
    )
    client.set_redirect_uris(list(redirect_uris))
    client.set_scopes([str(scope) for scope in scopes])
    client.set_default_scopes(client.get_scopes())
    client.save()
    return str(client.id)


def issue_token(
    *,
    user: User | None = None,
    client_id: str | None = None,
    scopes: Iterable[str] = tuple(Scope),
    lifetime_s: int = 3600,
) -> str:
    """Return an access token for `user` or for the service client `client_id`; exactly one of them.

    A negative `lifetime_s` (seconds) gives a token that has already expired.
    """
    assert (user is None) != (client_id is None)
    value = secrets.token_urlsafe(64)
    token = Token(
        type=Token.Type.ACCESS_TOKEN,
        hash=get_adapter().hash_token(value),
        client=Client.objects.get(id=client_id) if client_id else _first_party(),
        user=user,
        expires_at=timezone.now() + timedelta(seconds=lifetime_s),
    )
    token.set_scopes([str(scope) for scope in scopes])
    token.save()
    return value


def _first_party() -> Client:
    client, _ = Client.objects.get_or_create(
        id=FIRST_PARTY_ID,
        defaults={"name": "Counting House", "grant_types": "", "response_types": "", "scopes": ""},
    )
    return client
