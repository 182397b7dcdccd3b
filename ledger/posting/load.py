"""Loads the state a batch is planned on, in a constant number of statements, after the contract's lock is had."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Now

from ledger.models import Account, Book, Entry, IdempotencyKey, Job, Kind, Lot, Pool
from ledger.posting.commands import (
    Allocate,
    Command,
    Deduct,
    ExpireDue,
    Grant,
    Refused,
    StartJob,
    TakeBack,
)
from ledger.posting.requests import Idempotency, JobView
from ledger.posting.state import NEVER, BookState, JobState, LotState, PoolState, State
from ledger.posting.views import view_of


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key that was used before, with the request it belongs to and its first answer."""

    fingerprint: str
    answer: str


def lock_book(contract_id: UUID) -> tuple[BookState, datetime]:
    """Lock the contract's book until the end of the database transaction; return it and the database's time."""
    row = (
        Book.objects.select_for_update(of=("self",), no_key=True)
        .filter(contract_id=contract_id)
        .values_list(
            "last_seq",
            "last_at",
            "issued_mt",
            "sold_mt",
            "adjusted_mt",
            "contract__allow_split",
            "contract__refund_grace_s",
            "contract__ends_at",
            Now(),
        )
        .get()
    )
    last_seq, last_at, issued_mt, sold_mt, adjusted_mt, allow_split, grace_s, ends_at, now = row
    sources: dict[str, int] = {Account.ISSUED: issued_mt, Account.SOLD: sold_mt, Account.ADJUSTED: adjusted_mt}
    return BookState(contract_id, last_seq, last_at, sources, allow_split, grace_s, ends_at), now


def find_keys(idempotencies: Iterable[Idempotency | None], part: int = 0) -> dict[tuple[str, str], StoredKey]:
    """Return those of the keys that were used before, by caller and key."""
    wanted = {(item.caller, item.key) for item in idempotencies if item}
    if not wanted:
        return {}
    callers, keys = {caller for caller, _ in wanted}, {key for _, key in wanted}
    rows = IdempotencyKey.objects.filter(caller__in=callers, key__in=keys, part=part)
    found = rows.values_list("caller", "key", "fingerprint", "answer")
    return {(caller, key): StoredKey(print_, answer) for caller, key, print_, answer in found}


def load_state(book: BookState, commands: Sequence[Command]) -> State:
    """Return the state of the pools, lots and jobs that the commands name or touch."""
    state = State(book)
    job_ids = {command.job_id for command in commands if not isinstance(command, _POOL_COMMANDS)}
    state.jobs = _load_jobs(job_ids)
    pool_ids, lot_ids = _load_draws(state.jobs)
    for command in commands:
        pool_ids.update(_pools_named(command))
    pool_ids.update(job.pool_id for job in state.jobs.values())
    state.pools = _load_pools(book.contract_id, pool_ids)
    state.add_lots(_load_lots(pool_ids, lot_ids))
    if any(isinstance(command, TakeBack) for command in commands):
        parents = {lot.parent_id for lot in state.lots.values() if lot.parent_id} - set(state.lots)
        state.add_lots(_load_lots((), parents))
    return state


def load_views(job_ids: Sequence[UUID]) -> list[JobView]:
    """Return these jobs as answers show them, in order, in two statements."""
    jobs = _load_jobs(set(job_ids))
    _load_draws(jobs)
    return [view_of(jobs[job_id]) for job_id in job_ids]


_POOL_COMMANDS: Final = (Grant, Deduct, Allocate, TakeBack, StartJob, ExpireDue, Refused)


def _pools_named(command: Command) -> tuple[UUID, ...]:
    match command:
        case Grant() | Deduct():
            return (command.pool_id,)
        case Allocate() | TakeBack():
            return (command.shared_id, command.individual_id)
        case StartJob():
            return (*command.pool_ids, command.pool_id) if command.pool_id else command.pool_ids
        case ExpireDue():
            return command.pool_ids
        case _:
            return ()


_JOB_COLUMNS: Final = (
    "id",
    "contract_id",
    "service_id",
    "service__code",
    "user_id",
    "user__email",
    "user__username",
    "pool_id",
    "caller",
    "quantity_m",
    "price_mt",
    "service__refund_policy",
    "created_at",
    "hold_expires_at",
    "rate_id",
    "quote_id",
    "project",
    "comment",
    "external_id",
    "captured_mt",
    "refunded_mt",
    "status",
    "results",
    "reason",
    "first_result_at",
    "ended_at",
)


def _load_jobs(job_ids: set[UUID]) -> dict[UUID, JobState]:
    if not job_ids:
        return {}
    rows = Job.objects.filter(id__in=job_ids).order_by().values_list(*_JOB_COLUMNS)
    return {row[0]: _job(row) for row in rows}


def _job(row: tuple[Any, ...]) -> JobState:
    """Return the row as a state; users without an e-mail address go by their name."""
    email, username = row[5:7]
    values: list[Any] = [*row[:5], email or username, *row[7:]]
    return JobState(*values)


def _load_draws(jobs: dict[UUID, JobState]) -> tuple[set[UUID], set[UUID]]:
    """Fill in what each job drew, from its hold's entries or, once captured, its charge's; return pools and lots."""
    if not jobs:
        return set(), set()
    held = Q(transaction__kind=Kind.HOLD, account=Account.HELD)
    used = Q(transaction__kind=Kind.CAPTURE, account=Account.USED)
    rows = (
        Entry.objects.filter(held | used, transaction__job_id__in=jobs, lot__isnull=False)
        .filter(  # by the journal's own numbers: entries have no index on their transaction
            contract_id=F("transaction__contract_id"),
            seq__gte=F("transaction__first_seq"),
            seq__lte=F("transaction__last_seq"),
        )
        .order_by("seq")
        .values_list("transaction__job_id", "transaction__kind", "pool_id", "lot_id", "amount_mt")
    )
    draws: dict[tuple[UUID, str], list[tuple[UUID, int]]] = {}
    pool_ids, lot_ids = set(), set()
    for job_id, kind, pool_id, lot_id, amount_mt in rows:
        draws.setdefault((job_id, kind), []).append((lot_id, amount_mt))
        pool_ids.add(pool_id)
        lot_ids.add(lot_id)
    for job in jobs.values():
        kind = Kind.CAPTURE if job.was_captured else Kind.HOLD
        job.draws = draws.get((job.id, kind), [])
    return pool_ids, lot_ids


def _load_pools(contract_id: UUID, pool_ids: set[UUID]) -> dict[UUID, PoolState]:
    rows = (
        Pool.objects.filter(contract_id=contract_id, id__in=pool_ids)
        .order_by()
        .values_list("id", "kind", "available_mt", "held_mt", "used_mt", "expired_mt")
    )
    accounts = (Account.AVAILABLE, Account.HELD, Account.USED, Account.EXPIRED)
    return {
        pool_id: PoolState(pool_id, kind, dict(zip(accounts, balances, strict=True)))
        for pool_id, kind, *balances in rows
    }


def _load_lots(pool_ids: Iterable[UUID], lot_ids: Iterable[UUID]) -> list[LotState]:
    rows = (
        Lot.objects.filter(Q(pool_id__in=pool_ids, exhausted=False) | Q(id__in=lot_ids))
        .order_by()
        .values_list(
            "id",
            "pool_id",
            "parent_id",
            "source",
            "amount_mt",
            "remaining_mt",
            "held_mt",
            "granted_at",
            "expires_at",
            "usable_until",
        )
    )
    return [LotState(*row[:9], row[9] or NEVER) for row in rows]
