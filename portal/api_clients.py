"""Opening and revoking service clients of a contract, with an audit entry. For the page of API clients."""

from collections.abc import Iterable

from allauth.idp.oidc.models import Client
from django.db.transaction import atomic

from ledger import audit
from ledger.errors import NotFound
from ledger.models import Membership, Service
from ledger.rights import Right, require
from portal.api.clients import create_desktop_application, create_service_client
from portal.models import ServiceClient


@atomic
def open_client(
    *, membership: Membership, name: str, scopes: Iterable[str], services: Iterable[Service] = ()
) -> tuple[str, str]:
    """Register a program that acts for the users of the member's contract; return its id and its secret, once.

    Raises:
        Forbidden: the member may not manage API clients.
    """
    require(membership, Right.API_CLIENTS)
    contract = membership.contract
    client_id, secret = create_service_client(
        name=name, contracts=[contract], scopes=scopes, services=services, created_by=membership.user
    )
    audit.record(contract=contract, actor=membership.user, action="api_client.created", subject=name, detail=client_id)
    return client_id, secret


@atomic
def open_desktop_application(
    *, membership: Membership, name: str, redirect_uris: Iterable[str], scopes: Iterable[str]
) -> str:
    """Register an application in which the contract's people sign in; return its id. It has no secret.

    Raises:
        Forbidden: the member may not manage API clients.
    """
    require(membership, Right.API_CLIENTS)
    contract = membership.contract
    client_id = create_desktop_application(name=name, redirect_uris=redirect_uris, scopes=("openid", "email", *scopes))
    bound = ServiceClient.objects.create(client_id=client_id, created_by=membership.user)
    bound.contracts.add(contract)
    audit.record(
        contract=contract, actor=membership.user, action="api_client.registered", subject=name, detail=client_id
    )
    return client_id


@atomic
def revoke_client(*, membership: Membership, client_id: str) -> str:
    """End what a client may do on the member's contract, at once, and return its name.

    A client that is left without any contract is deleted.

    Raises:
        Forbidden: the member may not manage API clients.
        NotFound: the contract has no such client.
    """
    require(membership, Right.API_CLIENTS)
    contract = membership.contract
    bound = None
    if "\0" not in client_id:  # PostgreSQL takes it in no text
        bound = ServiceClient.objects.filter(contracts=contract, client_id=client_id).select_related("client").first()
    if bound is None:
        raise NotFound("There is no such client.")
    name = str(bound.client.name)
    bound.contracts.remove(contract)
    if not bound.contracts.exists():
        Client.objects.filter(id=client_id).delete()
    audit.record(contract=contract, actor=membership.user, action="api_client.revoked", subject=name, detail=client_id)
    return name
