"""Writes a history into an empty, migrated PostgreSQL database: people, grants, jobs, and the folded rollup."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.transaction import atomic

from bench.history import statements
from bench.history.people import contracts_for, make_people, store_places, store_services
from ledger.models import Kind, LotSource
from ledger.posting import Grant, Request, one_off, post
from ledger.rate_card import load_rate_card
from reporting.rollups import fold

ENTRIES_PER_JOB: Final = 4
_PARTS: Final = 4
_LEFT_OVER: Final = 1.25
_YEAR: Final = timedelta(days=365)


def load_history(entries: int, *, alone: bool = False, step: Callable[[str], object] = lambda name: None) -> None:
    """Write about so many entries of the year before now, and fold them; `step` is told what comes next.

    The large contract has a tenth of them or, `alone`, all.

    The tables' foreign keys and triggers are switched off meanwhile: what is written is right by construction, and
    the benchmark's tests verify it.
    """
    now = datetime.now(tz=UTC).replace(microsecond=0)
    step("people")
    with _one_connection():
        load_rate_card()
        _stage(entries, 1 if alone else contracts_for(entries), now - _YEAR, now)
        step("grants")
        _grant(now - _YEAR)
        with atomic():
            _execute("SET LOCAL session_replication_role = replica")
            _execute(statements.MOVES)
            for name, sql in statements.SAVE.items():
                step(name)
                _execute(sql)
        _execute(statements.TIDY)
        step("statistics")
        _execute("VACUUM (ANALYZE, FREEZE)")
        step("rollup")
        fold()
        _execute("VACUUM (ANALYZE) reporting_usagesum")


@contextmanager
def _one_connection() -> Iterator[None]:
    """Load with what helps only loading: nobody waits for the disk, and sorting may take memory."""
    _execute("SET synchronous_commit = off")
    _execute("SET work_mem = '512MB'")
    _execute("SET max_parallel_workers_per_gather = 0")
    try:
        yield
    finally:
        connection.close()


def _stage(entries: int, contracts: int, first: datetime, last: datetime) -> None:
    """Draw the jobs: whose they are, what they cost, which part of their pool pays."""
    jobs = max(10, entries // ENTRIES_PER_JOB)
    _execute(statements.STAGING)
    store_places(make_people(contracts, starts_at=first - _YEAR))
    store_services(first)
    times = {"first": first + timedelta(hours=1), "last": last - timedelta(hours=2)}
    _execute(statements.JOBS, {**times, "jobs": jobs, "contracts": contracts})
    _execute("ANALYZE bench_job")
    _execute(statements.PARTS, {"parts": _PARTS})
    _execute("ANALYZE bench_parted")


def _grant(at: datetime) -> None:
    """Grant each pool the lots that its jobs will need, to expire one after another."""
    with connection.cursor() as cursor:
        cursor.execute(statements.NEEDED)
        needed = cursor.fetchall()
    for contract_id, rows in groupby(needed, key=itemgetter(0)):
        requests = [
            Request(commands=[_lot(pool_id, part, amount_mt, at)], idempotency=one_off(), at=at)
            for _, pool_id, part, amount_mt in rows
        ]
        post(contract_id=contract_id, requests=requests)
    _execute(statements.LOTS)


def _lot(pool_id: UUID, part: int, amount_mt: int, at: datetime) -> Grant:
    """Return the grant of one lot; the last one is larger than what will be spent."""
    amount_mt = int(amount_mt * _LEFT_OVER) if part == _PARTS - 1 else amount_mt
    expires_at = at + (4 + part) * _YEAR
    return Grant(pool_id=pool_id, amount_mt=amount_mt, source=LotSource.GIFT, kind=Kind.GRANT, expires_at=expires_at)


def _execute(sql: str, parameters: Mapping[str, datetime | int] | None = None) -> None:
    # Without parameters the driver leaves percent signs alone, but the statements double them.
    with connection.cursor() as cursor:
        cursor.execute(sql if parameters is not None else sql.replace("%%", "%"), parameters)
