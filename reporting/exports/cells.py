"""How single values are written, so that no spreadsheet runs one of them as a formula."""

from datetime import UTC, date, datetime
from typing import Any, Final

from ledger.amounts import format_cents, format_milli
from reporting.exports.columns import Column, ColumnKind, Row

_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_CONTROL: Final = ("\t", "\r", "\n", "\0")


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: an apostrophe stands before what would start one."""
    return f"'{text}" if text.startswith(_CONTROL) or text.lstrip().startswith(_FORMULA) else text


def machine_texts(columns: tuple[Column, ...], row: Row) -> list[str]:
    """Return a row as texts for machines: decimal points, RFC 3339 in UTC, empty for nothing."""
    return [_WRITE[column.kind](value) if value is not None else "" for column, value in zip(columns, row, strict=True)]


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _day(day: date | str) -> str:
    return day if isinstance(day, str) else day.isoformat()


_WRITE: Final[dict[ColumnKind, Any]] = {
    ColumnKind.TEXT: lambda value: harmless(str(value)),
    ColumnKind.COUNT: str,
    ColumnKind.MILLI: format_milli,
    ColumnKind.CENTS: format_cents,
    ColumnKind.INSTANT: _instant,
    ColumnKind.DAY: _day,
    ColumnKind.DECIMAL: lambda value: f"{value:f}",
}
