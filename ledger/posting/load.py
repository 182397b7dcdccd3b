"""Loads the state a batch is planned on, in a constant number of statements, after the contract's lock is had."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from ledger.errors import NotFound
from ledger.models import Account
from ledger.posting.commands import (
    Allocate,
    Command,
    Deduct,
    ExpireDue,
    Grant,
    JobOrder,
    Refused,
    StartJob,
    TakeBack,
)
from ledger.posting.requests import JobView
from ledger.posting.state import NEVER, BookState, JobState, LotState, PoolState, State
from ledger.posting.views import view_of
from ledger.statements import among, many, one, select_rows

KeyName = tuple[str, str, int]
"""Caller, key and part: what a stored key is found by."""
_ACCOUNTS: Final = (Account.AVAILABLE, Account.HELD, Account.USED, Account.EXPIRED)
_POOL_COMMANDS: Final = (Grant, Deduct, Allocate, TakeBack, JobOrder, StartJob, ExpireDue, Refused)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key that was used before, with the request it belongs to and its first answer."""

    fingerprint: str
    answer: str


def lock_book(contract_id: UUID) -> tuple[BookState, datetime]:
    """Lock the contract's book until the end of the database transaction; return it and the database's time.

    Raises:
        NotFound: there is no such contract.
    """
    postgresql = connection.vendor == "postgresql"
    sql = f"""
        SELECT b.last_seq, b.last_at, b.issued_mt, b.sold_mt, b.adjusted_mt,
            c.allow_split, c.refund_grace_s, c.ends_at, {"statement_timestamp()" if postgresql else _SQLITE_NOW}
        FROM ledger_book b JOIN ledger_contract c ON c.id = b.contract_id WHERE b.contract_id = %s
        {"FOR NO KEY UPDATE OF b" if postgresql else ""}
    """
    types = (int, datetime, int, int, int, bool, int, datetime, datetime)
    rows = select_rows(sql, [one(contract_id)], types)
    if not rows:
        raise NotFound("There is no such contract.", field="contract")
    last_seq, last_at, issued_mt, sold_mt, adjusted_mt, allow_split, grace_s, ends_at, now = rows[0]
    sources: dict[str, int] = {Account.ISSUED: issued_mt, Account.SOLD: sold_mt, Account.ADJUSTED: adjusted_mt}
    return BookState(contract_id, last_seq, last_at, sources, allow_split, grace_s, ends_at), now


_SQLITE_NOW: Final = "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')"


def find_keys(names: Iterable[KeyName]) -> dict[KeyName, StoredKey]:
    """Return those of the keys that were used before, by their names."""
    wanted = set(names)
    if not wanted:
        return {}
    sql = f"""
        SELECT caller, key, part, fingerprint, answer FROM ledger_idempotencykey
        WHERE {among("caller", "text")} AND {among("key", "text")}
    """
    callers, keys = {caller for caller, _, _ in wanted}, {key for _, key, _ in wanted}
    rows = select_rows(sql, [many(callers), many(keys)], (str, str, int, str, str))
    return {(caller, key, part): StoredKey(fingerprint, answer) for caller, key, part, fingerprint, answer in rows}


def load_state(book: BookState, commands: Sequence[Command]) -> State:
    """Return the state of the pools, lots and jobs that the commands name or touch."""
    state = State(book)
    job_ids = {command.job_id for command in commands if not isinstance(command, _POOL_COMMANDS)}
    state.jobs, pool_ids, lot_ids = _load_jobs(job_ids)
    for command in commands:
        pool_ids.update(_pools_named(command))
    _load_pools(state, pool_ids, lot_ids)
    if any(isinstance(command, TakeBack) for command in commands):
        parents = {lot.parent_id for lot in state.lots.values() if lot.parent_id} - set(state.lots)
        _load_pools(state, pool_ids, parents)
    return state


def load_views(job_ids: Sequence[UUID]) -> list[JobView]:
    """Return these jobs as answers show them, in order, in one statement."""
    jobs, _, _ = _load_jobs(set(job_ids))
    return [view_of(jobs[job_id]) for job_id in job_ids]


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


_JOB_TYPES: Final = (
    *(UUID, UUID, UUID, str, int, str, UUID, str, int, int, str, datetime, datetime, UUID, UUID),
    *(str, str, str, int, int, str, int, str, datetime, datetime),
)


def _load_jobs(job_ids: set[UUID]) -> tuple[dict[UUID, JobState], set[UUID], set[UUID]]:
    """Return the jobs, and the pools and lots that they drew on."""
    if not job_ids:
        return {}, set(), set()
    sql = f"""
        SELECT j.id, j.contract_id, j.service_id, s.code, j.user_id, COALESCE(NULLIF(u.email, ''), u.username),
            j.pool_id, j.caller, j.quantity_m, j.price_mt, s.refund_policy, j.created_at, j.hold_expires_at,
            j.rate_id, j.quote_id, j.project, j.comment, j.external_id, j.captured_mt, j.refunded_mt,
            j.status, j.results, j.reason, j.first_result_at, j.ended_at, j.draws
        FROM ledger_job j JOIN ledger_service s ON s.id = j.service_id JOIN auth_user u ON u.id = j.user_id
        WHERE {among("j.id", "uuid")}
    """
    jobs: dict[UUID, JobState] = {}
    pool_ids, lot_ids = set(), set()
    for *values, draws in select_rows(sql, [many(job_ids)], (*_JOB_TYPES, str)):
        job = JobState(*values)
        jobs[job.id] = job
        pool_ids.add(job.pool_id)
        for lot_id, pool_id, amount_mt in json.loads(draws):
            job.draws.append((UUID(lot_id), amount_mt))
            lot_ids.add(UUID(lot_id))
            pool_ids.add(UUID(pool_id))
    return jobs, pool_ids, lot_ids


_POOL_TYPES: Final = (UUID, str, int, int, int, int)
_LOT_TYPES: Final = (UUID, UUID, UUID, str, int, int, int, datetime, datetime, datetime)


def _load_pools(state: State, pool_ids: set[UUID], lot_ids: set[UUID]) -> None:
    """Add the pools with their live lots, and the lots named, spent or not. Named lots are in one of the pools."""
    if not pool_ids:
        return
    sql = f"""
        SELECT p.id, p.kind, p.available_mt, p.held_mt, p.used_mt, p.expired_mt,
            l.id, l.pool_id, l.parent_id, l.source, l.amount_mt, l.remaining_mt, l.held_mt,
            l.granted_at, l.expires_at, l.usable_until
        FROM ledger_pool p
        LEFT JOIN ledger_lot l ON l.pool_id = p.id AND (NOT l.exhausted OR {among("l.id", "uuid")})
        WHERE p.contract_id = %s AND {among("p.id", "uuid")}
    """
    parameters = [many(lot_ids), one(state.book.contract_id), many(pool_ids)]
    lots = []
    for row in select_rows(sql, parameters, (*_POOL_TYPES, *_LOT_TYPES)):
        pool_id, kind, *balances = row[:6]
        state.pools[pool_id] = PoolState(pool_id, kind, dict(zip(_ACCOUNTS, balances, strict=True)))
        if row[6]:
            *values, usable_until = row[6:]
            lots.append(LotState(*[*values, usable_until or NEVER]))
    state.add_lots(lots)
