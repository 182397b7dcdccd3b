"""The tables that every invariant's query names, holding the part of the books that a step of a verification looks at.

`span`: the contracts. `tx`, `entry`: what is new. `base`: sums of what was before. `moved`: those and everything since,
also what was posted during the run, to compare with balances as they are now. `job`: new jobs and those with something
new; `job_tx`, `job_entry`: all their transactions and entries. `key`: new keys; `effect`: what these did.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.transaction import atomic

from ledger.statements import one
from ledger.verification.keys import effects
from ledger.verification.scope import Scope


@dataclass(frozen=True, slots=True)
class Tables:
    """A WITH clause that defines the tables, and its parameters; none where they exist as copies."""

    clause: str = ""
    parameters: Sequence[Any] = ()

    @property
    def are_copies(self) -> bool:
        """Whether they are tables of their own."""
        return not self.clause


@contextmanager
def laid_out(scopes: Sequence[Scope]) -> Iterator[Tables]:
    """Provide the tables for these parts of the books.

    PostgreSQL guesses how much is new from how much there is of everything, and so wrongly that it takes minutes. What
    is new it gets as copies that it may count, all of one instant. A full run would have to copy everything; it reads
    the ledger's tables themselves, and whatever is asked in one statement is of one instant.
    """
    incremental = any(scope.since for scope in scopes)
    if incremental and connection.vendor == "postgresql":
        with _one_instant() as cursor:
            names = _copy(cursor, scopes)
            yield Tables()
            cursor.execute(f"DROP TABLE {', '.join(names)}")
    else:
        parts, parameters = _definitions(scopes, _CHANGED_JOBS if incremental else _all_jobs())
        hint = {"effect": "MATERIALIZED"}  # each answer is parsed once, for all that is asked of keys
        clause = ", ".join(f"{name} AS {hint.get(name, 'NOT MATERIALIZED')} ({sql})" for name, sql in parts.items())
        yield Tables(f"WITH {clause}", parameters)


@contextmanager
def _one_instant() -> Iterator[CursorWrapper]:
    """Begin a transaction that sees one instant, unless the caller has begun one already."""
    begun = connection.in_atomic_block
    with atomic(), connection.cursor() as cursor:
        if not begun:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        yield cursor


def _copy(cursor: CursorWrapper, scopes: Sequence[Scope]) -> list[str]:
    """Make temporary tables, and let PostgreSQL count them. Each finds its rows by an index, from what the last has."""
    parts, parameters = _definitions(scopes, _CHANGED_JOBS)
    cursor.execute("SET LOCAL enable_hashjoin = off")
    cursor.execute("SET LOCAL enable_mergejoin = off")
    for name, sql in parts.items():
        given = [parameters.pop(0) for _ in range(sql.count("%s"))]
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {sql}", given)
        cursor.execute(f"ANALYZE {name}")
    cursor.execute("SET LOCAL enable_hashjoin = on")
    cursor.execute("SET LOCAL enable_mergejoin = on")
    return list(parts)


def _all_jobs() -> dict[str, str]:
    """Return what all jobs are: PostgreSQL joins their entries at once, SQLite looks each job's up by their numbers."""
    return _ALL_JOBS if connection.vendor == "postgresql" else _ALL_JOBS | {"job_entry": _CHANGED_JOBS["job_entry"]}


def _definitions(scopes: Sequence[Scope], jobs: dict[str, str]) -> tuple[dict[str, str], list[Any]]:
    """Return what each table is, in order, and the parameters of them all."""
    span, parameters = _span(scopes)
    # The index over the keys' times serves one bound for all contracts.
    oldest = one(min(scope.keys_at for scope in scopes))
    time = "%s::timestamptz" if connection.vendor == "postgresql" else "%s"
    given = {name: sql.format(time=time) for name, sql in _TABLES.items()}
    return {"span": span, **given, **jobs, "effect": effects()}, [*parameters, oldest]


def _span(scopes: Sequence[Scope]) -> tuple[str, list[Any]]:
    columns = ("contract_id", "since", "upto", "since_at", "keys_at")
    rows = [(scope.contract_id, scope.since, scope.upto, scope.since_at, scope.keys_at) for scope in scopes]
    if connection.vendor == "postgresql":
        arrays = "%s::uuid[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[]"
        source = f"SELECT * FROM unnest({arrays}) AS given({', '.join(columns)})"
        return source, [list(column) for column in zip(*rows, strict=True)]
    values = ", ".join(f"json_extract(value, '$[{number}]') AS {name}" for number, name in enumerate(columns))
    return f"SELECT {values} FROM json_each(%s)", [json.dumps([[one(value) for value in row] for row in rows])]


_TABLES: Final = {
    "tx": """
        SELECT t.* FROM span s JOIN ledger_transaction t
            ON t.contract_id = s.contract_id AND t.first_seq > s.since AND t.first_seq <= s.upto
    """,
    "entry": """
        SELECT e.* FROM span s JOIN ledger_entry e
            ON e.contract_id = s.contract_id AND e.seq > s.since AND e.seq <= s.upto
    """,
    "base": """
        SELECT b.* FROM span s JOIN ledger_checkedbalance b ON b.contract_id = s.contract_id WHERE s.since > 0
    """,
    "later": """
        SELECT e.* FROM span s JOIN ledger_entry e ON e.contract_id = s.contract_id AND e.seq > s.since
    """,
    "moved": """
        SELECT contract_id, pool_id, lot_id, account, amount_mt FROM base
        UNION ALL SELECT contract_id, pool_id, lot_id, account, amount_mt FROM later
    """,
    "key": """
        SELECT k.* FROM span s JOIN ledger_idempotencykey k ON k.contract_id = s.contract_id AND k.at >= s.keys_at
        WHERE k.at >= {time}
    """,
}
_ALL_JOBS: Final = {
    "job": "SELECT j.* FROM span s JOIN ledger_job j ON j.contract_id = s.contract_id",
    "job_tx": """
        SELECT t.* FROM span s JOIN ledger_transaction t ON t.contract_id = s.contract_id WHERE t.job_id IS NOT NULL
    """,
    "job_entry": """
        SELECT t.job_id, t.kind, e.* FROM job_tx t
        JOIN later e ON e.transaction_id = t.id AND e.contract_id = t.contract_id
    """,
}
_CHANGED_JOBS: Final = {
    "changed": """
        SELECT job_id FROM tx WHERE job_id IS NOT NULL
        UNION SELECT n.id FROM span s JOIN ledger_job n ON n.contract_id = s.contract_id AND n.created_at >= s.since_at
    """,
    "job": "SELECT j.* FROM changed c JOIN ledger_job j ON j.id = c.job_id",
    "job_tx": "SELECT t.* FROM changed c JOIN ledger_transaction t ON t.job_id = c.job_id",
    "job_entry": """
        SELECT t.job_id, t.kind, e.* FROM job_tx t JOIN ledger_entry e
            ON e.contract_id = t.contract_id AND e.seq BETWEEN t.first_seq AND t.last_seq
    """,
}
