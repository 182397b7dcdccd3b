"""Which sums of usage are kept, and how new usage is added to them. For reporting.rollups and reporting.figures alone.

A contract with many members has nearly as many different days, services, users and projects as jobs, so that one
table of everything would be as long as the journal. Each day and each month is therefore also summed by one thing
alone: a report over years reads some thousands of rows, whatever happened.
"""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet

from ledger.models import Entry
from reporting.figures import LIVE_FIGURES, LIVE_KEYS
from reporting.levels import COLUMNS, KEPT, SPANS, level

_FRESH: Final = ("contract_id", *SPANS, *COLUMNS.values(), "jobs", "charged_mt", "refunded_mt")
_KEY: Final = ("contract_id", "level", "starts_on", *COLUMNS.values())
_FIGURES: Final = ("jobs", "charged_mt", "refunded_mt")


def add_to_sums(entries: QuerySet[Entry]) -> None:
    """Add what the entries used to every level of the sums, with one statement."""
    keys = {f"k_{name}": LIVE_KEYS[name] for name in (*SPANS, *COLUMNS)}
    rows = entries.annotate(k_contract=F("contract_id"), **keys).values("k_contract", *keys)
    figures = rows.annotate(**LIVE_FIGURES).values_list("k_contract", *keys, *LIVE_FIGURES)
    select, parameters = figures.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_insertion(select), parameters)


def _insertion(fresh: str) -> str:
    levels = " UNION ALL ".join(_level(span, by, kept) for span in SPANS for by, kept in KEPT.items())
    added = ", ".join(f"{name} = reporting_usagesum.{name} + excluded.{name}" for name in _FIGURES)
    return (
        f"WITH fresh ({', '.join(_FRESH)}) AS ({fresh}) "
        f"INSERT INTO reporting_usagesum ({', '.join((*_KEY, *_FIGURES))}) {levels} "
        f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET {added}"
    )


def _level(span: str, by: str, kept: Collection[str]) -> str:
    """Return the rows of one level, with nobody and nothing in the columns that it adds up."""
    columns = [column if name in kept else _blank(name) for name, column in COLUMNS.items()]
    grouped = ["contract_id", span, *(COLUMNS[name] for name in kept)]
    sums = [f"SUM({name})" for name in _FIGURES]
    return (
        f"SELECT contract_id, '{level(span, by)}', {', '.join((span, *columns, *sums))} "
        f"FROM fresh GROUP BY {', '.join(grouped)}"
    )


def _blank(name: str) -> str:
    if name == "project":
        return "''"
    if name == "user":
        return "0"
    nothing = UUID(int=0)
    return f"'{nothing}'::uuid" if connection.vendor == "postgresql" else f"'{nothing.hex}'"
