"""Reads many rows, of one query or of several at once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection

from ledger.statements.values import Row, Rows, on_postgresql


class Query(NamedTuple):
    """A query with its parameters, and the types of its columns; a column of JSON has the type of what is in it."""

    sql: str
    parameters: Row
    types: tuple[Any, ...]


def read(*queries: Query) -> list[Rows]:
    """Return the rows of each query; on PostgreSQL one statement asks them all, so they see the same instant."""
    if not on_postgresql():
        return [select_rows(*query) for query in queries]
    parts = ", ".join(map(_as_json, queries))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {parts}", [value for query in queries for value in query.parameters])
        found: tuple[str | None, ...] = cursor.fetchone()
    return [_rows_of(query.types).decode(text) if text else [] for query, text in zip(queries, found, strict=True)]


def _as_json(query: Query) -> str:
    """Return the expression of all rows as one text: arrays, because names in each of them would double its length."""
    names = ", ".join(f"c{number}" for number, _ in enumerate(query.types))
    return f"(SELECT json_agg(json_build_array({names}))::text FROM ({query.sql}) AS q({names}))"


@cache
def _rows_of(types: tuple[Any, ...]) -> msgspec.json.Decoder[Rows]:
    columns = tuple(type_ | None for type_ in types)
    return msgspec.json.Decoder(list[tuple[columns]])  # type: ignore[valid-type]  # known when it runs


def select_rows(sql: str, parameters: Row, types: Sequence[Any]) -> Rows:
    """Return the rows of a query whose columns are of `types`, which SQLite does not know by itself."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: Rows = cursor.fetchall()
    return rows if on_postgresql() else _typed(rows, types)


def _typed(rows: Rows, types: Sequence[Any]) -> Rows:
    by_column = [*map(_from_sqlite, types)]
    return [
        tuple(
            value if reader is None or value is None else reader(value)
            for reader, value in zip(by_column, row, strict=True)
        )
        for row in rows
    ]


def _time(value: str | datetime) -> datetime:
    """Return a time in UTC; Django's driver already reads plain columns, but not expressions."""
    naive = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return naive.replace(tzinfo=UTC)


_FROM_SQLITE: Final[Mapping[Any, Callable[[Any], Any] | None]] = {
    int: None,
    str: None,
    UUID: UUID,
    datetime: _time,
    bool: bool,
}


@cache
def _from_sqlite(type_: Any) -> Callable[[Any], Any] | None:
    """Return what makes a value of the type of what SQLite gives; None where that is one already."""
    return _FROM_SQLITE[type_] if type_ in _FROM_SQLITE else msgspec.json.Decoder(type_).decode
