"""The part of the books that one step of a verification looks at, as tables that every invariant's query names.

A full run looks at each contract from its first entry. An incremental one looks at what was posted since the
contract's checkpoint, and takes the sums of what was before from there. Both run the same queries.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from ledger.statements import one

BEGINNING: Final = datetime(1, 1, 1, tzinfo=UTC)
# A key that was being written during the last run may seem older than it.
_OVERLAP: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Scope:
    """One contract's entries after `since`, up to and with `upto`. `since` is 0 where everything is looked at."""

    contract_id: UUID
    since: int
    upto: int
    since_at: datetime = BEGINNING
    checked_at: datetime = BEGINNING
    news_at: datetime = BEGINNING
    sealed: int = 0

    @property
    def keys_at(self) -> datetime:
        """From when on keys are looked at. None is dated before its effect, not even when the clock was set back."""
        return min(self.checked_at - _OVERLAP, self.news_at) if self.since else BEGINNING


def tables(scopes: Sequence[Scope]) -> tuple[str, list[Any]]:
    """Return the WITH clause that defines the tables of the module's queries, and its parameters.

    `span`: the contracts. `tx`, `entry`: what is new. `base`: sums of what was before. `moved`: those and everything
    since, also what was posted during the run, to compare with balances as they are now. `job`: new jobs and those
    with something new; `job_tx`, `job_entry`: all their transactions and entries. `key`: new keys.
    """
    incremental = any(scope.since for scope in scopes)
    span, parameters = _span(scopes)
    # The index over the keys' times serves one bound for all contracts.
    oldest = one(min(scope.keys_at for scope in scopes))
    given = _TABLES.format(time="%s::timestamptz" if connection.vendor == "postgresql" else "%s")
    return f"WITH {span}, {given}, {_CHANGED_JOBS if incremental else _ALL_JOBS}", [*parameters, oldest]


def _span(scopes: Sequence[Scope]) -> tuple[str, list[Any]]:
    columns = "contract_id, since, upto, since_at, keys_at"
    rows = [(scope.contract_id, scope.since, scope.upto, scope.since_at, scope.keys_at) for scope in scopes]
    if connection.vendor == "postgresql":
        arrays = "%s::uuid[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[]"
        source = f"SELECT * FROM unnest({arrays}) AS given({columns})"
        return f"span({columns}) AS ({source})", [list(column) for column in zip(*rows, strict=True)]
    values = ", ".join(f"json_extract(value, '$[{number}]')" for number in range(5))
    given = json.dumps([[one(value) for value in row] for row in rows])
    return f"span({columns}) AS (SELECT {values} FROM json_each(%s))", [given]


_TABLES: Final = """
    tx AS NOT MATERIALIZED (
        SELECT t.* FROM span s JOIN ledger_transaction t
            ON t.contract_id = s.contract_id AND t.first_seq > s.since AND t.first_seq <= s.upto),
    entry AS NOT MATERIALIZED (
        SELECT e.* FROM span s JOIN ledger_entry e
            ON e.contract_id = s.contract_id AND e.seq > s.since AND e.seq <= s.upto),
    base AS NOT MATERIALIZED (
        SELECT b.* FROM span s JOIN ledger_checkedbalance b ON b.contract_id = s.contract_id WHERE s.since > 0),
    later AS NOT MATERIALIZED (
        SELECT e.* FROM span s JOIN ledger_entry e ON e.contract_id = s.contract_id AND e.seq > s.since),
    moved AS NOT MATERIALIZED (
        SELECT contract_id, pool_id, lot_id, account, amount_mt FROM base
        UNION ALL SELECT contract_id, pool_id, lot_id, account, amount_mt FROM later),
    key AS NOT MATERIALIZED (
        SELECT k.* FROM span s JOIN ledger_idempotencykey k ON k.contract_id = s.contract_id AND k.at >= s.keys_at
        WHERE k.at >= {time})
"""
_ALL_JOBS: Final = """
    job AS NOT MATERIALIZED (SELECT j.* FROM span s JOIN ledger_job j ON j.contract_id = s.contract_id),
    job_tx AS NOT MATERIALIZED (
        SELECT t.* FROM span s JOIN ledger_transaction t ON t.contract_id = s.contract_id WHERE t.job_id IS NOT NULL),
    job_entry AS NOT MATERIALIZED (
        SELECT t.job_id, t.kind, e.* FROM job_tx t
        JOIN later e ON e.transaction_id = t.id AND e.contract_id = t.contract_id)
"""
_CHANGED_JOBS: Final = """
    job AS NOT MATERIALIZED (
        SELECT j.* FROM ledger_job j WHERE j.id IN (
            SELECT job_id FROM tx WHERE job_id IS NOT NULL
            UNION SELECT n.id FROM span s JOIN ledger_job n
                ON n.contract_id = s.contract_id AND n.created_at >= s.since_at)),
    job_tx AS NOT MATERIALIZED (SELECT t.* FROM job j JOIN ledger_transaction t ON t.job_id = j.id),
    job_entry AS NOT MATERIALIZED (
        SELECT t.job_id, t.kind, e.* FROM job_tx t JOIN ledger_entry e
            ON e.contract_id = t.contract_id AND e.seq BETWEEN t.first_seq AND t.last_seq)
"""
