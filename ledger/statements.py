"""Statements that read and write any number of rows, the same on PostgreSQL and SQLite.

The ledger's hot path comes past the ORM here: compiling a query costs more than running it.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.db import connection, models

Row = Sequence[Any]
Model = type[models.Model]


def among(column: str, type_: str) -> str:
    """Return the condition that `column` is one of the values of a parameter made by `many`."""
    if connection.vendor == "postgresql":
        return f"{column} = ANY(%s::{type_}[])"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def many(values: Iterable[Any]) -> str:
    """Return values as one parameter, an array for `among`."""
    if connection.vendor == "postgresql":
        return _array(values)
    return json.dumps([_for_sqlite(value) for value in values])


def one(value: Any) -> Any:
    """Return a single value as a parameter."""
    return value if connection.vendor == "postgresql" else _for_sqlite(value)


def select_rows(sql: str, parameters: Row, types: Sequence[type]) -> list[tuple[Any, ...]]:
    """Return the rows of a query whose columns are of `types`, which SQLite does not know by itself."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    if connection.vendor == "postgresql":
        return rows
    readers = [_READERS.get(type_) for type_ in types]
    return [
        tuple(
            value if reader is None or value is None else reader(value)
            for reader, value in zip(readers, row, strict=True)
        )
        for row in rows
    ]


class Writes:
    """Inserts and updates of one database transaction, run together: on PostgreSQL as a single statement."""

    def __init__(self) -> None:
        self._parts: list[tuple[str, Sequence[Row]]] = []

    def insert(self, model: Model, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Add rows of `columns` (attribute names)."""
        if rows:
            self._parts.append((_insertion(connection.vendor, model, tuple(columns)), rows))

    def update(self, model: Model, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Set `columns` (attribute names) of the rows whose primary key leads each row."""
        if rows:
            self._parts.append((_change(connection.vendor, model, tuple(columns)), rows))

    def run(self) -> None:
        """Write it all."""
        if not self._parts:
            return
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                steps = ", ".join(f"step_{number} AS ({sql})" for number, (sql, _) in enumerate(self._parts))
                arrays = [_array(column) for _, rows in self._parts for column in zip(*rows, strict=True)]
                cursor.execute(f"WITH {steps} SELECT", arrays)
            else:
                for sql, rows in self._parts:
                    cursor.executemany(sql, [tuple(map(_for_sqlite, row)) for row in rows])


@cache
def _insertion(vendor: str, model: Model, columns: tuple[str, ...]) -> str:
    fields = _fields(model, columns)
    target = f"INSERT INTO {_quote(model._meta.db_table)} ({_names(fields)})"
    if vendor == "postgresql":
        return f"{target} SELECT * FROM unnest({_arrays(fields)})"
    return f"{target} VALUES ({', '.join(['%s'] * len(fields))})"


@cache
def _change(vendor: str, model: Model, columns: tuple[str, ...]) -> str:
    key, *fields = _fields(model, ("pk", *columns))
    table = _quote(model._meta.db_table)
    if vendor == "postgresql":
        sets = ", ".join(f"{_quote(field.column)} = v.{_quote(field.column)}" for field in fields)
        values = f"unnest({_arrays([key, *fields])}) AS v({_names([key, *fields])})"
        where = f"{table}.{_quote(key.column)} = v.{_quote(key.column)}"
        return f"UPDATE {table} SET {sets} FROM {values} WHERE {where}"
    # The key leads each row, so it leads the statement too.
    sets = ", ".join(f"{_quote(field.column)} = v.{_quote(field.column)}" for field in fields)
    values = ", ".join(f"%s AS {_quote(field.column)}" for field in (key, *fields))
    same = f"{table}.{_quote(key.column)} = v.{_quote(key.column)}"
    return f"UPDATE {table} SET {sets} FROM (SELECT {values}) AS v WHERE {same}"


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


def _arrays(fields: Iterable["models.Field[Any, Any]"]) -> str:
    # Text without its limit: a cast to varchar(n) would cut a value that is too long, where inserting it refuses.
    types = (str(field.db_type(connection)) for field in fields)
    return ", ".join(f"%s::{'text' if type_.startswith('varchar') else type_}[]" for type_ in types)


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


_READERS: Final[dict[type, Callable[[Any], Any]]] = {UUID: UUID, datetime: _time, bool: bool}
