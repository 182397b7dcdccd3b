"""How the reports write amounts, times and definitions. Names from logs are text: nothing of them is marked safe."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from ledger.amounts import format_milli
from reporting.charts import Cell
from reporting.definitions import DEFINITIONS
from reporting.series import Point, Series
from reporting.written import time_element, written_amount, written_day, written_number

register = template.Library()
register.filter("plain", written_amount)  # as text alone, for titles and options
register.filter("whole", written_number)
register.filter("moment", time_element)


@register.filter
def amount(milli: int) -> SafeString:
    """Write thousandths as the reader's language groups digits, with the exact value beside for machines."""
    exact = format_milli(milli)
    return format_html('<data value="{}">{}</data>', exact, written_amount(milli))


@register.filter
def signed(milli: int) -> SafeString:
    """Write an amount with its sign: what was added or taken."""
    return format_html("+{}", amount(milli)) if milli > 0 else amount(milli)


@register.filter
def on(day: date | None) -> str | SafeString:
    """Write a day (UTC)."""
    return "" if day is None else format_html('<time datetime="{}">{}</time>', day.isoformat(), written_day(day))


@register.simple_tag
def day_rows(series: Series) -> SafeString:
    """Write the table's rows of a picture's days. Not in a template, which would take ten times as long for a year."""
    compared = bool(series.before_line)
    return format_html_join("\n", "<tr><td>{}</td>{}{}</tr>", (_day_cells(point, compared) for point in series.points))


@register.simple_tag
def calendar_cells(series: Series) -> SafeString:
    """Write a calendar's days; those with jobs lead to them."""
    return format_html_join("", "{}", ((_cell(cell),) for cell in series.cells))


def _day_cells(point: Point, compared: bool) -> tuple[SafeString | str, SafeString, SafeString | str]:
    day: SafeString | str = written_day(point.day)
    if point.behind:
        day = format_html('<a href="../jobs/?{}">{}</a>', point.behind, day)
    before = _amount_cell(point.before_mt or 0) if compared else ""
    return day, _amount_cell(point.net_mt), before


def _amount_cell(milli: int) -> SafeString:
    return format_html('<td class="amount">{}</td>', written_amount(milli))


def _cell(cell: Cell) -> SafeString:
    square = format_html('<rect class="heat heat-{}" x="{}" y="{}" />', cell.level, str(cell.x), str(cell.y))
    if not cell.behind:
        return square
    link = '<a href="../jobs/?{}" tabindex="-1">{}<title>{}: {}</title></a>'
    return format_html(link, cell.behind, square, written_day(cell.day), written_amount(cell.milli))


@register.filter
def against(now_mt: int, before_mt: int) -> str:
    """Say how an amount compares with the one of the period before."""
    if now_mt == before_mt:
        return gettext("The same as in the period before")
    if before_mt <= 0:
        return gettext("%(before)s in the period before") % {"before": written_amount(before_mt)}
    percent = abs(100 * (now_mt - before_mt)) // before_mt
    said = {"percent": written_number(percent), "before": written_amount(before_mt)}
    if percent == 0:
        return gettext("Within 1 %% of the %(before)s of the period before") % said
    if now_mt > before_mt:
        return gettext("%(percent)s %% more than the %(before)s of the period before") % said
    return gettext("%(percent)s %% less than the %(before)s of the period before") % said


@register.inclusion_tag("reporting/_what.html")
def what(code: str, as_of: datetime | None = None, place: str = "") -> dict[str, Any]:
    """Offer a figure's definition and the instant it is true for; `place` tells several of one page apart."""
    return {"id": f"what-{code}{place}", "definition": DEFINITIONS[code], "as_of": as_of}


@register.simple_tag
def receipt_url(transaction_id: UUID) -> str:
    """Return the address of a transaction's receipt; empty while the site issues none."""
    try:
        return reverse("portal:receipt", args=[transaction_id])
    except NoReverseMatch:
        return ""
