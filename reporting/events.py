"""Token events: what changed a pool other than jobs being paid. Reads the journal, newest first, page by page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from django.db.models import BigIntegerField, Case, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, NullIf

from ledger.models import EVENT_KINDS, Account, Entry, Kind, Pool, Transaction
from reporting.access import Viewer
from reporting.models import FoldMark, PoolEvent
from reporting.periods import ALWAYS, Period
from reporting.replica import seen_at

PAGE: Final = 25


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
    """Some events, newest first, as of an instant; `older` is where the next page begins, if there is one."""

    events: tuple[Event, ...]
    older: int | None
    as_of: datetime


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
    wanted = Q(kind__in=kinds, **period.within())
    if before is not None:
        wanted &= Q(first_seq__lt=before)
    found = _folded(pool, viewer, wanted).union(_tail(pool, viewer, wanted), all=True)
    newest = sorted(found, key=itemgetter("first_seq"), reverse=True)
    events = [_event(row, names_others=viewer.sees_everyone) for row in newest[: PAGE + 1]]
    return EventPage(tuple(events[:PAGE]), events[PAGE - 1].seq if len(events) > PAGE else None, seen_at())


def _folded(pool: Pool, viewer: Viewer, wanted: Q) -> QuerySet[Transaction, Any]:
    """Return the newest of the pool's events, found by their pointers."""
    pointers = PoolEvent.objects.filter(wanted, contract_id=pool.contract_id, pool_id=pool.pk)
    if not viewer.sees_everyone:
        pointers = pointers.filter(~Q(kind=Kind.REFUND) | Q(user_id=viewer.user_id))
    newest = pointers.order_by("-first_seq").values("first_seq")[: PAGE + 1]
    return _events(pool).filter(first_seq__in=newest)


def _tail(pool: Pool, viewer: Viewer, wanted: Q) -> QuerySet[Transaction, Any]:
    """Return the pool's events that are not folded yet."""
    mark = FoldMark.objects.filter(contract_id=pool.contract_id).values("folded_seq")
    tail = _events(pool).filter(wanted, first_seq__gt=Coalesce(Subquery(mark), 0))
    return tail if viewer.sees_everyone else tail.filter(~Q(kind=Kind.REFUND) | Q(job__user_id=viewer.user_id))


def _events(pool: Pool) -> QuerySet[Transaction, Any]:
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
        Transaction.objects.filter(contract_id=pool.contract_id, kind__in=EVENT_KINDS)
        .annotate(added_mt=added_mt, with_whom=Subquery(elsewhere.values("name")[:1]))
        .exclude(Q(added_mt=0) | Q(added_mt__isnull=True))
        .order_by()
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
