"""Writes many rows of one contract."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from psycopg.types.json import Jsonb

from ledger.statements.values import Row, for_sqlite, on_postgresql

Model = type[models.Model]
_encoder: Final = msgspec.json.Encoder(enc_hook=str)
_COPIED_FROM: Final = 200
"""Rows of one table from which on copying pays for its further statements."""


class Writes:
    """Inserts and updates of one contract in one database transaction: on PostgreSQL as a single statement.

    Updates name the contract beside the key, so that a partitioned table looks in one part only. On PostgreSQL, where a
    table gets many rows all are copied, which costs a fifth of sending them within the statement: the one key of a
    large batch, too, has an answer that is long.
    """

    def __init__(self, contract_id: UUID) -> None:
        self._contract_id = contract_id
        self._inserts: list[tuple[Model, tuple[str, ...], Sequence[Row]]] = []
        self._updates: list[tuple[Model, tuple[str, ...], Sequence[Row]]] = []

    def insert(self, model: Model, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Add rows of `columns` (attribute names)."""
        if rows:
            self._inserts.append((model, tuple(columns), rows))

    def update(self, model: Model, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Set `columns` (attribute names) of the rows whose primary key leads each row."""
        if rows:
            self._updates.append((model, tuple(columns), rows))

    def run(self) -> None:
        """Write it all."""
        with connection.cursor() as cursor:
            if on_postgresql():
                self._run_on_postgresql(cursor)
            else:
                for model, columns, rows in self._inserts:
                    cursor.executemany(_sqlite_insertion(model, columns), [[*map(for_sqlite, row)] for row in rows])
                contract = for_sqlite(self._contract_id)
                for model, columns, rows in self._updates:
                    changes = [[*map(for_sqlite, row), contract] for row in rows]
                    cursor.executemany(_sqlite_change(model, columns), changes)

    def _run_on_postgresql(self, cursor: CursorWrapper) -> None:
        steps: list[str] = []
        parameters: list[Any] = []
        is_large = any(len(rows) >= _COPIED_FROM for _, _, rows in self._inserts)
        for model, columns, rows in self._inserts:
            if is_large:
                _copy(cursor, model, columns, rows)
            else:
                steps.append(_insertion(model, columns))
                parameters.append(_encoder.encode(rows).decode())
        for model, columns, rows in self._updates:
            steps.append(_change(model, columns))
            parameters += [self._contract_id, _encoder.encode(rows).decode(), len(rows)]
        if steps:
            parts = ", ".join(f"step_{number} AS ({sql})" for number, sql in enumerate(steps))
            cursor.execute(f"WITH {parts} SELECT", parameters)


@cache
def _insertion(model: Model, columns: tuple[str, ...]) -> str:
    fields = _fields(model, columns)
    values = ", ".join(_value(number, field) for number, field in enumerate(fields))
    table = _quote(model._meta.db_table)
    return f"INSERT INTO {table} ({_names(fields)}) SELECT {values} FROM jsonb_array_elements(%s) AS v"


@cache
def _change(model: Model, columns: tuple[str, ...]) -> str:
    key, *fields = _fields(model, ("pk", *columns))
    table = _quote(model._meta.db_table)
    sets = ", ".join(f"{_quote(field.column)} = {_value(number, field)}" for number, field in enumerate(fields, 1))
    same = f"{table}.contract_id = new.contract_id AND {table}.{_quote(key.column)} = {_value(0, key)}"
    # The limit keeps contract and row together, for the reason that `named` gives, and says how few rows there are.
    new = "SELECT %s::uuid AS contract_id, v FROM jsonb_array_elements(%s) AS v LIMIT %s"
    return f"UPDATE {table} SET {sets} FROM ({new}) AS new WHERE {same}"


def _value(number: int, field: "models.Field[Any, Any]") -> str:
    # Text without its limit: a cast to varchar(n) would cut a value that is too long, where inserting it refuses.
    type_ = _type(field)
    return f"v->>{number}" if type_.startswith(("varchar", "text")) else f"(v->>{number})::{type_}"


def _copy(cursor: CursorWrapper, model: Model, columns: tuple[str, ...], rows: Sequence[Row]) -> None:
    fields = _fields(model, columns)
    types = [_type(field).partition("(")[0] for field in fields]
    documents = [number for number, type_ in enumerate(types) if type_ == "jsonb"]
    target = f"COPY {_quote(model._meta.db_table)} ({_names(fields)}) FROM STDIN (FORMAT BINARY)"
    with connection.wrap_database_errors, cursor.copy(target) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(_with_documents(row, documents) if documents else row)


def _with_documents(row: Row, positions: Sequence[int]) -> Row:
    values = list(row)
    for position in positions:
        values[position] = Jsonb(values[position], dumps=str.encode)
    return values


@cache
def _sqlite_insertion(model: Model, columns: tuple[str, ...]) -> str:
    fields = _fields(model, columns)
    places = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {_quote(model._meta.db_table)} ({_names(fields)}) VALUES ({places})"


@cache
def _sqlite_change(model: Model, columns: tuple[str, ...]) -> str:
    # The key leads each row, so it leads the statement too.
    key, *fields = _fields(model, ("pk", *columns))
    table = _quote(model._meta.db_table)
    sets = ", ".join(f"{_quote(field.column)} = v.{_quote(field.column)}" for field in fields)
    values = ", ".join(f"%s AS {_quote(field.column)}" for field in (key, *fields))
    same = f"{table}.{_quote(key.column)} = v.{_quote(key.column)}"
    return f"UPDATE {table} SET {sets} FROM (SELECT {values}) AS v WHERE {same} AND {table}.contract_id = %s"


def _fields(model: Model, columns: Sequence[str]) -> list["models.Field[Any, Any]"]:
    by_name = {name: field for field in model._meta.concrete_fields for name in (field.name, field.attname)}
    primary_key = model._meta.pk
    assert primary_key is not None, "every table has a key"
    return [primary_key if column == "pk" else by_name[column] for column in columns]


def _quote(name: str | None) -> str:
    assert name is not None, "every field here has a column"
    return connection.ops.quote_name(name)


def _names(fields: Iterable["models.Field[Any, Any]"]) -> str:
    return ", ".join(_quote(field.column) for field in fields)


def _type(field: "models.Field[Any, Any]") -> str:
    return str(field.db_type(connection))
