"""Opens contracts with their book and pools, and puts members on them."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db.transaction import atomic
from django.utils import timezone

from ledger.models import Book, Contract, Membership, Pool, PoolKind, Role


@atomic
def open_contract(
    *,
    number: str,
    name: str,
    starts_at: datetime,
    ends_at: datetime | None = None,
    administrator: User | None = None,
    **options: bool | int | str | None,
) -> Contract:
    """Open a contract with its book and its shared pool; `options` are further fields of Contract."""
    contract = Contract.objects.create(number=number, name=name, starts_at=starts_at, ends_at=ends_at, **options)
    Book.objects.create(contract=contract)
    Pool.objects.create(contract=contract, kind=PoolKind.SHARED)
    if administrator:
        add_member(contract=contract, user=administrator, role=Role.ADMINISTRATOR)
    return contract


@atomic
def add_member(
    *, contract: Contract, user: User, role: Role = Role.END_USER, enabled: bool = True, uses_shared: bool = False
) -> Membership:
    """Put a user on the contract, with an individual pool; `enabled` users may start jobs at once."""
    membership = Membership.objects.create(
        contract=contract,
        user=user,
        role=role,
        uses_shared=uses_shared,
        enabled_at=timezone.now() if enabled else None,
    )
    individual_pool(contract_id=contract.id, user_id=user.pk)
    return membership


def individual_pool(*, contract_id: UUID, user_id: int) -> Pool:
    """Return the user's pool on the contract; it is opened on first use."""
    pool, _ = Pool.objects.get_or_create(contract_id=contract_id, user_id=user_id, kind=PoolKind.INDIVIDUAL)
    return pool


def shared_pool(contract_id: UUID) -> Pool:
    """Return the contract's shared pool."""
    return Pool.objects.get(contract_id=contract_id, kind=PoolKind.SHARED)
