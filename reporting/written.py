"""How amounts, numbers, days and instants are written in the reader's language and zone. For templates and exports."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ledger.amounts import format_milli


def written_amount(milli: int) -> str:
    """Write thousandths (milli-tokens, or of a unit): 1234500 becomes 1,234.5."""
    return _amount(milli, get_language())


@lru_cache(maxsize=4096)
def _amount(milli: int, _language: str | None) -> str:
    # Kept, because a year of days is mostly the same few amounts.
    exact = format_milli(milli)
    return number_format(Decimal(exact), len(exact.partition(".")[2]), use_l10n=True, force_grouping=True)


def written_number(number: int) -> str:
    """Write a whole number."""
    return number_format(number, 0, use_l10n=True, force_grouping=True)


def written_day(day: date) -> str:
    """Write a day."""
    return _day(day, get_language())


@lru_cache(maxsize=4096)
def _day(day: date, _language: str | None) -> str:
    # Kept, because a picture of a year writes hundreds of days, the same ones for everybody.
    return date_format(day, "SHORT_DATE_FORMAT")


def time_element(at: datetime | None) -> str | SafeString:
    """Write an instant to the minute in the reader's zone, with the zone, as HTML; nothing for none."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    text = date_format(local, "SHORT_DATETIME_FORMAT")
    return format_html('<time datetime="{}">{} {}</time>', local.isoformat(), text, local.tzname())
