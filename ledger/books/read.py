"""Reads one contract's journal in order, a page at a time, and what its pools and lots hold at the end of it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain, groupby
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Sum

from ledger.errors import NotFound
from ledger.models import Account, Book, Entry, Transaction

_PAGE: Final = 500


class Leg(NamedTuple):
    """One entry, with what a program needs to know of its pool and lot. `balance_after_mt` is of the pool's account."""

    seq: int
    account: str
    pool_id: UUID | None
    pool_kind: str | None
    lot_id: UUID | None
    expires_at: datetime | None
    amount_mt: int
    balance_after_mt: int


class Event(NamedTuple):
    """One transaction, with the words that explain it."""

    id: UUID
    kind: str
    caller: str
    reason: str
    first_seq: int
    last_seq: int
    at: datetime
    due_at: datetime | None
    order_id: UUID | None
    job_id: UUID | None
    service: str | None
    service_name: str | None
    email: str | None
    username: str | None
    project: str | None


class Head(NamedTuple):
    """The contract and the end of its journal; the counter-accounts' balances are zero or negative."""

    contract_id: UUID
    number: str
    name: str
    starts_at: datetime
    last_seq: int
    last_at: datetime | None
    issued_mt: int
    sold_mt: int
    adjusted_mt: int

    @property
    def closes_at(self) -> datetime:
        """The time of the last transaction."""
        return self.last_at or self.starts_at


class PoolCount(NamedTuple):
    """What a pool's row says it holds, and whose it is."""

    id: UUID
    kind: str
    email: str | None
    username: str | None
    available_mt: int
    held_mt: int
    used_mt: int
    expired_mt: int


class LotCount(NamedTuple):
    """What a lot's row says it holds, and where it came from."""

    id: UUID
    parent_id: UUID | None
    source: str
    granted_at: datetime
    expires_at: datetime | None
    remaining_mt: int
    held_mt: int


class Counted(NamedTuple):
    """The head of a journal and, from the very same snapshot, its pools, each with its lots."""

    head: Head
    pools: Iterator[tuple[PoolCount, Iterator[LotCount]]]


_HEAD: Final = (
    "contract_id",
    "contract__number",
    "contract__name",
    "contract__starts_at",
    "last_seq",
    "last_at",
    "issued_mt",
    "sold_mt",
    "adjusted_mt",
)
_POOL: Final = tuple(
    f"contract__pools__{name}"
    for name in (
        "id",
        "kind",
        "user__email",
        "user__username",
        "available_mt",
        "held_mt",
        "used_mt",
        "expired_mt",
    )
)
_LOT: Final = tuple(
    f"contract__pools__lots__{name}"
    for name in ("id", "parent_id", "source", "granted_at", "expires_at", "remaining_mt", "held_mt")
)


def count(contract_id: UUID) -> Counted:
    """Return the journal's head and its pools and lots, read lazily from one statement, and so from one snapshot.

    Whoever reads the events up to `head.last_seq` afterwards needs no lock and no long transaction: they never change.

    Raises:
        NotFound: there is no such contract.
    """
    found = (
        Book.objects.filter(contract_id=contract_id)
        .order_by(
            "contract__pools__kind",
            "contract__pools__id",
            "contract__pools__lots__granted_at",
            "contract__pools__lots__id",
        )
        .values_list(*_HEAD, *_POOL, *_LOT)
        .iterator()
    )
    first = next(found, None)
    if first is None:
        raise NotFound("There is no such contract.", field="contract")
    return Counted(Head(*first[: len(_HEAD)]), _pools(chain([first], found)))


def _pools(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[PoolCount, Iterator[LotCount]]]:
    lots_at = len(_HEAD) + len(_POOL)
    for values, group in groupby(rows, key=lambda row: row[len(_HEAD) : lots_at]):
        if values[0] is not None:
            yield PoolCount(*values), (LotCount(*row[lots_at:]) for row in group if row[lots_at] is not None)


_LEG: Final = (
    "seq",
    "account",
    "pool_id",
    "pool__kind",
    "lot_id",
    "lot__expires_at",
    "amount_mt",
    "balance_after_mt",
)
_EVENT: Final = (
    "id",
    "kind",
    "caller",
    "reason",
    "first_seq",
    "last_seq",
    "at",
    "due_at",
    "order_id",
    "job_id",
    "job__service__code",
    "job__service__name",
    "job__user__email",
    "job__user__username",
    "job__project",
)


def events(head: Head, *, first_seq: int) -> Iterator[tuple[Event, Sequence[Leg]]]:
    """Yield the transactions from the one that begins at `first_seq` to the head, each with its entries."""
    while page := _page(head, first_seq):
        first_seq = page[-1].last_seq + 1
        legs = Entry.objects.filter(contract_id=head.contract_id, seq__range=(page[0].first_seq, page[-1].last_seq))
        rows = iter(Leg(*row) for row in legs.order_by("seq").values_list(*_LEG))
        for event in page:
            yield event, [next(rows) for _ in range(event.first_seq, event.last_seq + 1)]


def _page(head: Head, first_seq: int) -> list[Event]:
    ahead = Transaction.objects.filter(
        contract_id=head.contract_id, first_seq__gte=first_seq, first_seq__lte=head.last_seq
    )
    return [Event(*row) for row in ahead.order_by("first_seq").values_list(*_EVENT)[:_PAGE]]


class Opening(NamedTuple):
    """Where a journal that is not told from its beginning begins, and what each account held then, lot by lot."""

    first_seq: int
    at: datetime
    legs: Iterator[Leg]


def opening(head: Head, *, from_seq: int) -> Opening:
    """Return the start of the transaction that entry `from_seq` belongs to, and the sums of what was before."""
    before = Transaction.objects.filter(contract_id=head.contract_id, last_seq__lt=from_seq, first_seq__lt=from_seq)
    end = before.filter(first_seq__lte=head.last_seq).order_by("-first_seq").values_list("last_seq", "at").first()
    if end is None:
        return Opening(1, head.starts_at, iter(()))
    last_seq, at = end
    sums = (
        Entry.objects.filter(contract_id=head.contract_id, seq__lte=last_seq)
        .order_by("pool_id", "account", "lot_id")
        .values_list("account", "pool_id", "pool__kind", "lot_id", "lot__expires_at")
        .annotate(amount_mt=Sum("amount_mt"))
        .iterator()
    )
    return Opening(last_seq + 1, at, (_sum(row) for row in sums if row[-1]))


def _sum(row: tuple[Any, ...]) -> Leg:
    account, pool_id, pool_kind, lot_id, expires_at, amount_mt = row
    return Leg(0, account, pool_id, pool_kind, lot_id, expires_at, amount_mt, balance_after_mt=0)


SOURCES: Final = (Account.ISSUED, Account.SOLD, Account.ADJUSTED)
"""The counter-accounts of a contract, in the order of `Head`."""
