"""Reads balances: what is shown is what is enforced, now or at any past instant, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, Now

from ledger.errors import NotFound
from ledger.models import Account, Entry, Lot, Pool


@dataclass(frozen=True, slots=True)
class Balance:
    """A pool's tokens (milli-tokens) as of an instant. Available + held + used + expired = total, always."""

    pool_id: UUID
    available_mt: int
    held_mt: int
    used_mt: int
    expired_mt: int
    as_of: datetime

    @property
    def total_mt(self) -> int:
        return self.available_mt + self.held_mt + self.used_mt + self.expired_mt


def balance(pool_id: UUID, as_of: datetime | None = None) -> Balance:
    """Return one pool's balance.

    Raises:
        NotFound: there is no such pool.
    """
    found = balances(pool_ids=[pool_id], as_of=as_of)
    if pool_id not in found:
        raise NotFound("There is no such pool.", field="pool")
    return found[pool_id]


def balances(*, pool_ids: Sequence[UUID], as_of: datetime | None = None) -> dict[UUID, Balance]:
    """Return the balances of pools, now or at a past instant, all from one snapshot.

    A lot that is past its expiry counts as expired from that very instant on, whether or not its expiry was posted.
    """
    pools = Pool.objects.filter(id__in=pool_ids).order_by()
    rows = _at(pools, as_of) if as_of else _now(pools)
    return {
        pool_id: Balance(pool_id, available_mt - due_mt, held_mt, used_mt, expired_mt + due_mt, instant)
        for pool_id, available_mt, held_mt, used_mt, expired_mt, due_mt, instant in rows
    }


def with_balances(pools: QuerySet[Pool]) -> list[tuple[Pool, Balance]]:
    """Return these pools, each with its balance now, in their order and with the one statement that finds them."""
    found: list[Any] = list(_with_due(pools))
    return [
        (
            pool,
            Balance(
                pool.pk,
                pool.available_mt - pool.due_mt,
                pool.held_mt,
                pool.used_mt,
                pool.expired_mt + pool.due_mt,
                pool.instant,
            ),
        )
        for pool in found
    ]


def _now(pools: QuerySet[Pool]) -> QuerySet[Pool, tuple[Any, ...]]:
    return _with_due(pools).values_list("id", "available_mt", "held_mt", "used_mt", "expired_mt", "due_mt", "instant")


def _with_due(pools: QuerySet[Pool]) -> QuerySet[Any, Any]:
    due = _due_lots(_business_time(OuterRef("contract__book__last_at")))
    return pools.annotate(due_mt=due, instant=_business_time(F("contract__book__last_at")))


def _business_time(last_at: F) -> Combinable:
    """Return the present, or the books' last entry where the clock is behind it: there time never goes back."""
    return Greatest(Now(), Coalesce(last_at, Now()))


def _at(pools: QuerySet[Pool], as_of: datetime) -> QuerySet[Pool, tuple[Any, ...]]:
    return pools.annotate(
        available_at=balance_at(Account.AVAILABLE, as_of),
        held_at=balance_at(Account.HELD, as_of),
        used_at=balance_at(Account.USED, as_of),
        expired_at=balance_at(Account.EXPIRED, as_of),
        due_mt=due_at(as_of),
        instant=Value(as_of, output_field=DateTimeField()),
    ).values_list("id", "available_at", "held_at", "used_at", "expired_at", "due_mt", "instant")


def balance_at(account: Account, as_of: datetime) -> Combinable:
    """Return what the last entry up to an instant says a pool's account holds, for a query over pools."""
    entries = Entry.objects.filter(pool_id=OuterRef("id"), account=account, at__lte=as_of).order_by("-at", "-seq")
    return Coalesce(Subquery(entries.values("balance_after_mt")[:1]), 0, output_field=BigIntegerField())


def due_at(as_of: datetime) -> Combinable:
    """Return what of a pool had expired by an instant without being posted by then, for a query over pools.

    The entries still call it available; whoever shows a balance takes it from there and calls it expired.
    """
    posted_late = Entry.objects.filter(
        pool_id=OuterRef("id"), account=Account.EXPIRED, at__gt=as_of, transaction__due_at__lte=as_of
    )
    instant = Value(as_of, output_field=DateTimeField())
    return _due_lots(instant, granted_by=as_of) + total_mt(posted_late, "amount_mt")


def _due_lots(instant: Combinable, *, granted_by: datetime | None = None) -> Combinable:
    """Return what remains in lots whose expiry has passed but is not posted yet."""
    lots = Lot.objects.filter(pool_id=OuterRef("id"), exhausted=False, usable_until__lte=instant)
    return total_mt(lots.filter(granted_at__lte=granted_by) if granted_by else lots, "remaining_mt")


def total_mt(rows: QuerySet[Any], amount: str) -> Combinable:
    """Return the sum of a column of a pool's rows, 0 without any, for a query over pools."""
    sums = rows.order_by().values("pool_id").annotate(sum_mt=Sum(amount)).values("sum_mt")
    return Coalesce(Subquery(sums), 0, output_field=BigIntegerField())


def live_lots(*, pool_id: UUID, at: datetime | None = None) -> QuerySet[Lot]:
    """Return the pool's lots with tokens left to spend, in the order in which they will be spent."""
    now = at or _business_time(F("contract__book__last_at"))
    return Lot.objects.filter(unexpired(now), pool_id=pool_id, exhausted=False)


def unexpired(at: datetime | Combinable) -> Q:
    """Return the condition of lots that have not expired at an instant, spent ones included."""
    return Q(usable_until__isnull=True) | Q(usable_until__gt=at)


def has_shared_tokens(contract_id: UUID) -> bool:
    """Return whether the contract's shared pool was ever given a token."""
    return Pool.objects.filter(
        Exists(Lot.objects.filter(pool_id=OuterRef("id"))), contract_id=contract_id, user__isnull=True
    ).exists()
