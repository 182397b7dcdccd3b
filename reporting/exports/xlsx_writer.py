"""Writes Excel workbooks row by row, so that memory does not grow with the rows: the data, and a sheet about it."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reporting.exports.about import About
from reporting.exports.cells import harmless
from reporting.exports.columns import Column, ColumnKind, Row
from reporting.written import written_number

ROWS_PER_SHEET: Final = 1_048_000
_LONGEST_TEXT: Final = 32_767
_WIDTHS: Final = {ColumnKind.TEXT: 24, ColumnKind.INSTANT: 20, ColumnKind.DAY: 12}
_UNITS: Final = {ColumnKind.MILLI: 1000, ColumnKind.CENTS: 100}
_FORMATS: Final = {
    ColumnKind.COUNT: "#,##0",
    ColumnKind.MILLI: "#,##0.###",
    ColumnKind.CENTS: "#,##0.00",
    ColumnKind.DECIMAL: "#,##0.######",
    ColumnKind.INSTANT: "yyyy-mm-dd hh:mm:ss",
    ColumnKind.DAY: "yyyy-mm-dd",
}


def write_xlsx(path: Path, about: About, rows: Iterable[Row]) -> int:
    """Write the workbook to `path` and return how many rows it has.

    Amounts are numbers, times are dates in the reader's zone (which the heading names), and no cell is a formula.
    Rows that do not fit on one sheet go on on the next.
    """
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": str(about.dataset.title), "subject": about.contract, "created": about.as_of})
        data = _Data(book, about)
        for row in rows:
            data.add(row)
        _write_about(book, about, rows=data.written)
        return data.written


class _Data:
    """The sheets with the rows."""

    def __init__(self, book: Any, about: About) -> None:
        self.book, self.about, self.zone = book, about, ZoneInfo(about.zone)
        self.columns = about.dataset.columns
        self.formats = [_format(book, column.kind) for column in self.columns]
        self.written = self.line = 0
        self.sheet = self._next_sheet()

    def add(self, row: Row) -> None:
        """Write one row, on a new sheet where this one is full."""
        if self.line > ROWS_PER_SHEET:
            self.sheet = self._next_sheet()
        for number, (column, style, value) in enumerate(zip(self.columns, self.formats, row, strict=True)):
            if value is None:
                continue
            if column.kind is ColumnKind.TEXT:
                self.sheet.write_string(self.line, number, harmless(str(value))[:_LONGEST_TEXT])
            elif column.kind in (ColumnKind.INSTANT, ColumnKind.DAY):
                self.sheet.write_datetime(self.line, number, self._local(value), style)
            else:
                self.sheet.write_number(self.line, number, value / _UNITS.get(column.kind, 1), style)
        self.line += 1
        self.written += 1

    def _local(self, value: datetime | date | str) -> datetime:
        """Return a time in the reader's zone or a date, without a zone, as cells have none."""
        if isinstance(value, datetime):
            return value.astimezone(self.zone).replace(tzinfo=None)
        day = date.fromisoformat(value) if isinstance(value, str) else value
        return datetime(day.year, day.month, day.day)  # noqa: DTZ001

    def _next_sheet(self) -> Worksheet:
        number = len(self.book.worksheets()) + 1
        sheet: Worksheet = self.book.add_worksheet("Data" if number == 1 else f"Data {number}")
        heading = self.book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        for index, (column, style) in enumerate(zip(self.columns, self.formats, strict=True)):
            sheet.set_column(index, index, _WIDTHS.get(column.kind, 14), style)
            sheet.write_string(0, index, _title(column, self.about.zone), heading)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        self.line = 1
        return sheet


def _write_about(book: Any, about: About, *, rows: int) -> None:
    sheet = book.add_worksheet(_("About"))
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 70)
    lines = [*about.lines(), (_("Rows"), written_number(rows)), ("", "")]
    lines += [(_title(column, about.zone), column.meaning) for column in about.dataset.columns]
    for line, (label, value) in enumerate(lines):
        sheet.write_string(line, 0, label, bold)
        sheet.write_string(line, 1, harmless(value))


def _format(book: Any, kind: ColumnKind) -> Format | None:
    return book.add_format({"num_format": _FORMATS[kind]}) if kind in _FORMATS else None


def _title(column: Column, zone: str) -> str:
    return f"{column.title} ({zone})" if column.kind is ColumnKind.INSTANT else column.title
