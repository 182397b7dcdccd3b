"""The pools a member may see, with their balances as one snapshot. For pages; reads only."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.balances import Balance, with_balances
from ledger.models import Membership, Pool, PoolKind
from ledger.rights import Right, rights_of

LABELS: Final[dict[str, Promise]] = {
    PoolKind.INDIVIDUAL: _("Individual Tokens"),
    PoolKind.SHARED: _("Shared Tokens"),
}


@dataclass(frozen=True, slots=True)
class PoolLine:
    """One pool as pages show it."""

    id: UUID
    kind: str
    label: Promise
    balance: Balance


def pool_lines(membership: Membership) -> list[PoolLine]:
    """Return the member's own pool and, where they may see it, the contract's shared one, individual first."""
    return _lines(_visible(membership))


def lines_of(pools: list[Pool]) -> list[PoolLine]:
    """Return the pools with their balances, individual first, all from one snapshot."""
    return _lines(Pool.objects.filter(id__in=[pool.pk for pool in pools]).order_by("kind"))


def _lines(pools: QuerySet[Pool]) -> list[PoolLine]:
    return [PoolLine(pool.pk, pool.kind, LABELS[pool.kind], held) for pool, held in with_balances(pools)]


def _visible(membership: Membership) -> QuerySet[Pool]:
    seen = Q(user_id=membership.user_id)
    if Right.SHARED_BALANCE in rights_of(membership):
        seen |= Q(kind=PoolKind.SHARED)
    return Pool.objects.filter(seen, contract_id=membership.contract_id).order_by("kind")
