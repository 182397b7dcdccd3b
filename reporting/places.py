"""Where in a contract's journal its days begin and its pools' events stand: pointers, folded with the sums of usage.

Business time never goes back, so a day is one stretch of the journal. Called by reporting.rollups to add to them, and
by who reads a part of the journal: a stretch of it costs what it is long, however long the journal is.
"""

from collections.abc import Sequence
from datetime import UTC
from uuid import UUID

from django.db.models import Case, F, IntegerField, Min, Q, Sum, Value, When
from django.db.models.functions import Coalesce, TruncDate

from ledger.models import EVENT_KINDS, Account, Entry, Kind, Transaction
from reporting.models import DayStart, PoolEvent
from reporting.periods import Period


def add_places(contract_id: UUID, *, after: int, upto: int) -> None:
    """Add the pointers for the contract's entries after number `after`, up to `upto`, both ends of transactions."""
    stretch = Q(contract_id=contract_id, first_seq__gt=after, first_seq__lte=upto)
    days = Transaction.objects.filter(stretch).order_by().values(day=TruncDate("at", tzinfo=UTC))
    starts = [
        DayStart(contract_id=contract_id, day=row["day"], first_seq=row["first"])
        for row in days.annotate(first=Min("first_seq"))
    ]
    DayStart.objects.bulk_create(starts, ignore_conflicts=True)
    PoolEvent.objects.bulk_create(PoolEvent(**row) for row in pool_events(contract_id, after=after, upto=upto))


def pool_events(contract_id: UUID, *, after: int, upto: int | None = None) -> list[dict[str, object]]:
    """Return the pointers to events after number `after`, read from the journal with one statement."""
    changed = Q(account=Account.AVAILABLE) & ~Q(transaction__kind=Kind.REFUND)
    refunded = Q(account=Account.USED, transaction__kind=Kind.REFUND)
    events = Entry.objects.filter(
        changed | refunded,
        in_its_transaction(),
        contract_id=contract_id,
        seq__gt=after,
        transaction__contract_id=contract_id,
        transaction__first_seq__gt=after,
        transaction__kind__in=EVENT_KINDS,
    )
    if upto is not None:
        events = events.filter(seq__lte=upto, transaction__first_seq__lte=upto)
    whose = Case(
        When(transaction__kind=Kind.REFUND, then="transaction__job__user_id"),
        default=Value(0),
        output_field=IntegerField(),
    )
    named = events.order_by().values(
        "contract_id",
        "pool_id",
        "at",
        first_seq=F("transaction__first_seq"),
        kind=F("transaction__kind"),
        user_id=Coalesce(whose, 0),
    )
    summed = named.annotate(sum_mt=Sum("amount_mt")).exclude(sum_mt=0)
    return [{name: value for name, value in row.items() if name != "sum_mt"} for row in summed]


def in_its_transaction() -> Q:
    """Return what is true of every entry and its transaction, said so that the database joins them by their numbers.

    A prepared statement's plan knows no numbers yet: without this it compared each entry with each transaction.
    """
    return Q(
        contract_id=F("transaction__contract_id"),
        seq__gte=F("transaction__first_seq"),
        seq__lte=F("transaction__last_seq"),
    )


def stretches(contract_id: UUID, periods: Sequence[Period], *, folded_seq: int) -> list[Q]:
    """Return for each period a condition on `seq` that all of its entries meet, with one statement for all.

    It leaves out the days before and after, as far as they were folded; `folded_seq` is a mark read before.
    """
    ends: dict[str, Min] = {}
    for number, period in enumerate(periods):
        if period.from_at:
            ends[f"first_{number}"] = Min("first_seq", filter=Q(day__gte=period.from_at.date()))
        if period.to_at:
            ends[f"end_{number}"] = Min("first_seq", filter=Q(day__gt=period.to_at.date()))
    found = DayStart.objects.filter(contract_id=contract_id).aggregate(**ends) if ends else {}
    return [
        _stretch(period, found.get(f"first_{number}") or folded_seq + 1, found.get(f"end_{number}"))
        for number, period in enumerate(periods)
    ]


def _stretch(period: Period, first: int, end: int | None) -> Q:
    """Return the condition on entries alone: their transactions are found by key (see `entries_above`)."""
    stretch = Q()
    if period.from_at:
        stretch &= Q(seq__gte=first)
    if end is not None:
        stretch &= Q(seq__lt=end)
    return stretch
