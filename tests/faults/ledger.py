"""What the ledger has, read with plain SQL and nothing of ours between."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import closing
from typing import Any
from uuid import UUID

import psycopg

_EFFECTS = """
    SELECT j.external_id, j.id, t.kind, COUNT(t.id) FROM ledger_job j
    LEFT JOIN ledger_transaction t ON t.job_id = j.id
    WHERE j.external_id LIKE {} GROUP BY j.external_id, j.id, t.kind
"""


def rows(database_url: str, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Return what a statement finds; `{}` in it stands for a parameter."""
    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=30)) as database:
            return database.execute(sql.replace("{}", "?"), parameters).fetchall()
    conninfo = f"host={database_url.rpartition('host=')[2]} user=postgres dbname=postgres connect_timeout=10"
    with closing(psycopg.connect(conninfo)) as server:
        return server.execute(sql.replace("{}", "%s"), parameters or None).fetchall()


def effects_of(database_url: str, run: str) -> dict[str, dict[str, Counter[str]]]:
    """Return the jobs of a client's run by the key they were started with, with the kinds of their transactions."""
    found: dict[str, dict[str, Counter[str]]] = defaultdict(dict)
    for key, job, kind, times in _as_text(rows(database_url, _EFFECTS, f"{run}-%")):
        found[key].setdefault(job, Counter())[kind] += times
    return dict(found)


def _as_text(found: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    for key, job, *rest in found:
        yield key, str(UUID(str(job))), *rest


def change(database_url: str, sql: str) -> None:
    """Run one statement that changes something, as an operator would by hand."""
    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=30)) as database, database:
            database.execute(sql)
        return
    conninfo = f"host={database_url.rpartition('host=')[2]} user=postgres dbname=postgres connect_timeout=10"
    with closing(psycopg.connect(conninfo, autocommit=True)) as server:
        server.execute(sql)
