"""Cuts the large tables of a PostgreSQL database into hash partitions by contract. Run by `manage.py partition_ledger`.

A key of a partitioned table must contain what the table is cut by. So `id` alone becomes (contract_id, id), a foreign
key to such a table names the contract too, and every unique key is led by it. Ids are UUIDs of version 7 made by the
application: that one occurs in two contracts is as unlikely as it was in one table.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db import NotSupportedError, connection
from django.db.transaction import atomic

CONTRACT: Final = "contract_id"
CUT_BY: Final = {
    "ledger_entry": CONTRACT,
    "ledger_transaction": CONTRACT,
    "ledger_job": CONTRACT,
    "reporting_usagesum": CONTRACT,
    # A key is one caller's, on whichever contract it is used first: its own table has to find it on any.
    "ledger_idempotencykey": "key",
}
"""The tables that grow with every job, and what each is cut by. Pools, lots and books stay small."""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key between two tables, of one column each, as it was before."""

    name: str
    table: str
    column: str
    target: str
    target_column: str
    definition: str

    def statement(self) -> str:
        """Return what makes it again: with the contract, where it leads to a partitioned table."""
        added = f'ALTER TABLE {self.table} ADD CONSTRAINT "{self.name}"'
        if CUT_BY.get(self.target) != CONTRACT:
            return f"{added} {self.definition}"
        return (
            f"{added} FOREIGN KEY ({CONTRACT}, {self.column}) "
            f"REFERENCES {self.target} ({CONTRACT}, {self.target_column}) DEFERRABLE INITIALLY DEFERRED"
        )


def partition(partitions: int) -> dict[str, int]:
    """Cut each large table into so many partitions, rows and all, in one transaction; return the rows of each.

    Everything else waits meanwhile: meant for a new database, or for a pause. What is cut already stays as it is.

    Raises:
        ValueError: fewer than two partitions.
        NotSupportedError: the database is not PostgreSQL.
    """
    if connection.vendor != "postgresql":
        raise NotSupportedError("Only PostgreSQL cuts tables into partitions.")
    if partitions < 2:
        raise ValueError("One partition is no partition: give at least 2.")
    with atomic():
        _run("SET CONSTRAINTS ALL IMMEDIATE")
        tables = [table for table in CUT_BY if not _is_cut(table)]
        keys = [key for key in _foreign_keys() if {key.table, key.target} & set(tables)]
        for key in keys:
            _run(f'ALTER TABLE {key.table} DROP CONSTRAINT "{key.name}"')
        moved = {table: _cut(table, partitions) for table in tables}
        for key in keys:
            _run(key.statement())
    return moved


def _cut(table: str, partitions: int) -> int:
    """Make the table anew in parts, with its keys, indexes and triggers, and move its rows."""
    column, old = CUT_BY[table], f"{table}_whole"
    later = [*_indexes(table, column), *_triggers(table)]
    _run(f"ALTER TABLE {table} RENAME TO {old}")
    _run(f"CREATE TABLE {table} (LIKE {old} INCLUDING ALL EXCLUDING INDEXES) PARTITION BY HASH ({column})")
    for number in range(partitions):
        _run(
            f"CREATE TABLE {table}_{number} PARTITION OF {table} "
            f"FOR VALUES WITH (MODULUS {partitions}, REMAINDER {number})"
        )
    moved = _run(f"INSERT INTO {table} SELECT * FROM {old}")  # noqa: S608
    _run(f"DROP TABLE {old}")
    for statement in later:
        _run(statement)
    return moved


def _indexes(table: str, column: str) -> Iterator[str]:
    """Yield what makes the table's indexes again; unique ones are led by the column unless they have it."""
    rows = _rows(
        """
        SELECT i.relname, x.indisprimary, x.indisunique, pg_get_indexdef(x.indexrelid),
            EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = x.indrelid AND a.attname = %s
                AND a.attnum = ANY(x.indkey))
        FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid WHERE x.indrelid = %s::regclass
        """,
        [column, table],
    )
    for name, is_primary, is_unique, definition, has_column in rows:
        made = definition.replace(" ON ONLY ", " ON ")
        if is_unique and not has_column:
            made = re.sub(r"USING btree \(", f"USING btree ({column}, ", made, count=1)
        if is_primary:
            columns = made[made.index("(") :]
            yield f'ALTER TABLE {table} ADD CONSTRAINT "{name}" PRIMARY KEY {columns}'
        else:
            yield made


def _triggers(table: str) -> list[str]:
    found = "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"
    return [definition for (definition,) in _rows(found, [table])]


def _foreign_keys() -> list[ForeignKey]:
    rows = _rows(
        """
        SELECT c.conname, c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, f.attname,
            pg_get_constraintdef(c.oid)
        FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = c.confkey[1]
        WHERE c.contype = 'f' AND c.conparentid = 0 AND cardinality(c.conkey) = 1
        """,
        [],
    )
    return [ForeignKey(*row) for row in rows]


def _is_cut(table: str) -> bool:
    return _rows("SELECT relkind::text FROM pg_class WHERE oid = %s::regclass", [table]) == [("p",)]


def _run(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        count: int = cursor.rowcount
        return count


def _rows(sql: str, parameters: list[str]) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[str, ...]] = cursor.fetchall()
        return found
