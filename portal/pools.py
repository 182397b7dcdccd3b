"""The pools a member may see, with their balances as one snapshot. For pages; reads only."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q

from ledger.balances import Balance, balances
from ledger.models import Membership, Pool, PoolKind
from ledger.rights import Right, rights_of

LABELS: Final[dict[str, str]] = {PoolKind.INDIVIDUAL: "Individual Tokens", PoolKind.SHARED: "Shared Tokens"}


@dataclass(frozen=True, slots=True)
class PoolLine:
    """One pool as pages show it."""

    id: UUID
    kind: str
    label: str
    balance: Balance


def visible_pools(membership: Membership) -> list[Pool]:
    """Return the member's own pool and, where they may see it, the contract's shared one."""
    seen = Q(user_id=membership.user_id)
    if Right.SHARED_BALANCE in rights_of(membership):
        seen |= Q(kind=PoolKind.SHARED)
    return list(Pool.objects.filter(seen, contract_id=membership.contract_id).order_by("kind"))


def pool_lines(membership: Membership) -> list[PoolLine]:
    """Return the visible pools with their balances, individual first."""
    return lines_of(visible_pools(membership))


def lines_of(pools: list[Pool]) -> list[PoolLine]:
    """Return the pools with their balances, all from one snapshot."""
    found = balances(pool_ids=[pool.id for pool in pools])
    return [PoolLine(pool.id, pool.kind, LABELS[pool.kind], found[pool.id]) for pool in pools]
