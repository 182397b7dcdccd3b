"""The cast: Alice administers contract A, Carol coordinates it, Bob uses it; Mallory administers contract B.

Olga operates the site. Every test that needs people or contracts takes them from here.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User

from ledger.amounts import parse_milli
from ledger.contracts import add_member, individual_pool, open_contract, shared_pool
from ledger.grants import grant
from ledger.jobs import Idempotency
from ledger.models import Contract, LotSource, Membership, Pool, Role
from ledger.rate_card import load_rate_card
from portal.operators import make_operator

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_numbers = count(1)


def make_user(name: str, **fields: bool) -> User:
    """A person who can sign in with the password `secret-<name>`."""
    email = f"{name}@example.com"
    user = User.objects.create_user(
        username=name, email=email, password=f"secret-{name}", first_name=name.capitalize(), **fields
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def fresh_key(caller: str = "user:1", key: str | None = None) -> Idempotency:
    """A key that no other call of the test uses."""
    key = key or f"key-{next(_numbers)}"
    return Idempotency(caller=caller, key=key, fingerprint="f" * 64)


@pytest.fixture
def alice(db: None) -> User:
    return make_user("alice")


@pytest.fixture
def carol(db: None) -> User:
    return make_user("carol")


@pytest.fixture
def bob(db: None) -> User:
    return make_user("bob")


@pytest.fixture
def mallory(db: None) -> User:
    return make_user("mallory")


@pytest.fixture
def stranger(db: None) -> User:
    return make_user("stranger")


@pytest.fixture
def olga(db: None) -> User:
    user = make_user("olga")
    make_operator(user)
    return user


@pytest.fixture
def rate_card(db: None) -> None:
    load_rate_card()


@pytest.fixture
def contract_a(rate_card: None, alice: User, carol: User, bob: User) -> Contract:
    """Alice's contract; Bob is enabled but not ticked for the shared tokens."""
    contract = open_contract(number="A-100", name="Atelier Alpha", starts_at=EPOCH, administrator=alice)
    add_member(contract=contract, user=carol, role=Role.COORDINATOR)
    add_member(contract=contract, user=bob)
    return contract


@pytest.fixture
def contract_b(rate_card: None, mallory: User) -> Contract:
    return open_contract(number="B-200", name="Bureau Beta", starts_at=EPOCH, administrator=mallory)


@pytest.fixture
def member() -> Callable[[Contract, User], Membership]:
    """Look a membership up by contract and user."""
    return lambda contract, user: Membership.objects.select_related("contract", "user").get(
        contract=contract, user=user
    )


@pytest.fixture
def bobs_pool(contract_a: Contract, bob: User) -> Pool:
    return individual_pool(contract_id=contract_a.id, user_id=bob.pk)


@pytest.fixture
def shared_a(contract_a: Contract) -> Pool:
    return shared_pool(contract_a.id)


@pytest.fixture
def fund() -> Callable[..., None]:
    """Put tokens into a pool: `fund(pool, "100", expires_at=..., at=...)`."""

    def put(pool: Pool | UUID, tokens: str, **options: datetime) -> None:
        pool_id = pool.id if isinstance(pool, Pool) else pool
        grant(
            idempotency=fresh_key("system"),
            pool_id=pool_id,
            amount_mt=parse_milli(tokens),
            source=LotSource.GIFT,
            **options,
        )

    return put
