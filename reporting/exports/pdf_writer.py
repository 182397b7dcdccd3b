"""Writes a statement as PDF: figures, usage by service and lots, with page numbers and as many pages as it takes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import font_roboto
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from ledger.models import Lot
from reporting.exports.about import moment
from reporting.exports.statement import VERSION, Statement
from reporting.labels import pool_name
from reporting.usage import UsageReport, UsageTotals
from reporting.written import written_amount, written_number

_REGULAR: Final = "Roboto"
_BOLD: Final = "Roboto-Bold"
_TEXT: Final = ParagraphStyle("text", fontName=_REGULAR, fontSize=9, leading=12)
_CELL: Final = ParagraphStyle("cell", fontName=_REGULAR, fontSize=8.5, leading=11)
_TITLE: Final = ParagraphStyle("title", fontName=_BOLD, fontSize=17, leading=22, spaceAfter=4)
_HEADING: Final = ParagraphStyle("heading", fontName=_BOLD, fontSize=11.5, leading=15, spaceBefore=12, spaceAfter=5)
_LINES: Final = (
    ("FONT", (0, 0), (-1, -1), _REGULAR, 8.5),
    ("FONT", (0, 0), (-1, 0), _BOLD, 8.5),
    ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.HexColor("#0b2545")),
    ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.HexColor("#c9d0d9")),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
)
_LAST_BOLD: Final = ("FONT", (0, -1), (-1, -1), _BOLD, 8.5)


def write_statement(path: Path, statement: Statement, *, made_for: str, as_of: datetime, zone: str) -> int:
    """Write the statement to `path` and return the number of its lines of usage and lots."""
    _fonts()
    usage, lots = statement.usage(), statement.lots()
    title = _("Token statement, %(month)s") % {"month": date_format(statement.from_at, "YEAR_MONTH_FORMAT")}
    said = {"number": statement.contract.number, "title": title, "at": moment(as_of, zone), "version": VERSION}
    foot = _("%(number)s: %(title)s. As of %(at)s. Statement version %(version)s.") % said
    story = [
        Paragraph(title, _TITLE),
        *_head(statement, made_for=made_for, as_of=as_of, zone=zone),
        Paragraph(_("Balance"), _HEADING),
        _balance(statement),
        Paragraph(_("Usage by service"), _HEADING),
        *_or_none(_usage(usage), _("No tokens were used.")),
        Paragraph(_("Lots with tokens left"), _HEADING),
        *_or_none(_lots(lots, zone), _("No tokens are left.")),
    ]
    document = SimpleDocTemplate(
        str(path),
        pagesize=A4,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=16 * mm,
        bottomMargin=20 * mm,
        title=title,
        author="Counting House",
        subject=f"{statement.contract.name} ({statement.contract.number})",
        lang=get_language() or "en-GB",
    )
    document.build(story, canvasmaker=lambda *args, **kwargs: _Numbered(*args, foot=foot, **kwargs))
    return len(usage.rows) + len(lots)


class _Numbered(Canvas):  # type: ignore[misc]
    """A canvas that writes "Page 1 of 3" once it knows how many pages there are."""

    def __init__(self, *args: Any, foot: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.foot, self.pages = foot, list[dict[str, Any]]()

    def showPage(self) -> None:  # noqa: N802 - the library's name
        self.pages.append(dict(self.__dict__))
        self._startPage()

    def _of_all(self, number: int) -> str:
        return _("Page %(number)s of %(pages)s") % {"number": number, "pages": len(self.pages)}

    def save(self) -> None:
        for number, page in enumerate(self.pages, start=1):
            self.__dict__.update(page)
            self.setFont(_REGULAR, 7.5)
            self.drawString(18 * mm, 11 * mm, self.foot)
            self.drawRightString(A4[0] - 18 * mm, 11 * mm, self._of_all(number))
            super().showPage()
        super().save()


def _head(statement: Statement, *, made_for: str, as_of: datetime, zone: str) -> list[Flowable]:
    contract, pool = statement.contract, statement.pool
    whose = _("All pools of the contract")
    if pool:
        whose = pool_name(pool.kind, pool.user.email or pool.user.username if pool.user else "")
    until = f"{statement.to_at:%Y-%m-%d %H:%M:%S}" if statement.to_at == as_of else f"{statement.to_at:%Y-%m-%d}"
    lines = [
        (_("Contract"), f"{contract.name} ({contract.number})"),
        (_("Tokens"), whose),
        (
            _("Period"),
            _("from %(first)s to before %(end)s (UTC)") % {"first": f"{statement.from_at:%Y-%m-%d}", "end": until},
        ),
        (_("Made for"), made_for),
        (_("As of"), moment(as_of, zone)),
        (_("Times are in"), zone),
    ]
    return [_paragraph(f"{label}: {value}", _TEXT) for label, value in lines]


def _balance(statement: Statement) -> Flowable:
    rows = [["", _("Tokens")], [_("Opening balance"), written_amount(statement.opening_mt)]]
    rows += [[str(label), _signed(amount_mt)] for label, amount_mt in statement.terms()]
    closing = _("Closing balance")
    if statement.held_mt:
        closing = _("Closing balance, %(held)s of it held for running jobs") % {
            "held": written_amount(statement.held_mt)
        }
    rows.append([closing, written_amount(statement.closing_mt)])
    return _table(rows, names=1, widths=[134 * mm, 40 * mm])


def _usage(usage: UsageReport) -> Flowable | None:
    if not usage.rows:
        return None
    lines: list[list[Any]] = [[_("Service"), _("Jobs"), _("Charged"), _("Refunded"), _("Net")]]
    named: list[tuple[Any, UsageTotals]] = [(_paragraph(row.labels["service"], _CELL), row) for row in usage.rows]
    for name, row in [*named, (_("Total"), usage.totals)]:
        figures = (row.charged_mt, row.refunded_mt, row.net_mt)
        lines.append([name, written_number(row.jobs), *map(written_amount, figures)])
    return _table(lines, names=1, widths=[77 * mm, 21 * mm, 25 * mm, 25 * mm, 26 * mm])


def _lots(lots: Sequence[tuple[Lot, int]], zone: str) -> Flowable | None:
    if not lots:
        return None
    lines: list[list[Any]] = [[_("Source"), _("Pool"), _("Granted"), _("Usable until"), _("Tokens")]]
    for lot, left_mt in lots:
        user = lot.pool.user
        whose = (user.email or user.username) if user else _("Shared tokens")
        days = [_day(lot.granted_at, zone), _day(lot.usable_until, zone) if lot.usable_until else _("no expiry")]
        lines.append(
            [_paragraph(str(lot.get_source_display()), _CELL), _paragraph(whose, _CELL), *days, written_amount(left_mt)]
        )
    lines.append([_("Total"), "", "", "", written_amount(sum(left_mt for _lot, left_mt in lots))])
    return _table(lines, names=4, widths=[44 * mm, 50 * mm, 30 * mm, 30 * mm, 20 * mm])


def _or_none(table: Flowable | None, otherwise: str) -> Iterable[Flowable]:
    return [table] if table is not None else [Paragraph(otherwise, _TEXT), Spacer(1, 2 * mm)]


def _table(rows: list[list[Any]], *, names: int, widths: Sequence[float]) -> LongTable:
    """Return a table with a total in its last line: so many columns of names to the left, then figures to the right."""
    figures = ("ALIGN", (names, 0), (-1, -1), "RIGHT")
    table = LongTable(rows, colWidths=list(widths), repeatRows=1)
    table.setStyle(TableStyle([*_LINES, figures, _LAST_BOLD]))
    return table


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Paragraph(escaped, style)


def _signed(milli: int) -> str:
    return f"+{written_amount(milli)}" if milli > 0 else written_amount(milli).replace("-", "\u2212")


def _day(at: datetime, zone: str) -> str:
    return date_format(at.astimezone(ZoneInfo(zone)), "SHORT_DATE_FORMAT")


@cache
def _fonts() -> None:
    pdfmetrics.registerFont(TTFont(_REGULAR, font_roboto.font_files["Roboto"]))
    pdfmetrics.registerFont(TTFont(_BOLD, font_roboto.font_files["RobotoBold"]))
