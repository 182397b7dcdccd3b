"""The usual ranges of days, and the days that a row's date key covers. All UTC."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Final, TypeVar

from django.utils.translation import gettext_lazy as _

Day = TypeVar("Day", bound=date)
RECENT: Final = "30"
PRESETS: Final = {
    "1": _("Today"),
    "7": _("7 days"),
    "30": _("30 days"),
    "90": _("90 days"),
    "365": _("365 days"),
    "month": _("This month"),
    "year": _("This year"),
    "all": _("All"),
}


def preset_days(preset: str, today: date) -> tuple[date | None, date | None]:
    """Return first and last day of a preset as of today; both open for "all"."""
    if preset == "all":
        return None, None
    if preset == "month":
        return today.replace(day=1), today
    if preset == "year":
        return today.replace(month=1, day=1), today
    return today - timedelta(days=int(preset) - 1), today


def days_in_query(preset: str, first: date | None, last: date | None) -> list[tuple[str, str]]:
    """Return the parameters that choose these days: the preset, or without one each end that is not open."""
    if preset:
        return [("range", preset)]
    return [(name, day.isoformat()) for name, day in (("first", first), ("last", last)) if day]


def next_month(day: Day) -> Day:
    """Return the first of the month after a day's (or an instant's, at the same time of day).

    Raises:
        OverflowError: the day is in the last month of the calendar.
    """
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def span_of(group: str, key: str) -> tuple[date, date]:
    """Return first and last day of what `day`, `week` or `month` calls `key`."""
    if group == "month":
        year, month = map(int, key.split("-"))
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    first = date.fromisoformat(key)
    return first, first + timedelta(days=6 if group == "week" else 0)
