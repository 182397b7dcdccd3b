"""Set-based inserts and updates: one statement for any number of rows, on PostgreSQL and SQLite alike."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from typing import Any

from django.db import connection, models


def insert_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert `rows` of `columns` (attribute names) in one statement."""
    if not rows:
        return
    fields = _fields(model, columns)
    names = ", ".join(_quote(field.column) for field in fields)
    table = _quote(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"INSERT INTO {table} ({names}) SELECT * FROM unnest({_arrays(fields)})", _columns(rows))
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", _adapted(fields, rows))


def update_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Update `columns` (attribute names) of the rows whose primary key leads each row, in one statement."""
    if not rows:
        return
    key, *fields = _fields(model, ["pk", *columns])
    table = _quote(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sets = ", ".join(f"{_quote(field.column)} = v.{_quote(field.column)}" for field in fields)
            names = ", ".join(_quote(field.column) for field in (key, *fields))
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM unnest({_arrays([key, *fields])}) AS v({names}) "
                f"WHERE {table}.{_quote(key.column)} = v.{_quote(key.column)}",
                _columns(rows),
            )
        else:
            sets = ", ".join(f"{_quote(field.column)} = %s" for field in fields)
            adapted = ((*row[1:], row[0]) for row in _adapted([key, *fields], rows))
            cursor.executemany(f"UPDATE {table} SET {sets} WHERE {_quote(key.column)} = %s", list(adapted))


def _fields(model: type[models.Model], columns: Sequence[str]) -> list["models.Field[Any, Any]"]:
    by_name = {name: field for field in model._meta.concrete_fields for name in (field.name, field.attname)}
    primary_key = model._meta.pk
    assert primary_key is not None
    return [primary_key if column == "pk" else by_name[column] for column in columns]


def _quote(name: str | None) -> str:
    assert name is not None
    return connection.ops.quote_name(name)


def _arrays(fields: Iterable["models.Field[Any, Any]"]) -> str:
    return ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)


def _columns(rows: Sequence[Sequence[Any]]) -> list[str]:
    """Return each column as the text of a PostgreSQL array, which costs a tenth of the driver's own way."""
    return ["{" + ",".join(map(_element, column)) + "}" for column in zip(*rows, strict=True)]


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    text = str(value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if isinstance(value, str) else f'"{text}"'


def _adapted(fields: Sequence["models.Field[Any, Any]"], rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """Return the rows as Django stores them in SQLite: identifiers in hex, times as text in UTC."""
    adapters = [_adapter(field) for field in fields]
    return [tuple(adapt(value) for adapt, value in zip(adapters, row, strict=True)) for row in rows]


def _adapter(field: "models.Field[Any, Any]") -> Callable[[Any], Any]:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if isinstance(field, models.UUIDField):
        return lambda value: value and value.hex
    if isinstance(field, models.DateTimeField):
        return lambda value: value and str(value.astimezone(UTC).replace(tzinfo=None))
    return lambda value: value
