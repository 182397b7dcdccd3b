"""How the reports write amounts, times and definitions. Names from logs are text: nothing of them is marked safe."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext

from ledger.amounts import format_milli
from reporting.definitions import DEFINITIONS
from reporting.labels import written

register = template.Library()


@register.filter
def amount(milli: int) -> SafeString:
    """Write thousandths as the reader's language groups digits, with the exact value beside for machines."""
    exact = format_milli(milli)
    return format_html('<data value="{}">{}</data>', exact, plain(milli))


@register.filter
def plain(milli: int) -> str:
    """Write thousandths as text alone, for titles and options."""
    return _plain(milli, get_language())


@lru_cache(maxsize=4096)
def _plain(milli: int, _language: str | None) -> str:
    # Kept, because a year of days is mostly the same few amounts.
    exact = format_milli(milli)
    return number_format(Decimal(exact), len(exact.partition(".")[2]), use_l10n=True, force_grouping=True)


@register.filter
def whole(number: int) -> str:
    """Write a whole number as the reader's language groups digits."""
    return number_format(number, 0, use_l10n=True, force_grouping=True)


@register.filter
def signed(milli: int) -> SafeString:
    """Write an amount with its sign: what was added or taken."""
    return format_html("+{}", amount(milli)) if milli > 0 else amount(milli)


@register.filter
def moment(at: datetime | None) -> str | SafeString:
    """Write an instant to the minute in the reader's zone, with the zone."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    text = date_format(local, pgettext("instant, as Django's date filter takes it", "j M Y, H:i"))
    return format_html('<time datetime="{}">{} {}</time>', local.isoformat(), text, local.tzname())


@register.filter
def on(day: date | None) -> str | SafeString:
    """Write a day (UTC)."""
    return "" if day is None else format_html('<time datetime="{}">{}</time>', day.isoformat(), written(day))


@register.filter
def on_plain(day: date) -> str:
    """Write a day (UTC) as text alone, where there are hundreds of them."""
    return written(day)


@register.filter
def against(now_mt: int, before_mt: int) -> str:
    """Say how an amount compares with the one of the period before."""
    if now_mt == before_mt:
        return gettext("The same as in the period before")
    if before_mt <= 0:
        return gettext("%(before)s in the period before") % {"before": plain(before_mt)}
    percent = abs(100 * (now_mt - before_mt)) // before_mt
    said = {"percent": whole(percent), "before": plain(before_mt)}
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
