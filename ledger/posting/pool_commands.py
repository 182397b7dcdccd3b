"""Commands on pools as pure transitions: grants, corrections, allocation and expiry."""

from datetime import datetime
from uuid import UUID

from ledger.amounts import format_milli
from ledger.errors import InsufficientTokens, InvalidRequest
from ledger.models import Account, Kind, LotSource
from ledger.posting.commands import Allocate, Deduct, ExpireDue, Grant, Refused, TakeBack
from ledger.posting.draws import draw, expire_due
from ledger.posting.moves import Journal, Move
from ledger.posting.requests import Posted
from ledger.posting.state import NEVER, LotState

_SOURCE_ACCOUNTS = {Kind.GRANT: Account.ISSUED, Kind.PURCHASE: Account.SOLD, Kind.ADJUST: Account.ADJUSTED}


def grant(journal: Journal, command: Grant, *, at: datetime, caller: str) -> Posted:
    """Put a new lot into the pool.

    Raises:
        InvalidRequest: it would have expired already.
    """
    if command.expires_at and command.expires_at <= at:
        raise InvalidRequest("The tokens would have expired already.", field="expires_at")
    lot = _new_lot(journal, pool_id=command.pool_id, source=command.source, at=at, expires_at=command.expires_at)
    lot.amount_mt = command.amount_mt
    move = Move(command.amount_mt, _SOURCE_ACCOUNTS[command.kind], Account.AVAILABLE, lot)
    transaction_id = journal.record(
        command.kind, [move], at=at, caller=caller, order_id=command.order_id, reason=command.reason
    )
    return Posted(transaction_id, command.amount_mt, at)


def deduct(journal: Journal, command: Deduct, *, at: datetime, caller: str) -> Posted:
    """Take tokens out of the pool, lot by lot in spending order.

    Raises:
        InsufficientTokens: the pool has fewer available.
    """
    _require(journal, command.pool_id, command.amount_mt)
    moves = draw(journal.state, pool_ids=[command.pool_id], amount_mt=command.amount_mt, target=Account.ADJUSTED)
    for move in moves:
        assert move.lot is not None, "tokens are always of a lot"
        move.lot.amount_mt -= move.amount_mt
    transaction_id = journal.record(Kind.ADJUST, moves, at=at, caller=caller, reason=command.reason)
    return Posted(transaction_id, command.amount_mt, at)


def allocate(journal: Journal, command: Allocate, *, at: datetime, caller: str) -> Posted:
    """Move shared tokens to an individual pool: each lot drawn becomes a part there that keeps its expiry.

    Raises:
        InsufficientTokens: the shared pool has fewer available.
    """
    _require(journal, command.shared_id, command.amount_mt)
    drawn = draw(journal.state, pool_ids=[command.shared_id], amount_mt=command.amount_mt, target=Account.AVAILABLE)
    moves = []
    for move in drawn:
        assert move.lot is not None, "tokens are always of a lot"
        part = _new_lot(
            journal,
            pool_id=command.individual_id,
            source=LotSource.ALLOCATION,
            at=at,
            expires_at=move.lot.expires_at,
            parent=move.lot,
        )
        _move_amount(move.lot, part, move.amount_mt)
        moves.append(move._replace(into=part))
    transaction_id = journal.record(Kind.ALLOCATE, moves, at=at, caller=caller)
    return Posted(transaction_id, command.amount_mt, at)


def take_back(journal: Journal, command: TakeBack, *, at: datetime, caller: str) -> Posted:
    """Move unused allocated tokens back into the lots they came from, those that expire last first.

    Gifts stay with their user.

    Raises:
        InsufficientTokens: fewer allocated tokens are unused.
    """
    state = journal.state
    parts = [lot for lot in state.spendable(command.individual_id) if lot.source == LotSource.ALLOCATION]
    unused_mt = sum(part.remaining_mt for part in parts)
    _refuse_above(unused_mt, command.amount_mt)
    moves, rest_mt = [], command.amount_mt
    for part in reversed(parts):
        taken_mt = min(part.remaining_mt, rest_mt)
        if taken_mt:
            assert part.parent_id is not None, "an allocated lot knows where it came from"
            parent = state.lots[part.parent_id]
            parent.usable_until = max(parent.usable_until, part.usable_until)  # a refund's days of grace come along
            _move_amount(part, parent, taken_mt)
            state.requeue(part)  # smaller now, it may be spent before others
            moves.append(Move(taken_mt, Account.AVAILABLE, Account.AVAILABLE, part, parent))
            rest_mt -= taken_mt
    transaction_id = journal.record(Kind.TAKE_BACK, moves, at=at, caller=caller)
    return Posted(transaction_id, command.amount_mt, at)


def expire(journal: Journal, command: ExpireDue, *, at: datetime, caller: str) -> Posted:
    """Expire what is due in the pools named, and nothing else."""
    moves = expire_due(journal, at=at, caller=caller)
    return Posted(None, sum(move.amount_mt for move in moves), at, len(moves))


def refuse(journal: Journal, command: Refused, *, at: datetime, caller: str) -> Posted:
    """Answer with the refusal that the item met before it reached the books."""
    raise command.refusal


def _new_lot(
    journal: Journal,
    *,
    pool_id: UUID,
    source: LotSource,
    at: datetime,
    expires_at: datetime | None,
    parent: LotState | None = None,
) -> LotState:
    lot = LotState(
        id=journal.new_id(),
        pool_id=pool_id,
        parent_id=parent.id if parent else None,
        source=source,
        amount_mt=0,
        remaining_mt=0,
        held_mt=0,
        granted_at=parent.granted_at if parent else at,
        expires_at=expires_at,
        usable_until=parent.usable_until if parent else expires_at or NEVER,
    )
    journal.state.add_lots([lot])
    journal.state.new_lots.add(lot)
    return lot


def _move_amount(source: LotState, target: LotState, amount_mt: int) -> None:
    source.amount_mt -= amount_mt
    target.amount_mt += amount_mt


def _require(journal: Journal, pool_id: UUID, amount_mt: int) -> None:
    _refuse_above(journal.state.pools[pool_id].available_mt, amount_mt)


def _refuse_above(available_mt: int, required_mt: int) -> None:
    if required_mt > available_mt:
        raise InsufficientTokens(
            f"{format_milli(required_mt)} tokens are needed, {format_milli(available_mt)} are available.",
            required=format_milli(required_mt),
            available=format_milli(available_mt),
            shortfall=format_milli(required_mt - available_mt),
        )
