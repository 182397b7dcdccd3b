"""Reads transactions in their canonical form, past the ORM: every seal and every verification reads them all."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from ledger.sealing.canonical import TRANSACTION
from ledger.sealing.merkle import leaf_hash

Form = dict[str, Any]


class Span(NamedTuple):
    """A part of a contract's journal: the entries after `since`, up to and with `upto`."""

    contract_id: UUID
    since: int
    upto: int


class Posted(NamedTuple):
    """A transaction in its canonical form, and the entries that it ought to have."""

    first_seq: int
    last_seq: int
    text: str

    @property
    def is_whole(self) -> bool:
        """It has as many entries as its range of numbers has; quotation marks within strings are escaped."""
        return self.text.count('"seq":') == self.last_seq - self.first_seq + 1

    @property
    def form(self) -> Form:
        """Return it as an object."""
        form: Form = json.loads(self.text)
        return form

    @property
    def leaf(self) -> bytes:
        """Return its leaf hash."""
        return leaf_hash(self.text.encode("ascii"))


def transactions(spans: Sequence[Span]) -> dict[UUID, list[Posted]]:
    """Return every transaction that begins in the spans, by contract, in order of seq. One statement.

    An entry belongs to the transaction it names. The database writes the canonical form: making objects of a million
    rows, to write them out again, would take three times as long.
    """
    found: dict[UUID, list[Posted]] = {span.contract_id: [] for span in spans}
    if not spans:
        return found
    by_text = {str(contract_id): posted for contract_id, posted in found.items()}
    source, parameters = spans_as_table(spans)
    with connection.cursor() as cursor:
        cursor.execute(_transactions_sql(connection.vendor).format(spans=source), parameters)
        for contract, first_seq, last_seq, text in cursor.fetchall():
            by_text[contract].append(Posted(first_seq, last_seq, _in_ascii(text)))
    return found


def _in_ascii(text: str) -> str:
    """Escape what JSON may leave as it is outside of printable ASCII, which stands in strings alone."""
    return text if text.isascii() and "\x7f" not in text else _NOT_ASCII.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found.group())[1:-1]


_NOT_ASCII: Final = re.compile(r"[^ -~]")


def spans_as_table(spans: Sequence[Span]) -> tuple[str, list[Any]]:
    """Return SQL for a table of (contract_id, since, upto), and its parameters."""
    if connection.vendor == "postgresql":
        columns = list(zip(*spans, strict=True)) or [(), (), ()]
        return "unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS span(contract_id, since, upto)", [
            list(column) for column in columns
        ]
    rows = [(span.contract_id.hex, span.since, span.upto) for span in spans]
    return _SQLITE_SPANS, [json.dumps(rows)]


_SQLITE_SPANS: Final = """
    (SELECT json_extract(value, '$[0]') AS contract_id, json_extract(value, '$[1]') AS since,
        json_extract(value, '$[2]') AS upto FROM json_each(%s)) AS span
"""


_ENTRY: Final = {
    "account": ("string", "e.account"),
    "amount_mt": ("number", "e.amount_mt"),
    "at": ("time", "e.at"),
    "balance_after_mt": ("number", "e.balance_after_mt"),
    "lot": ("id", "e.lot_id"),
    "pool": ("id", "e.pool_id"),
    "seq": ("number", "e.seq"),
}
_TRANSACTION: Final = {
    "at": ("time", "t.at"),
    "caller": ("string", "t.caller"),
    "contract": ("id", "t.contract_id"),
    "due_at": ("time", "t.due_at"),
    "entries": ("entries", ""),
    "first_seq": ("number", "t.first_seq"),
    "id": ("id", "t.id"),
    "job": ("id", "t.job_id"),
    "kind": ("string", "t.kind"),
    "last_seq": ("number", "t.last_seq"),
    "order": ("id", "t.order_id"),
    "reason": ("string", "t.reason"),
    "type": ("constant", TRANSACTION),
}


@cache
def _transactions_sql(vendor: str) -> str:
    write = _postgresql if vendor == "postgresql" else _sqlite
    contract = "t.contract_id::text" if vendor == "postgresql" else _hyphenated("t.contract_id")
    return _TRANSACTIONS.format(contract=contract, text=_object(_TRANSACTION, write), spans="{spans}")


_TRANSACTIONS: Final = """
    SELECT {contract}, t.first_seq, t.last_seq, {text}
    FROM {spans} JOIN ledger_transaction t ON t.contract_id = span.contract_id
        AND t.first_seq > span.since AND t.first_seq <= span.upto
    ORDER BY t.contract_id, t.first_seq
"""


def _object(members: Mapping[str, tuple[str, str]], write: Callable[[str, str], str]) -> str:
    """Return SQL that writes an object with these members, which are in order."""
    return (
        " || ".join(
            f"""'{"," if number else "{{"}"{name}":' || {write(*member)}"""
            for number, (name, member) in enumerate(members.items())
        )
        + " || '}}'"
    )


def _postgresql(kind: str, column: str) -> str:
    match kind:
        case "number":
            return f"{column}::text"
        case "string":
            return f"to_json({column})::text"
        case "id":
            return f"""COALESCE('"' || {column}::text || '"', 'null')"""
        case "time":
            return f"COALESCE(CAST(EXTRACT(EPOCH FROM {column}) * 1000000 AS bigint)::text, 'null')"
        case "entries":
            entry = _object(_ENTRY, _postgresql)
            return f"(SELECT '[' || COALESCE(string_agg({entry}, ',' ORDER BY e.seq), '') || ']' {_OF_IT})"
    return f"""'"{column}"'"""


def _sqlite(kind: str, column: str) -> str:
    match kind:
        case "number":
            return f"CAST({column} AS text)"
        case "string":
            return f"json_quote({column})"
        case "id":
            return f"""COALESCE('"' || {_hyphenated(column)} || '"', 'null')"""
        case "time":
            seconds, fraction = f"CAST(strftime('%%s', {column}) AS integer)", f"substr({column} || '.000000', 21, 6)"
            return f"COALESCE(CAST({seconds} * 1000000 + CAST({fraction} AS integer) AS text), 'null')"
        case "entries":
            return _SQLITE_ENTRIES.format(entry=_object(_ENTRY, _sqlite), of_it=_OF_IT)
    return f"""'"{column}"'"""


_SQLITE_ENTRIES: Final = """(SELECT '[' || COALESCE(group_concat(entry, ','), '') || ']'
    FROM (SELECT {entry} AS entry {of_it} ORDER BY e.seq))"""
_OF_IT: Final = """FROM ledger_entry e WHERE e.contract_id = t.contract_id
    AND e.seq BETWEEN t.first_seq AND t.last_seq AND e.transaction_id = t.id"""


def _hyphenated(column: str) -> str:
    return " || '-' || ".join(f"substr({column}, {start}, {length})" for start, length in _GROUPS)


_GROUPS: Final = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
