"""Statements that read and write any number of rows, the same on PostgreSQL and SQLite.

The ledger's hot path comes past the ORM here: compiling a query costs more than running it.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from psycopg.types.json import Jsonb

from ledger.ids import IdsByText

Row = Sequence[Any]
Rows = list[tuple[Any, ...]]
Model = type[models.Model]
_encoder: Final = msgspec.json.Encoder(enc_hook=str)
_COPIED_FROM: Final = 200
"""Rows from which on copying pays for its further statement."""


@cache
def on_postgresql() -> bool:
    """Tell which of the two databases this process works on; asked dozens of times for each charge."""
    return connection.vendor == "postgresql"


def among(column: str, type_: str) -> str:
    """Return the condition that `column` is one of the values of a parameter made by `many`."""
    if on_postgresql():
        return f"{column} = ANY(%s::{type_}[])"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def many(values: Iterable[Any]) -> str:
    """Return values as one parameter, an array for `among`."""
    if on_postgresql():
        return _array(values)
    return json.dumps([_for_sqlite(value) for value in values])


def one(value: Any) -> Any:
    """Return a single value as a parameter."""
    return value if on_postgresql() else _for_sqlite(value)


class Query(NamedTuple):
    """A query with its parameters, and the types of its columns, whose names differ."""

    sql: str
    parameters: Row
    types: Sequence[type]


def read(*queries: Query) -> list[Rows]:
    """Return the rows of each query; on PostgreSQL one statement asks them all, so they see the same instant."""
    if not on_postgresql():
        return [select_rows(*query) for query in queries]
    parts = ", ".join(f"(SELECT json_agg(q) FROM ({query.sql}) AS q)" for query in queries)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {parts}", [value for query in queries for value in query.parameters])
        found: tuple[list[dict[str, Any]] | None, ...] = cursor.fetchone()
    readers = {**_FROM_JSON, UUID: IdsByText().__getitem__}
    return [
        _typed((record.values() for record in records or ()), query.types, readers)
        for query, records in zip(queries, found, strict=True)
    ]


def select_rows(sql: str, parameters: Row, types: Sequence[type]) -> Rows:
    """Return the rows of a query whose columns are of `types`, which SQLite does not know by itself."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: Rows = cursor.fetchall()
    return rows if on_postgresql() else _typed(rows, types, _FROM_SQLITE)


def _typed(rows: Iterable[Iterable[Any]], types: Sequence[type], readers: Mapping[type, Callable[[Any], Any]]) -> Rows:
    by_column = [readers.get(type_) for type_ in types]
    return [
        tuple(
            value if reader is None or value is None else reader(value)
            for reader, value in zip(by_column, row, strict=True)
        )
        for row in rows
    ]


class Writes:
    """Inserts and updates of one contract in one database transaction: on PostgreSQL as a single statement.

    Updates name the contract beside the key, so that a partitioned table looks in one part only. On PostgreSQL, tables
    that get many rows are copied into, which costs a fifth of sending them within the statement.
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
                    cursor.executemany(_sqlite_insertion(model, columns), [[*map(_for_sqlite, row)] for row in rows])
                contract = _for_sqlite(self._contract_id)
                for model, columns, rows in self._updates:
                    changes = [[*map(_for_sqlite, row), contract] for row in rows]
                    cursor.executemany(_sqlite_change(model, columns), changes)

    def _run_on_postgresql(self, cursor: CursorWrapper) -> None:
        steps: list[str] = []
        parameters: list[Any] = []
        for model, columns, rows in self._inserts:
            if len(rows) >= _COPIED_FROM:
                _copy(cursor, model, columns, rows)
            else:
                steps.append(_insertion(model, columns))
                parameters.append(_encoder.encode(rows).decode())
        for model, columns, rows in self._updates:
            steps.append(_change(model, columns))
            parameters += [_encoder.encode(rows).decode(), self._contract_id]
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
    where = f"{table}.contract_id = %s AND {table}.{_quote(key.column)} = {_value(0, key)}"
    return f"UPDATE {table} SET {sets} FROM jsonb_array_elements(%s) AS v WHERE {where}"


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


def _array(values: Iterable[Any]) -> str:
    """Return values as the text of a PostgreSQL array, which costs a tenth of the driver's own way."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return f'"{value}"'


def _for_sqlite(value: Any) -> Any:
    """Return a value as Django stores it in SQLite: identifiers in hex, times as text in UTC."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    return value


def _time(value: str | datetime) -> datetime:
    """Return a time in UTC; Django's driver already reads plain columns, but not expressions."""
    naive = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return naive.replace(tzinfo=UTC)


_FROM_SQLITE: Final[Mapping[type, Callable[[Any], Any]]] = {UUID: UUID, datetime: _time, bool: bool}
_FROM_JSON: Final[Mapping[type, Callable[[Any], Any]]] = {datetime: datetime.fromisoformat}
