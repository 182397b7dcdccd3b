"""Reads transactions in their canonical form, past the ORM: every seal and every verification reads them all."""

import json
from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from ledger.sealing.canonical import TRANSACTION, canonical
from ledger.sealing.merkle import leaf_hash

Form = dict[str, Any]


class Span(NamedTuple):
    """A part of a contract's journal: the entries after `since`, up to and with `upto`."""

    contract_id: UUID
    since: int
    upto: int


def transactions(spans: Sequence[Span]) -> dict[UUID, list[Form]]:
    """Return the canonical form of every transaction that begins in the spans, by contract, in order of seq.

    Two statements, however many spans. An entry belongs to the transaction it names.
    """
    forms: dict[UUID, list[Form]] = {span.contract_id: [] for span in spans}
    by_id: dict[str, Form] = {}
    if not spans:
        return forms
    for contract, *values in _rows(_TRANSACTIONS, spans, "first_seq"):
        form: Form = dict(zip(_FIELDS, values, strict=True))
        form |= {"contract": contract, "entries": [], "type": TRANSACTION}
        by_id[form["id"]] = form
        forms[UUID(contract)].append(form)
    # A span may end within a transaction: all of its entries are wanted.
    ends = [Span(key, since, found[-1]["last_seq"]) for key, since, _ in spans if (found := forms[key])]
    for transaction_id, *values in _rows(_ENTRIES, ends, "seq") if ends else ():
        if form_of := by_id.get(transaction_id):
            form_of["entries"].append(dict(zip(_ENTRY_FIELDS, values, strict=True)))
    return forms


def leaf_of(form: Form) -> bytes:
    """Return the leaf hash of a transaction's canonical form."""
    return leaf_hash(canonical(form))


def _rows(sql: str, spans: Sequence[Span], number: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        source, parameters = spans_as_table(spans)
        cursor.execute(
            sql.format(spans=source, number=number, **{name: _plain(column) for name, column in _COLUMNS.items()}),
            parameters,
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


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


_FIELDS: Final = ("at", "caller", "due_at", "first_seq", "id", "job", "kind", "last_seq", "order", "reason")
_ENTRY_FIELDS: Final = ("account", "amount_mt", "at", "balance_after_mt", "lot", "pool", "seq")
_COLUMNS: Final = {
    "t_at": ("at", "t.at"),
    "t_due_at": ("at", "t.due_at"),
    "t_contract": ("id", "t.contract_id"),
    "t_id": ("id", "t.id"),
    "t_job": ("id", "t.job_id"),
    "t_order": ("id", "t.order_id"),
    "e_at": ("at", "e.at"),
    "e_transaction": ("id", "e.transaction_id"),
    "e_lot": ("id", "e.lot_id"),
    "e_pool": ("id", "e.pool_id"),
}
_TRANSACTIONS: Final = """
    SELECT {t_contract}, {t_at}, t.caller, {t_due_at}, t.first_seq, {t_id}, {t_job}, t.kind, t.last_seq, {t_order},
        t.reason
    FROM {spans} JOIN ledger_transaction t ON t.contract_id = span.contract_id
        AND t.{number} > span.since AND t.{number} <= span.upto
    ORDER BY t.contract_id, t.first_seq
"""
_ENTRIES: Final = """
    SELECT {e_transaction}, e.account, e.amount_mt, {e_at}, e.balance_after_mt, {e_lot}, {e_pool}, e.seq
    FROM {spans} JOIN ledger_entry e ON e.contract_id = span.contract_id
        AND e.{number} > span.since AND e.{number} <= span.upto
    ORDER BY e.contract_id, e.seq
"""


def _plain(column: tuple[str, str]) -> str:
    """Return SQL that writes an identifier as text with hyphens, or a time as microseconds since 1970.

    The database does it: making objects of them in Python, to write them out again, would cost half of all time.
    """
    kind, name = column
    if connection.vendor == "postgresql":
        return f"CAST({name} AS text)" if kind == "id" else f"CAST(EXTRACT(EPOCH FROM {name}) * 1000000 AS bigint)"
    if kind == "id":
        pieces = (f"substr({name}, {start}, {length})" for start, length in _GROUPS)
        return " || '-' || ".join(pieces)
    return f"CAST(strftime('%%s', {name}) AS integer) * 1000000 + CAST(substr({name} || '.000000', 21, 6) AS integer)"


_GROUPS: Final = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
