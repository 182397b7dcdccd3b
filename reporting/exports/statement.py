"""The statement of a pool or a contract for a month: what there was, what came and went, and what is left.

Opening + granted + bought + allocated + adjusted - used + refunded - expired = closing, to the milli-token.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from ledger.balances import balances
from ledger.models import SPENDING_ORDER, Account, Contract, Entry, Kind, Lot, Pool
from reporting.dates import next_month
from reporting.usage import UsageReport, UsageScope, usage

VERSION: Final = 1
SPENDABLE: Final = (Account.AVAILABLE, Account.HELD)
_TICK: Final = timedelta(microseconds=1)
_KINDS: Final = {
    Kind.GRANT: "granted_mt",
    Kind.PURCHASE: "bought_mt",
    Kind.ALLOCATE: "allocated_mt",
    Kind.TAKE_BACK: "allocated_mt",
    Kind.CAPTURE: "used_mt",
    Kind.REFUND: "refunded_mt",
    Kind.ADJUST: "adjusted_mt",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The figures of a statement, in milli-tokens. `to_at` is exclusive; tokens held for jobs count as owned."""

    contract: Contract
    pool: Pool | None
    from_at: datetime
    to_at: datetime
    opening_mt: int
    closing_mt: int
    held_mt: int
    expired_mt: int
    granted_mt: int = 0
    bought_mt: int = 0
    allocated_mt: int = 0
    used_mt: int = 0
    refunded_mt: int = 0
    adjusted_mt: int = 0

    def terms(self) -> list[tuple[str, int]]:
        """Return the lines between opening and closing, each with the sign it adds with."""
        return [
            (_("Granted"), self.granted_mt),
            (_("Bought"), self.bought_mt),
            (_("Allocated"), self.allocated_mt),
            (_("Adjusted"), self.adjusted_mt),
            (_("Used"), -self.used_mt),
            (_("Refunded"), self.refunded_mt),
            (_("Expired"), -self.expired_mt),
        ]

    @property
    def is_sound(self) -> bool:
        """Whether the lines lead from the opening to the closing balance."""
        return self.opening_mt + sum(amount_mt for _, amount_mt in self.terms()) == self.closing_mt

    def usage(self) -> UsageReport:
        """Return the month's usage by service."""
        scope = UsageScope((self.contract.id,), pool_id=self.pool.id if self.pool else None)
        return usage(scope=scope, group_by=("service",), from_at=self.from_at, to_at=self.to_at)

    def lots(self) -> list[tuple[Lot, int]]:
        """Return the lots with tokens left at the end, with how much, in the order of their expiry."""
        left = _entries(self.contract.id, self.pool).filter(at__lt=self.to_at, account__in=SPENDABLE)
        sums = left.values_list("lot_id").annotate(left_mt=Sum("amount_mt")).filter(left_mt__gt=0)
        left_mt = dict(sums.values_list("lot_id", "left_mt"))
        live = Q(usable_until__isnull=True) | Q(usable_until__gte=self.to_at)
        lots = Lot.objects.filter(live, contract_id=self.contract.id).select_related("pool__user")
        return [(lot, left_mt[lot.id]) for lot in lots.order_by(*SPENDING_ORDER) if lot.id in left_mt]


def month_of(first: date) -> tuple[datetime, datetime]:
    """Return beginning and (exclusive) end of the month (UTC) that a day is in."""
    from_at = datetime(first.year, first.month, 1, tzinfo=UTC)
    return from_at, next_month(from_at)


def read_statement(
    *, contract: Contract, pool: Pool | None, from_at: datetime, to_at: datetime, now: datetime
) -> Statement:
    """Return the statement of a pool, or without one of all the contract's pools together, up to `now` at most."""
    to_at = max(from_at, min(to_at, now))
    pools = Pool.objects.filter(contract_id=contract.id)
    pool_ids = [pool.id] if pool else list(pools.values_list("id", flat=True))
    before, after = _totals(pool_ids, from_at - _TICK), _totals(pool_ids, to_at - _TICK)
    return Statement(
        contract=contract,
        pool=pool,
        from_at=from_at,
        to_at=to_at,
        opening_mt=before["owned"],
        closing_mt=after["owned"],
        held_mt=after["held"],
        expired_mt=after["expired"] - before["expired"],
        **_changes(contract.id, pool, from_at, to_at),
    )


def _changes(contract_id: UUID, pool: Pool | None, from_at: datetime, to_at: datetime) -> dict[str, int]:
    within = _entries(contract_id, pool).filter(at__gte=from_at, at__lt=to_at, account__in=SPENDABLE)
    sums = (
        within.filter(transaction__kind__in=_KINDS).values_list("transaction__kind").annotate(sum_mt=Sum("amount_mt"))
    )
    changes: dict[str, int] = {}
    for kind, sum_mt in sums:
        name = _KINDS[Kind(kind)]
        changes[name] = changes.get(name, 0) + (-sum_mt if name == "used_mt" else sum_mt)
    return changes


def _totals(pool_ids: list[UUID], at: datetime) -> dict[str, int]:
    found = balances(pool_ids=pool_ids, as_of=at).values()
    return {
        "owned": sum(each.available_mt + each.held_mt for each in found),
        "held": sum(each.held_mt for each in found),
        "expired": sum(each.expired_mt for each in found),
    }


def _entries(contract_id: UUID, pool: Pool | None) -> "QuerySet[Entry]":
    entries = Entry.objects.filter(contract_id=contract_id).order_by()
    return entries.filter(pool_id=pool.id) if pool else entries
