"""Token events: what changed a pool other than jobs being paid. Reads the journal, newest first, page by page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import BigIntegerField, Case, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, NullIf

from ledger.models import Account, Entry, Kind, Pool, Transaction
from reporting.access import Viewer
from reporting.periods import Period

EVENT_KINDS: Final = (
    Kind.GRANT,
    Kind.PURCHASE,
    Kind.ALLOCATE,
    Kind.TAKE_BACK,
    Kind.REFUND,
    Kind.EXPIRE,
    Kind.ADJUST,
)
PAGE: Final = 25
ALWAYS: Final = Period()


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a pool; `amount_mt` is what it added (or, negative, took). `with_whom` is an allocation's user."""

    seq: int
    kind: str
    amount_mt: int
    at: datetime
    reason: str
    job_id: UUID | None
    with_whom: str

    @property
    def label(self) -> str:
        return str(Kind(self.kind).label)


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events, newest first; `older` is where the next page begins, if there is one."""

    events: tuple[Event, ...]
    older: int | None


def read_events(
    pool: Pool,
    viewer: Viewer,
    *,
    before: int | None = None,
    kinds: Collection[str] = EVENT_KINDS,
    period: Period = ALWAYS,
) -> EventPage:
    """Return the pool's events of some kinds in a period before entry number `before`, with one statement.

    Of the shared pool an end user sees no one else's refunds, nor to whom tokens were allocated.
    """
    events = _events(pool, kinds)
    limits = {"at__gte": period.from_at, "at__lt": period.to_at}
    events = events.filter(**{name: at for name, at in limits.items() if at is not None})
    if before is not None:
        events = events.filter(first_seq__lt=before)
    if not viewer.sees_everyone:
        events = events.filter(~Q(kind=Kind.REFUND) | Q(job__user_id=viewer.user_id))
    found = [_event(row, names_others=viewer.sees_everyone) for row in events[: PAGE + 1]]
    return EventPage(tuple(found[:PAGE]), found[PAGE - 1].seq if len(found) > PAGE else None)


def _events(pool: Pool, kinds: Collection[str]) -> QuerySet[Transaction, Any]:
    of_transaction = Entry.objects.filter(
        contract_id=OuterRef("contract_id"), seq__gte=OuterRef("first_seq"), seq__lte=OuterRef("last_seq")
    ).order_by()
    here = of_transaction.filter(pool_id=pool.pk)
    elsewhere = of_transaction.exclude(pool_id=pool.pk).annotate(
        name=Coalesce(NullIf("pool__user__email", Value("")), "pool__user__username")
    )
    added_mt = Case(
        When(kind=Kind.REFUND, then=-_sum(here.filter(account=Account.USED))),
        default=_sum(here.filter(account=Account.AVAILABLE)),
        output_field=BigIntegerField(),
    )
    return (
        Transaction.objects.filter(contract_id=pool.contract_id, kind__in=kinds)
        .annotate(added_mt=added_mt, with_whom=Subquery(elsewhere.values("name")[:1]))
        .exclude(Q(added_mt=0) | Q(added_mt__isnull=True))
        .order_by("-first_seq")
        .values("first_seq", "kind", "added_mt", "reason", "job_id", "with_whom", happened_at=Coalesce("due_at", "at"))
    )


def _sum(entries: QuerySet[Entry]) -> Subquery:
    return Subquery(entries.values("contract_id").annotate(sum_mt=Sum("amount_mt")).values("sum_mt"))


def _event(row: dict[str, Any], *, names_others: bool) -> Event:
    return Event(
        seq=row["first_seq"],
        kind=row["kind"],
        amount_mt=row["added_mt"],
        at=row["happened_at"],
        reason=row["reason"],
        job_id=row["job_id"],
        with_whom=(row["with_whom"] or "") if names_others else "",
    )
