"""Where tokens come from and where they go back to: choosing a pool, drawing on lots, giving back, expiring. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from ledger.amounts import format_milli
from ledger.errors import InsufficientTokens
from ledger.models import Account, Kind
from ledger.posting.moves import Journal, Move
from ledger.posting.state import NEVER, LotState, State

T = TypeVar("T")


def choose_pools(state: State, *, pool_ids: Sequence[UUID], chosen_id: UUID | None, price_mt: int) -> list[UUID]:
    """Return the pool that pays `price_mt` whole, or both pools where the contract allows a split.

    Pools are tried in the order given, individual before shared. Source: DOMAIN, "Order of pools", "No splitting".

    Raises:
        InsufficientTokens: with required, available, shortfall and the other pools that would suffice.
    """
    tried = [state.pools[chosen_id]] if chosen_id else [state.pools[pool_id] for pool_id in pool_ids]
    pool = best_pool(tried, price_mt, available_mt=lambda pool: pool.available_mt)
    if pool.available_mt >= price_mt:
        return [pool.id]
    if state.book.allow_split and len(tried) > 1 and sum(pool.available_mt for pool in tried) >= price_mt:
        return [pool.id for pool in tried]
    others = [other for other in (state.pools[pool_id] for pool_id in pool_ids) if other.available_mt >= price_mt]
    raise InsufficientTokens(
        f"The job needs {format_milli(price_mt)} tokens, {format_milli(pool.available_mt)} are available.",
        required=format_milli(price_mt),
        available=format_milli(pool.available_mt),
        shortfall=format_milli(price_mt - pool.available_mt),
        alternatives=[{"pool": str(other.id), "available": format_milli(other.available_mt)} for other in others],
    )


def best_pool(pools: Sequence[T], price_mt: int, *, available_mt: Callable[[T], int]) -> T:
    """Return the first pool that can pay, or else the one that comes closest."""
    for pool in pools:
        if available_mt(pool) >= price_mt:
            return pool
    return max(pools, key=available_mt)


def draw(state: State, *, pool_ids: Sequence[UUID], amount_mt: int, target: Account) -> list[Move]:
    """Return the moves that take `amount_mt` from the pools' lots in spending order. The pools must have it."""
    moves: list[Move] = []
    for pool_id in pool_ids:
        for lot in state.spendable(pool_id):
            if amount_mt == 0:
                return moves
            part_mt = min(lot.remaining_mt, amount_mt)
            moves.append(Move(part_mt, Account.AVAILABLE, target, lot))
            amount_mt -= part_mt
    assert amount_mt == 0, "a pool's balance is the sum of its lots"
    return moves


def give_back(state: State, *, lot: LotState, amount_mt: int, source: Account, at: datetime) -> Move:
    """Return the move that gives held or used tokens back to the very lot they came from.

    A lot that expired meanwhile keeps them usable for the contract's days of grace; without any, they expire at once.
    Source: DOMAIN, "Refunds go back to the very lots they came from".
    """
    if lot.usable_until > at:
        return Move(amount_mt, source, Account.AVAILABLE, lot)
    if state.book.refund_grace_s == 0:
        return Move(amount_mt, source, Account.EXPIRED, lot)
    lot.usable_until = at + timedelta(seconds=state.book.refund_grace_s)
    return Move(amount_mt, source, Account.AVAILABLE, lot)


def expire_due(journal: Journal, *, at: datetime, caller: str) -> list[Move]:
    """Expire what is due by `at` in the loaded pools, a transaction per lot; return the moves."""
    moves = []
    for lot in journal.state.due(at):
        assert lot.usable_until is not NEVER, "a lot without expiry is never due"
        move = Move(lot.remaining_mt, Account.AVAILABLE, Account.EXPIRED, lot)
        journal.record(Kind.EXPIRE, [move], at=at, caller=caller, due_at=lot.usable_until)
        moves.append(move)
    return moves
