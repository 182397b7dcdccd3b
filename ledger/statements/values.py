"""Values on their way into a statement, in the form that each of the two databases takes."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection

_encoder: Final = msgspec.json.Encoder()
Row = Sequence[Any]
Rows = list[tuple[Any, ...]]


@cache
def on_postgresql() -> bool:
    """Tell which of the two databases this process works on; asked dozens of times for each charge."""
    return connection.vendor == "postgresql"


def among(column: str, type_: str) -> str:
    """Return the condition that `column` is one of the values of a parameter made by `many`."""
    if on_postgresql():
        return f"{column} = ANY(%s::{type_}[])"
    return f"{column} IN (SELECT value FROM json_each(%s))"


def named(type_: str = "uuid") -> str:
    """Return a table `named` of `contract_id` and `id`, to join with what they name; `pairs` are its parameters.

    PostgreSQL plans for an average contract. Told one contract and many ids it would take the contract's rows for few,
    read them all, and be slow for a large one; so it is told pairs, which it looks up by key.
    """
    if on_postgresql():
        return f"unnest(%s::uuid[], %s::{type_}[]) AS named(contract_id, id)"
    both = "json_each(%s) AS c JOIN json_each(%s) AS i ON i.key = c.key"
    return f"(SELECT c.value AS contract_id, i.value AS id FROM {both}) AS named"


def pairs(contract_id: UUID, ids: Collection[Any]) -> list[str]:
    """Return the parameters of `named` for ids of one contract."""
    return [many([contract_id] * len(ids)), many(ids)]


def many(values: Iterable[Any]) -> str:
    """Return values as one parameter, an array for `among`."""
    if on_postgresql():
        return _array([*values])
    return json.dumps([for_sqlite(value) for value in values])


def one(value: Any) -> Any:
    """Return a single value as a parameter."""
    return value if on_postgresql() else for_sqlite(value)


def _array(values: Sequence[Any]) -> str:
    """Return values of one type as the text of a PostgreSQL array, which costs a tenth of the driver's own way."""
    if any(isinstance(value, str) for value in values[:1]):
        return "{" + ",".join(map(_quoted, values)) + "}"
    # Numbers and ids stand in JSON as they do in an array.
    return "{" + _encoder.encode(values).decode()[1:-1] + "}"


def _quoted(text: str) -> str:
    escaped = str(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def for_sqlite(value: Any) -> Any:
    """Return a value as Django stores it in SQLite: identifiers in hex, times as text in UTC."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    return value
