"""Loads the state a batch is planned on, in a constant number of statements, after the contract's lock is had."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from ledger.ids import IdsByText
from ledger.models import Account
from ledger.posting.catalogue import Catalogue, user_of
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
from ledger.posting.lock import Locked
from ledger.posting.requests import Idempotency, JobView, Request
from ledger.posting.state import NEVER, JobState, LotState, PoolState, State
from ledger.posting.views import view_of
from ledger.statements import Query, Rows, among, many, named, one, pairs, read

KeyName = tuple[str, str, int]
"""Caller, key and part: what a stored key is found by."""
_ACCOUNTS: Final = (Account.AVAILABLE, Account.HELD, Account.USED, Account.EXPIRED)
_POOL_COMMANDS: Final = (Grant, Deduct, Allocate, TakeBack, JobOrder, StartJob, ExpireDue, Refused)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key that was used before, with the request it belongs to and its first answer."""

    fingerprint: str
    answer: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a batch is decided on: the keys that were used before, what orders name, and the state of the books."""

    keys: dict[KeyName, StoredKey]
    catalogue: Catalogue
    state: State


def load(locked: Locked, requests: Sequence[Request]) -> Loaded:
    """Return what the requests name or touch; one statement on PostgreSQL, and another where they name jobs."""
    book, members = locked.book, locked.members
    commands = [command for request in requests for command in request.commands]
    orders = [command for command in commands if isinstance(command, JobOrder)]
    users = {user_id for order in orders if (user_id := user_of(order, members))}
    job_ids = {command.job_id for command in commands if not isinstance(command, _POOL_COMMANDS)}
    pool_ids = {pool_id for command in commands for pool_id in _pools_named(command)}
    queries = {"keys": _keys(request.idempotency for request in requests if request.idempotency)}
    if orders:
        times = [request.at or locked.now for request in requests]
        queries |= Catalogue.queries(orders, members, since=min(times), until=max(times))
    if job_ids:
        queries["jobs"] = _jobs(pairs(book.contract_id, job_ids))
    elif orders or pool_ids:
        queries["lots"] = _lots(book.contract_id, pool_ids, users)
    rows = dict(zip(queries, read(*queries.values()), strict=True))
    state = State(book)
    if job_ids:
        state.jobs, drawn_pools, drawn_lots = _read_jobs(rows["jobs"])
        pool_ids |= drawn_pools
        (rows["lots"],) = read(_lots(book.contract_id, pool_ids, users, drawn_lots))
    _add_pools(state, rows.get("lots", []))
    if any(isinstance(command, TakeBack) for command in commands):
        parents = {lot.parent_id for lot in state.lots.values() if lot.parent_id} - set(state.lots)
        _add_pools(state, *read(_lots(book.contract_id, pool_ids, users, parents)))
    owned = {pool.user_id: pool.id for pool in state.pools.values()}
    return Loaded(_by_name(rows["keys"]), Catalogue(rows, owned, members), state)


def find_key(idempotency: Idempotency) -> StoredKey | None:
    """Return the key of a request over one contract, if it was used before."""
    (rows,) = read(_keys([idempotency]))
    return _by_name(rows).get((idempotency.caller, idempotency.key, 0))


def load_views(contract_ids: Sequence[UUID], job_ids: Sequence[UUID]) -> list[JobView]:
    """Return jobs, each of the contract in the same place, as answers show them, in order, in one statement."""
    jobs, _, _ = _read_jobs(*read(_jobs([many(contract_ids), many(job_ids)])))
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


def _keys(idempotencies: Iterable[Idempotency]) -> Query:
    sql = f"""
        SELECT caller, key, part, fingerprint, answer FROM ledger_idempotencykey
        WHERE {among("caller", "text")} AND {among("key", "text")}
    """
    names = {(item.caller, item.key) for item in idempotencies}
    callers, keys = {caller for caller, _ in names}, {key for _, key in names}
    return Query(sql, [many(callers), many(keys)], (str, str, int, str, str))


def _by_name(rows: Rows) -> dict[KeyName, StoredKey]:
    return {(caller, key, part): StoredKey(fingerprint, answer) for caller, key, part, fingerprint, answer in rows}


_JOB_TYPES: Final = (
    *(UUID, UUID, UUID, str, int, str, UUID, str, int, int, str, datetime, datetime, UUID, UUID),
    *(str, str, str, int, int, str, int, str, datetime, datetime, list[tuple[str, str, int]]),
)


def _jobs(named_jobs: Sequence[str]) -> Query:
    sql = f"""
        SELECT j.id, j.contract_id, j.service_id, s.code, j.user_id, COALESCE(NULLIF(u.email, ''), u.username),
            j.pool_id, j.caller, j.quantity_m, j.price_mt, s.refund_policy, j.created_at, j.hold_expires_at,
            j.rate_id, j.quote_id, j.project, j.comment, j.external_id, j.captured_mt, j.refunded_mt,
            j.status, j.results, j.reason, j.first_result_at, j.ended_at, j.draws
        FROM {named()} JOIN ledger_job j ON j.contract_id = named.contract_id AND j.id = named.id
        JOIN ledger_service s ON s.id = j.service_id JOIN auth_user u ON u.id = j.user_id
    """
    return Query(sql, named_jobs, _JOB_TYPES)


def _read_jobs(rows: Rows) -> tuple[dict[UUID, JobState], set[UUID], set[UUID]]:
    """Return the jobs, and the pools and lots that they drew on."""
    jobs: dict[UUID, JobState] = {}
    pool_ids, lot_ids, ids = set(), set(), IdsByText()
    for *values, draws in rows:
        job = JobState(*values)
        jobs[job.id] = job
        pool_ids.add(job.pool_id)
        for lot_id, pool_id, amount_mt in draws:
            job.draws.append((ids[lot_id], amount_mt))
            lot_ids.add(ids[lot_id])
            pool_ids.add(ids[pool_id])
    return jobs, pool_ids, lot_ids


_POOL_TYPES: Final = (UUID, str, int, int, int, int, int)
_LOT_TYPES: Final = (UUID, UUID, str, int, int, int, datetime, datetime, datetime)


def _lots(contract_id: UUID, pool_ids: set[UUID], users: set[int], lot_ids: Iterable[UUID] = ()) -> Query:
    """The pools named and those that these users may have, with their live lots and the lots named.

    Named lots, spent or not, are in one of the pools.
    """
    pool = "p.id, p.contract_id, p.kind, p.user_id, p.available_mt, p.held_mt, p.used_mt, p.expired_mt"
    # Pools first, each way by its own index, then their lots: one condition with OR, or a plan that begins with the
    # lots, would walk through all that a large contract has.
    join = "JOIN ledger_pool p ON p.contract_id = named.contract_id"
    chosen, parameters = [], []
    if pool_ids or not users:
        chosen.append(f"SELECT {pool} FROM {named()} {join} AND p.id = named.id")
        parameters += pairs(contract_id, pool_ids)
    if users:
        chosen += [
            f"SELECT {pool} FROM ledger_pool p WHERE p.contract_id = %s AND p.kind = 'shared'",
            f"SELECT {pool} FROM {named('bigint')} {join} AND p.user_id = named.id AND p.kind = 'individual'",
        ]
        parameters += [one(contract_id), *pairs(contract_id, users)]
    sql = f"""
        WITH p AS MATERIALIZED ({" UNION ".join(chosen)})
        SELECT p.id, p.kind, p.user_id, p.available_mt, p.held_mt, p.used_mt, p.expired_mt,
            l.id, l.parent_id, l.source, l.amount_mt, l.remaining_mt, l.held_mt, l.granted_at, l.expires_at,
            l.usable_until
        FROM p LEFT JOIN ledger_lot l ON l.contract_id = p.contract_id AND l.pool_id = p.id
            AND (NOT l.exhausted OR {among("l.id", "uuid")})
    """
    return Query(sql, [*parameters, many(lot_ids)], (*_POOL_TYPES, *_LOT_TYPES))


def _add_pools(state: State, rows: Rows) -> None:
    lots = []
    for pool_id, kind, user_id, *values in rows:
        balances, (lot_id, *lot, usable_until) = values[: len(_ACCOUNTS)], values[len(_ACCOUNTS) :]
        if pool_id not in state.pools:
            state.pools[pool_id] = PoolState(pool_id, kind, dict(zip(_ACCOUNTS, balances, strict=True)), user_id)
        if lot_id:
            lots.append(LotState(*[lot_id, state.pools[pool_id].id, *lot, usable_until or NEVER]))
    state.add_lots(lots)
