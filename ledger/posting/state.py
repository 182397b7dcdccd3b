"""The state that one batch is planned on: a contract's book and the pools, lots and jobs it touches. No database."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from ledger.models import LIVE_STATUSES, Account

NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class BookState:
    """The head of the contract's journal, and the contract's rules that decisions need."""

    contract_id: UUID
    last_seq: int
    last_at: datetime | None
    sources: dict[str, int]
    allow_split: bool
    refund_grace_s: int
    ends_at: datetime | None


@dataclass(slots=True, eq=False)
class LotState:
    """A lot; amounts in milli-tokens. `usable_until` is NEVER where it does not expire."""

    id: UUID
    pool_id: UUID
    parent_id: UUID | None
    source: str
    amount_mt: int
    remaining_mt: int
    held_mt: int
    granted_at: datetime
    expires_at: datetime | None
    usable_until: datetime

    @property
    def rank(self) -> tuple[datetime, int, datetime, UUID]:
        """Order of spending: earliest expiry, smallest rest, oldest. Source: DOMAIN, "Order inside a pool"."""
        return (self.usable_until, self.remaining_mt, self.granted_at, self.id)


@dataclass(slots=True, eq=False)
class PoolState:
    """A pool's four balances by account, in milli-tokens; the shared pool is no user's."""

    id: UUID
    kind: str
    balances: dict[str, int]
    user_id: int | None = None

    @property
    def available_mt(self) -> int:
        return self.balances[Account.AVAILABLE]


class JobState(Struct, eq=False, gc=False):
    """A job as the planner changes it; `draws` are (lot, milli-tokens) of its hold, or of its charge once captured."""

    id: UUID
    contract_id: UUID
    service_id: UUID
    service: str
    user_id: int
    user: str
    pool_id: UUID
    caller: str
    quantity_m: int
    price_mt: int
    refund_policy: str
    created_at: datetime
    hold_expires_at: datetime | None
    rate_id: UUID | None = None
    quote_id: UUID | None = None
    project: str = ""
    comment: str = ""
    external_id: str = ""
    captured_mt: int = 0
    refunded_mt: int = 0
    status: str = "running"
    results: int = 0
    reason: str = ""
    first_result_at: datetime | None = None
    ended_at: datetime | None = None
    draws: list[tuple[UUID, int]] = []

    @property
    def has_ended(self) -> bool:
        return self.status not in LIVE_STATUSES


@dataclass(slots=True)
class State:
    """Everything a batch reads and changes, with what changed. Sets of states go by identity: hashing ids is dear."""

    book: BookState
    pools: dict[UUID, PoolState] = field(default_factory=dict)
    lots: dict[UUID, LotState] = field(default_factory=dict)
    jobs: dict[UUID, JobState] = field(default_factory=dict)
    new_lots: set[LotState] = field(default_factory=set)
    new_jobs: set[JobState] = field(default_factory=set)
    touched_pools: set[PoolState] = field(default_factory=set)
    touched_lots: set[LotState] = field(default_factory=set)
    touched_jobs: set[JobState] = field(default_factory=set)
    next_due_at: datetime = NEVER
    _queues: dict[UUID, list[LotState]] = field(default_factory=dict)

    def add_lots(self, lots: Iterable[LotState]) -> None:
        """Take lots into the state, loaded or new."""
        for lot in lots:
            self.lots[lot.id] = lot
            self.requeue(lot)

    def requeue(self, lot: LotState) -> None:
        """Note that a lot gained tokens or time, so its place in the order of spending may be another."""
        self._queues.pop(lot.pool_id, None)
        if lot.remaining_mt:
            self.next_due_at = min(self.next_due_at, lot.usable_until)

    def spendable(self, pool_id: UUID) -> list[LotState]:
        """Return the pool's lots with tokens left, in the order in which they are spent.

        Kept sorted between commands: spending only shrinks the first lot, which stays the first.
        """
        queue = self._queues.get(pool_id)
        if queue is None:
            queue = sorted((lot for lot in self.lots.values() if lot.pool_id == pool_id), key=lambda lot: lot.rank)
            self._queues[pool_id] = queue
        while queue and queue[0].remaining_mt == 0:
            queue.pop(0)
        return [lot for lot in queue if lot.remaining_mt] if any(not lot.remaining_mt for lot in queue) else queue

    def due(self, at: datetime) -> list[LotState]:
        """Return the lots that have expired by `at` with tokens left, earliest first."""
        if at < self.next_due_at:
            return []
        live = sorted((lot for lot in self.lots.values() if lot.remaining_mt), key=lambda lot: lot.rank)
        due = [lot for lot in live if lot.usable_until <= at]
        self.next_due_at = min((lot.usable_until for lot in live[len(due) :]), default=NEVER)
        return due

    def copy(self) -> "State":
        """Return a copy to go back to when a batch is refused whole. Jobs are shared: such batches only add some."""
        pools = {key: replace(pool, balances=dict(pool.balances)) for key, pool in self.pools.items()}
        lots = {key: replace(lot) for key, lot in self.lots.items()}
        copied = State(
            book=replace(self.book, sources=dict(self.book.sources)),
            pools=pools,
            jobs=dict(self.jobs),
            new_lots={lots[lot.id] for lot in self.new_lots},
            new_jobs=set(self.new_jobs),
            touched_pools={pools[pool.id] for pool in self.touched_pools},
            touched_lots={lots[lot.id] for lot in self.touched_lots},
            touched_jobs=set(self.touched_jobs),
        )
        copied.add_lots(lots.values())
        return copied
