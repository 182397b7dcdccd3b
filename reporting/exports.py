"""Reports as CSV: columns that do not change with the question, and no cell that a spreadsheet would run."""

import csv
from collections.abc import Iterator
from typing import Final

from ledger.amounts import format_milli
from reporting.usage import GROUPS, UsageReport, UsageRow

NAMED: Final = ("service", "user", "pool")
COLUMNS: Final = (
    *(column for name in GROUPS for column in ([name, f"{name}_name"] if name in NAMED else [name])),
    *("jobs", "charged", "refunded", "net", "from", "to", "as_of"),
)
"""Always all of them, in this order; empty where the report is not grouped by it, or open at that end."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class _Echo:
    """What csv writes to: gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def usage_csv(report: UsageReport) -> Iterator[str]:
    """Yield the report line by line, COLUMNS first. Amounts are decimal strings of tokens, times RFC 3339 UTC."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    span = [at.isoformat() if at else "" for at in (report.from_at, report.to_at, report.as_of)]
    for row in report.rows:
        yield writer.writerow([*_names(row), *_figures(row), *span])


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: an apostrophe stands before what would start one."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _names(row: UsageRow) -> Iterator[str]:
    for name in GROUPS:
        yield harmless(row.keys.get(name, ""))
        if name in NAMED:
            yield harmless(row.labels.get(name, ""))


def _figures(row: UsageRow) -> list[str]:
    return [str(row.jobs), *(format_milli(milli) for milli in (row.charged_mt, row.refunded_mt, row.net_mt))]
