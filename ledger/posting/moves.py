"""How tokens move between accounts: every transaction is a list of moves, and every move is two entries. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ledger.models import POOL_ACCOUNTS, Account, Kind
from ledger.posting.state import LotState, State


class Move(NamedTuple):
    """`amount_mt` milli-tokens of `lot` from one account to another, or into `into`, a part of it in another pool.

    A job that costs nothing moves nothing of no lot; its pool still shows the event.
    """

    amount_mt: int
    source: Account
    target: Account
    lot: LotState | None = None
    into: LotState | None = None
    pool_id: UUID | None = None


class EntryRow(NamedTuple):
    """A new row of the entries table, in its column order."""

    contract_id: UUID
    seq: int
    transaction_id: UUID
    account: str
    pool_id: UUID | None
    lot_id: UUID | None
    amount_mt: int
    balance_after_mt: int
    at: datetime


class TransactionRow(NamedTuple):
    """A new row of the transactions table, in its column order."""

    id: UUID
    contract_id: UUID
    kind: str
    job_id: UUID | None
    order_id: UUID | None
    caller: str
    reason: str
    first_seq: int
    last_seq: int
    at: datetime
    due_at: datetime | None


@dataclass(slots=True)
class Journal:
    """The transactions and entries that a batch adds, and the state they change."""

    state: State
    new_id: Callable[[], UUID]
    transactions: list[TransactionRow] = field(default_factory=list)
    entries: list[EntryRow] = field(default_factory=list)

    def record(
        self,
        kind: Kind,
        moves: Sequence[Move],
        *,
        at: datetime,
        caller: str,
        job_id: UUID | None = None,
        order_id: UUID | None = None,
        reason: str = "",
        due_at: datetime | None = None,
    ) -> UUID:
        """Add one transaction, apply its moves to the state and return its id."""
        transaction_id = self.new_id()
        book = self.state.book
        first_seq = book.last_seq + 1
        for move in moves:
            self._apply(move, transaction_id, at)
        book.last_at = at
        self.transactions.append(
            TransactionRow(
                transaction_id,
                book.contract_id,
                kind,
                job_id,
                order_id,
                caller,
                reason,
                first_seq,
                book.last_seq,
                at,
                due_at,
            )
        )
        return transaction_id

    def _apply(self, move: Move, transaction_id: UUID, at: datetime) -> None:
        assert move.amount_mt > 0 or (move.amount_mt == 0 and move.lot is None), "a move moves something"
        pool_id = move.pool_id
        self._enter(transaction_id, at, move.source, -move.amount_mt, lot=move.lot, pool_id=pool_id)
        self._enter(transaction_id, at, move.target, move.amount_mt, lot=move.into or move.lot, pool_id=pool_id)

    def _enter(
        self,
        transaction_id: UUID,
        at: datetime,
        account: Account,
        amount_mt: int,
        *,
        lot: LotState | None,
        pool_id: UUID | None,
    ) -> None:
        book = self.state.book
        book.last_seq += 1
        if account in POOL_ACCOUNTS:
            pool_id = lot.pool_id if lot else pool_id
            assert pool_id is not None, "tokens outside the counter-accounts are in a pool"
            pool = self.state.pools[pool_id]
            balances = pool.balances
            self.state.touched_pools.add(pool)
        else:
            pool_id, balances = None, book.sources
        balances[account] += amount_mt
        assert pool_id is None or balances[account] >= 0, "no balance of a pool goes below zero"
        if lot:
            self._change_lot(lot, account, amount_mt)
        self.entries.append(
            EntryRow(
                book.contract_id,
                book.last_seq,
                transaction_id,
                account,
                pool_id,
                lot.id if lot else None,
                amount_mt,
                balances[account],
                at,
            )
        )

    def _change_lot(self, lot: LotState, account: Account, amount_mt: int) -> None:
        if account is Account.AVAILABLE:
            lot.remaining_mt += amount_mt
            assert lot.remaining_mt >= 0, "a lot never gives more than it has"
            if amount_mt > 0:
                self.state.requeue(lot)
        elif account is Account.HELD:
            lot.held_mt += amount_mt
            assert lot.held_mt >= 0, "a lot never releases more than it holds"
        self.state.touched_lots.add(lot)
