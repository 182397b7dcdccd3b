"""Callers of the API: the cast with tokens, and the service client desktop."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from ledger.contracts import individual_pool, shared_pool
from ledger.models import Contract, Membership, Pool, Service
from portal.api.clients import create_service_client, issue_token
from portal.api.scopes import Scope
from tests.api.caller import Api

ALL = tuple(Scope.values)


@pytest.fixture
def as_user(db: None) -> Callable[..., Api]:
    """Call as a person: `as_user(bob)`, or with fewer scopes `as_user(bob, "tokens:read")`."""
    return lambda user, *scopes: Api(issue_token(user=user, scopes=scopes or ALL))


@pytest.fixture
def as_bob(as_user: Callable[..., Api], contract_a: Contract, bob: User) -> Api:
    return as_user(bob)


@pytest.fixture
def as_carol(as_user: Callable[..., Api], contract_a: Contract, carol: User) -> Api:
    return as_user(carol)


@pytest.fixture
def as_alice(as_user: Callable[..., Api], contract_a: Contract, alice: User) -> Api:
    return as_user(alice)


@pytest.fixture
def as_mallory(as_user: Callable[..., Api], contract_b: Contract, mallory: User) -> Api:
    return as_user(mallory)


@pytest.fixture
def as_stranger(as_user: Callable[..., Api], stranger: User) -> Api:
    return as_user(stranger)


@pytest.fixture
def desktop_id(contract_a: Contract) -> str:
    """The id of *desktop*, which serves contract A and runs every service."""
    client_id, _ = create_service_client(
        name="desktop", contracts=[contract_a], scopes=ALL, services=Service.objects.all()
    )
    return client_id


@pytest.fixture
def as_desktop(desktop_id: str) -> Api:
    return Api(issue_token(client_id=desktop_id, scopes=ALL))


@pytest.fixture
def funded(contract_a: Contract, bobs_pool: Pool, shared_a: Pool, bob: User, fund: Callable[..., None]) -> None:
    """Bob has 100 tokens of his own, the contract 1,000; he may use both."""
    fund(bobs_pool, "100")
    fund(shared_a, "1000")
    Membership.objects.filter(contract=contract_a, user=bob).update(uses_shared=True)


@pytest.fixture
def pool_b(contract_b: Contract) -> Pool:
    return shared_pool(contract_b.id)


@pytest.fixture
def carols_pool(contract_a: Contract, carol: User) -> Pool:
    return individual_pool(contract_id=contract_a.id, user_id=carol.pk)
