"""Saves a plan in a constant number of statements. The only place that writes the journal and its balances."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from ledger.models import Account, Book, Entry, IdempotencyKey, Job, Lot, Pool, Transaction
from ledger.posting.plan import Plan
from ledger.posting.requests import Answer, Request, dump_answer
from ledger.posting.state import NEVER, JobState, LotState, State
from ledger.statements import Writes

_BALANCES = (Account.AVAILABLE, Account.HELD, Account.USED, Account.EXPIRED)


def save_plan(writes: Writes, plan: Plan) -> None:
    """Write the plan's jobs, lots, journal and balances."""
    state = plan.journal.state
    _save_jobs(writes, state)
    writes.insert(
        Transaction,
        (
            "id",
            "contract_id",
            "kind",
            "job_id",
            "order_id",
            "caller",
            "reason",
            "first_seq",
            "last_seq",
            "at",
            "due_at",
        ),
        plan.journal.transactions,
    )
    _save_lots(writes, state)
    writes.insert(
        Entry,
        (
            "contract_id",
            "seq",
            "transaction_id",
            "account",
            "pool_id",
            "lot_id",
            "amount_mt",
            "balance_after_mt",
            "at",
        ),
        plan.journal.entries,
    )
    writes.update(
        Pool,
        ("available_mt", "held_mt", "used_mt", "expired_mt"),
        [(pool.id, *(pool.balances[account] for account in _BALANCES)) for pool in state.touched_pools],
    )
    if plan.journal.transactions:
        _save_book(writes, state)


def save_keys(
    writes: Writes, requests: Sequence[Request], answers: Sequence[Answer], *, contract_id: UUID, at: datetime
) -> None:
    """Write each request's key with its answer; a racer with the same key is stopped by the unique constraint."""
    rows = [
        (item.caller, item.key, request.part, contract_id, item.fingerprint, dump_answer(answer), at)
        for request, answer in zip(requests, answers, strict=True)
        if answer.kept and (item := request.idempotency)
    ]
    writes.insert(IdempotencyKey, ("caller", "key", "part", "contract_id", "fingerprint", "answer", "at"), rows)


_JOB_FIXED = (
    "contract_id",
    "service_id",
    "rate_id",
    "quote_id",
    "user_id",
    "pool_id",
    "caller",
    "quantity_m",
    "price_mt",
    "project",
    "comment",
    "external_id",
    "created_at",
    "hold_expires_at",
)
_JOB_CHANGING = (
    "captured_mt",
    "refunded_mt",
    "status",
    "results",
    "reason",
    "first_result_at",
    "ended_at",
)


_job_changes = attrgetter(*_JOB_CHANGING)
_new_job = attrgetter("id", *_JOB_FIXED, *_JOB_CHANGING)


def _save_jobs(writes: Writes, state: State) -> None:
    changed = state.touched_jobs - state.new_jobs
    inserts = [(*_new_job(job), _draws(state, job)) for job in state.new_jobs]
    writes.insert(Job, ("id", *_JOB_FIXED, *_JOB_CHANGING, "draws"), inserts)
    changes = [(job.id, *_job_changes(job), _draws(state, job)) for job in changed]
    writes.update(Job, (*_JOB_CHANGING, "draws"), changes)


def _draws(state: State, job: JobState) -> str:
    lots = state.lots
    parts = [f'["{lot_id.hex}", "{lots[lot_id].pool_id.hex}", {amount_mt}]' for lot_id, amount_mt in job.draws]
    return f"[{', '.join(parts)}]"


_LOT_FIXED = ("contract_id", "pool_id", "parent_id", "source", "granted_at", "expires_at")
_LOT_CHANGING = ("amount_mt", "remaining_mt", "held_mt", "usable_until", "exhausted")


def _save_lots(writes: Writes, state: State) -> None:
    changed = state.touched_lots - state.new_lots
    writes.insert(Lot, ("id", *_LOT_FIXED, *_LOT_CHANGING), [_new_lot(state, lot) for lot in state.new_lots])
    writes.update(Lot, _LOT_CHANGING, [(lot.id, *_lot_changes(lot)) for lot in changed])


def _new_lot(state: State, lot: LotState) -> tuple[Any, ...]:
    fixed = (state.book.contract_id, lot.pool_id, lot.parent_id, lot.source, lot.granted_at, lot.expires_at)
    return (lot.id, *fixed, *_lot_changes(lot))


def _lot_changes(lot: LotState) -> tuple[Any, ...]:
    usable_until = None if lot.usable_until is NEVER else lot.usable_until
    return (lot.amount_mt, lot.remaining_mt, lot.held_mt, usable_until, lot.remaining_mt == 0)


def _save_book(writes: Writes, state: State) -> None:
    book = state.book
    sources = (book.sources[Account.ISSUED], book.sources[Account.SOLD], book.sources[Account.ADJUSTED])
    row = (book.contract_id, book.last_seq, book.last_at, *sources)
    writes.update(Book, ("last_seq", "last_at", "issued_mt", "sold_mt", "adjusted_mt"), [row])
