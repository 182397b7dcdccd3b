"""How used tokens are counted, in the rollup and in what is not in it yet, and the one statement over both.

Called by reporting.rollups and reporting.usage. Amounts are milli-tokens, dates are UTC.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import (
    Case,
    DateField,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, TruncDate, TruncMonth, TruncWeek

from ledger.models import Account, Entry, Kind, Service
from reporting.levels import level, smallest
from reporting.models import FoldMark, UsageSum
from reporting.periods import Days, Period
from reporting.places import in_its_transaction, stretches

_JOB: Final = "transaction__job__"
_DAY: Final = TruncDate("at", tzinfo=UTC)
LIVE_KEYS: Final[dict[str, Combinable]] = {
    "service": F(f"{_JOB}service_id"),
    "user": F(f"{_JOB}user_id"),
    "project": F(f"{_JOB}project"),
    "pool": F("pool_id"),
    "day": _DAY,
    "week": TruncWeek("at", output_field=DateField(), tzinfo=UTC),
    "month": TruncMonth("at", output_field=DateField(), tzinfo=UTC),
}
ROLLUP_KEYS: Final[dict[str, Combinable]] = {
    "service": F("service_id"),
    "user": F("user_id"),
    "project": F("project"),
    "pool": F("pool_id"),
    "day": F("starts_on"),
    "week": TruncWeek("starts_on"),
    "month": TruncMonth("starts_on"),
}
# A capture's first entry stands for the job, so that it counts once however many lots and pools pay,
# and also where it pays nothing.
_IS_CHARGE: Final = Q(transaction__kind=Kind.CAPTURE, seq=F("transaction__first_seq"))
_IS_USED: Final = Q(account=Account.USED)
LIVE_FIGURES: Final[dict[str, Sum]] = {
    "n_jobs": Sum(Case(When(_IS_CHARGE, then=1), default=0, output_field=IntegerField())),
    "n_charged": Sum(Case(When(_IS_USED & Q(amount_mt__gt=0), then=F("amount_mt")), default=0)),
    "n_refunded": Sum(Case(When(_IS_USED & Q(amount_mt__lt=0), then=-F("amount_mt")), default=0)),
}
ROLLUP_FIGURES: Final[dict[str, Sum]] = {
    "n_jobs": Sum("jobs"),
    "n_charged": Sum("charged_mt"),
    "n_refunded": Sum("refunded_mt"),
}


@dataclass(frozen=True, slots=True)
class UsageScope:
    """Whose usage may be counted, already authorised; None means all of the contracts given."""

    contract_ids: tuple[UUID, ...]
    user_id: int | None = None
    service: str | None = None
    pool_id: UUID | None = None
    project: str | None = None
    floors: tuple[tuple[UUID, int], ...] | None = None
    """The marks as read a moment ago, to ask several questions without reading them again. See read_floors."""

    def filters(self) -> set[str]:
        """Return what is filtered by: service, user, project, pool."""
        values = {"service": self.service, "user": self.user_id, "project": self.project, "pool": self.pool_id}
        return {name for name, value in values.items() if value is not None}

    def _service_id(self) -> Combinable | None:
        # Looked up first and not joined, so that the database knows where in an index to look.
        return Subquery(Service.objects.filter(code=self.service).values("id")[:1]) if self.service else None

    def conditions(self, *, job: str) -> Q:
        """Return the filters as a condition; `job` is the path to what entries find on their job."""
        wanted = {
            f"{job}user_id": self.user_id,
            f"{job}service_id": self._service_id(),
            "pool_id": self.pool_id,
            f"{job}project": self.project,
        }
        given = {path: value for path, value in wanted.items() if value is not None}
        return Q(contract_id__in=self.contract_ids, **given)


@dataclass(slots=True)
class Figures:
    """What was used: number of charges, and milli-tokens charged and refunded."""

    jobs: int = 0
    charged_mt: int = 0
    refunded_mt: int = 0

    @property
    def net_mt(self) -> int:
        return self.charged_mt - self.refunded_mt

    def add(self, jobs: int, charged_mt: int, refunded_mt: int) -> None:
        self.jobs += jobs
        self.charged_mt += charged_mt
        self.refunded_mt += refunded_mt


FiguresByKey = dict[tuple[Any, ...], Figures]


def used_entries() -> QuerySet[Entry]:
    """Return the entries that usage is counted from."""
    used = Entry.objects.filter(_IS_USED | _IS_CHARGE, transaction__kind__in=(Kind.CAPTURE, Kind.REFUND))
    return used.filter(in_its_transaction()).order_by()


def net_of_transaction(pool_id: UUID | None) -> Subquery:
    """Return what a transaction adds to net usage, in one pool or in all, for a query over transactions; NULL: nothing.

    A charge adds, a refund takes away.
    """
    counted = used_entries().filter(
        contract_id=OuterRef("contract_id"), seq__gte=OuterRef("first_seq"), seq__lte=OuterRef("last_seq")
    )
    if pool_id is not None:
        counted = counted.filter(pool_id=pool_id)
    used_mt = Case(When(_IS_USED, then=F("amount_mt")), default=Value(0))
    return Subquery(counted.values("contract_id").annotate(sum_mt=Sum(used_mt)).values("sum_mt"))


def entries_above(contract_id: UUID, seq: int) -> Q:
    """Return the condition for a contract's entries after `seq`, the last one of a transaction.

    Nothing is said of their transactions' numbers: each is found by its key. After a burst of charges, before the
    statistics know of it, the database would else read the whole stretch of transactions for each entry.
    """
    return Q(contract_id=contract_id, seq__gt=seq, transaction__contract_id=contract_id)


def read_figures(*, scope: UsageScope, group_by: Sequence[str], periods: Sequence[Period]) -> list[FiguresByKey]:
    """Return for each period the figures by key, all from one statement and so from one snapshot.

    Whole months and days come from the rollup as far as it is folded; what lies behind its mark, and parts of days,
    are counted live.
    """
    found: list[FiguresByKey] = [{} for _ in periods]
    floors = dict(read_floors(scope.contract_ids) if scope.floors is None else scope.floors)
    near = _near(scope, periods, floors)
    branches = [
        branch
        for index, period in enumerate(periods)
        for branch in _branches(scope, group_by, index, period, floors=floors, near=near)
    ]
    if not branches or not scope.contract_ids:
        return found
    rows = branches[0].union(*branches[1:], all=True) if len(branches) > 1 else branches[0]
    for index, *key, jobs, charged_mt, refunded_mt in rows:
        if charged_mt is not None:
            found[index].setdefault(tuple(key), Figures()).add(jobs, charged_mt, refunded_mt)
    return found


def read_floors(contract_ids: Sequence[UUID]) -> tuple[tuple[UUID, int], ...]:
    """Return how far each contract is folded at least; the mark itself may have gone up meanwhile, never down."""
    return tuple(FoldMark.objects.filter(contract_id__in=contract_ids).values_list("contract_id", "folded_seq"))


def _branches(
    scope: UsageScope,
    group_by: Sequence[str],
    index: int,
    period: Period,
    *,
    floors: dict[UUID, int],
    near: dict[Period, Q],
) -> Iterator[QuerySet[Any, Any]]:
    """Yield the parts of the union for one period."""
    days, rests = period.split()
    live = used_entries().filter(scope.conditions(job=_JOB))
    if days is not None:
        for summed in _summed(scope, group_by, days):
            rolled = UsageSum.objects.filter(scope.conditions(job=""), summed)
            yield _grouped(rolled, index, group_by, ROLLUP_KEYS, ROLLUP_FIGURES)
        tail = live.filter(_behind_the_mark(scope, floors), _within("at", *days.instants()))
        yield _grouped(tail, index, group_by, LIVE_KEYS, LIVE_FIGURES)
    for rest in rests:
        part = live.filter(_within("at", rest.from_at, rest.to_at), near[rest])
        yield _grouped(part, index, group_by, LIVE_KEYS, LIVE_FIGURES)


def _near(scope: UsageScope, periods: Sequence[Period], floors: dict[UUID, int]) -> dict[Period, Q]:
    """Return for each part of a day in these periods where in the journal it is; nothing for several contracts."""
    rests = [rest for period in periods for rest in period.split()[1]]
    if len(scope.contract_ids) != 1 or not rests:
        return dict.fromkeys(rests, Q())
    (contract_id,) = scope.contract_ids
    found = stretches(contract_id, rests, folded_seq=floors.get(contract_id, 0))
    return dict(zip(rests, found, strict=True))


def _summed(scope: UsageScope, group_by: Sequence[str], days: Days) -> Iterator[Q]:
    """Yield conditions for the fewest sums that add up to these days: those of months, and of days around them.

    Each is one stretch of an index; all in one condition would not be.
    """
    by = smallest([*group_by, *scope.filters()])
    months, rests = (None, [days]) if {"day", "week"} & set(group_by) else days.split()
    if months:
        yield Q(level=level("month", by)) & _within("starts_on", months.first, months.end)
    for rest in rests:
        yield Q(level=level("day", by)) & _within("starts_on", rest.first, rest.end)


def _behind_the_mark(scope: UsageScope, floors: dict[UUID, int]) -> Q:
    """Return the condition for entries that the rollup lacks, exact within the statement that uses it.

    The floors, read before, add nothing to the mark but let the database see how few rows there are.
    """
    mark = FoldMark.objects.filter(contract_id=OuterRef("contract_id")).values("folded_seq")
    near = Q()
    for contract_id in scope.contract_ids:
        near |= entries_above(contract_id, floors.get(contract_id, 0))
    return near & Q(seq__gt=Coalesce(Subquery(mark), 0))


def _within(field: str, start: date | datetime | None, end: date | datetime | None) -> Q:
    within = Q()
    if start is not None:
        within &= Q(**{f"{field}__gte": start})
    if end is not None:
        within &= Q(**{f"{field}__lt": end})
    return within


def _grouped(
    rows: QuerySet[Any],
    index: int,
    group_by: Sequence[str],
    keys: dict[str, Combinable],
    figures: dict[str, Sum],
) -> QuerySet[Any, Any]:
    named = {f"k_{name}": keys[name] for name in group_by}
    keyed = rows.order_by().annotate(n_period=Value(index, IntegerField()), **named).values("n_period", *named)
    found: QuerySet[Any, Any] = keyed.annotate(**figures).values_list("n_period", *named, *figures)
    return found
