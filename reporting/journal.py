"""What stands behind a figure: the charges and refunds it adds up, and the ledger entries behind those."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from ledger.models import Entry, Kind, Transaction
from reporting.figures import UsageScope, net_of_transaction
from reporting.periods import ALWAYS, Period

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, newest first; `older` is where the next page begins, if there is one."""

    rows: tuple[Any, ...]
    older: int | None


def read_charges(*, scope: UsageScope, period: Period, before: int | None = None) -> Page:
    """Return the charges and refunds that usage of this scope and period adds up, with one statement.

    Each is a transaction with its job; `net_mt` is what it adds to the figure, negative for a refund.
    """
    charges = _charges(scope).filter(**period.within())
    if before is not None:
        charges = charges.filter(first_seq__lt=before)
    return _page(list(charges.order_by("-first_seq")[: PAGE + 1]), "first_seq")


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries of a contract: in a period of days, or after one instant and up to another, that one included."""

    contract_id: UUID
    period: Period = ALWAYS
    pool_id: UUID | None = None
    kinds: tuple[str, ...] = ()
    account: str = ""
    after: datetime | None = None
    until: datetime | None = None

    def entries(self) -> QuerySet[Entry]:
        """Return them in no order."""
        wanted: dict[str, Any] = {
            "pool_id": self.pool_id,
            "transaction__kind__in": self.kinds or None,
            "account": self.account or None,
            "at__gt": self.after,
            "at__lte": self.until,
        }
        given = {name: value for name, value in wanted.items() if value is not None}
        return Entry.objects.filter(contract_id=self.contract_id, **self.period.within(), **given).order_by()


def read_entries(wanted: EntryFilter, *, before: int | None = None) -> Page:
    """Return the entries, newest first, with one statement."""
    entries = wanted.entries()
    if before is not None:
        entries = entries.filter(seq__lt=before)
    shown = entries.select_related("transaction", "pool__user").order_by("-seq")
    return _page(list(shown[: PAGE + 1]), "seq")


def sum_of(wanted: EntryFilter) -> int:
    """Return what the entries, of all pages, add up to in milli-tokens, with one statement."""
    return wanted.entries().aggregate(sum_mt=Coalesce(Sum("amount_mt"), 0))["sum_mt"] or 0


def read_entries_of_job(*, contract_id: UUID, job_id: UUID) -> Page:
    """Return all entries of one job, oldest first, with two statements."""
    numbers = Transaction.objects.filter(contract_id=contract_id, job_id=job_id).values_list("first_seq", "last_seq")
    of_job = Q(seq=None)
    for span in numbers:
        of_job |= Q(seq__range=span)
    entries = Entry.objects.filter(of_job, contract_id=contract_id).select_related("transaction", "pool__user")
    return Page(tuple(entries.order_by("seq")), None)


def _charges(scope: UsageScope) -> QuerySet[Transaction]:
    # Asked of every transaction only where a pool is given: all of them have such entries in some pool.
    in_pool = Q() if scope.pool_id is None else Q(net_mt__isnull=False)
    wanted = {
        # The contract of the job too: a user's jobs are indexed by contract.
        "job__contract_id__in": scope.contract_ids if scope.user_id is not None else None,
        "job__user_id": scope.user_id,
        "job__service__code": scope.service,
        "job__project": scope.project,
    }
    return (
        Transaction.objects.filter(
            contract_id__in=scope.contract_ids,
            kind__in=(Kind.CAPTURE, Kind.REFUND),
            **{path: value for path, value in wanted.items() if value is not None},
        )
        .annotate(net_mt=net_of_transaction(scope.pool_id))
        .filter(in_pool)
        .select_related("job__service", "job__user")
    )


def _page(rows: list[Any], number: str) -> Page:
    return Page(tuple(rows[:PAGE]), getattr(rows[PAGE - 1], number) if len(rows) > PAGE else None)
