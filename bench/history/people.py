"""Who is in the history: contracts, their members, the services they use. Made by the ledger's own verbs."""

from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from ledger.contracts import individual_pool, open_contract, shared_pool
from ledger.models import Contract, Membership, Role
from ledger.pricing import price_of, rates_at

LARGE_CONTRACT: Final = "HISTORY-0"
"""The contract that one job in ten belongs to; what it looks like to its administrator is measured."""
_LARGE_MEMBERS: Final = 20
_MEMBERS: Final = 5
_CONTRACTS_AT_MOST: Final = 100
_ENTRIES_PER_CONTRACT: Final = 2000


@dataclass(frozen=True, slots=True)
class Place:
    """A member of a contract, and the pools that their jobs may be paid from."""

    contract_number: int
    member_number: int
    contract_id: UUID
    user_id: int
    email: str
    own_pool_id: UUID | None
    shared_pool_id: UUID


def contracts_for(entries: int) -> int:
    """Return how many contracts share a history of so many entries."""
    return min(_CONTRACTS_AT_MOST, max(3, entries // _ENTRIES_PER_CONTRACT))


def make_people(contracts: int, *, starts_at: datetime) -> list[Place]:
    """Open the contracts with their members; the large one's members also have tokens of their own."""
    return [place for number in range(contracts) for place in _contract(number, starts_at)]


def _contract(number: int, starts_at: datetime) -> list[Place]:
    contract = open_contract(number=f"HISTORY-{number}", name=f"Contract {number}", starts_at=starts_at)
    size = _MEMBERS if number else _LARGE_MEMBERS
    names = [f"member-{number}-{member}" for member in range(size)]
    users = User.objects.bulk_create(
        [User(username=name, email=f"{name}@example.com", first_name=name) for name in names]
    )
    now = timezone.now()
    Membership.objects.bulk_create(
        Membership(
            contract=contract,
            user=user,
            role=Role.END_USER if member else Role.ADMINISTRATOR,
            uses_shared=True,
            enabled_at=now,
        )
        for member, user in enumerate(users)
    )
    return _places(number, contract, users)


def _places(number: int, contract: Contract, users: list[User]) -> list[Place]:
    shared_id = shared_pool(contract.id).id
    large = number == 0
    return [
        Place(
            contract_number=number,
            member_number=member,
            contract_id=contract.id,
            user_id=user.pk,
            email=user.email,
            own_pool_id=individual_pool(contract_id=contract.id, user_id=user.pk).id if large else None,
            shared_pool_id=shared_id,
        )
        for member, user in enumerate(users)
    ]


def store_places(places: list[Place]) -> None:
    """Put the places where the set-based statements find them."""
    rows = [astuple(place) for place in places]
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO bench_place VALUES (%s, %s, %s, %s, %s, %s, %s)", rows)


def store_services(at: datetime) -> None:
    """Put the services that cost something, with the price of one, where the set-based statements find them."""
    rates = [rate for rate in rates_at(at) if rate.amount_mt]
    rows = [
        (
            number,
            rate.service_id,
            rate.id,
            rate.service.code,
            price_of(1000, rate.amount_mt, rate.step_m, rate.minimum_mt),
        )
        for number, rate in enumerate(rates)
    ]
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO bench_service VALUES (%s, %s, %s, %s, %s)", rows)
