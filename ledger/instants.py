"""Instants: given as text, and the present one as the database knows it."""

from argparse import ArgumentTypeError
from datetime import UTC, datetime
from typing import Final

from django.db import connection
from django.utils import timezone

_FIRST: Final = datetime(1900, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9000, 1, 1, tzinfo=UTC)


def is_within_reason(instant: datetime) -> bool:
    """Tell whether an aware time can be moved by years and written in any zone without leaving the calendar."""
    return _FIRST <= instant <= _LAST


def parse_instant(text: str) -> datetime:
    """Return an RFC 3339 time; without an offset it is UTC.

    Raises:
        ArgumentTypeError: the text is no such time.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a time such as 2026-07-01T12:00:00Z") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def database_now() -> datetime:
    """Return the time by the database's clock, which all machines of a site share; SQLite's is this machine's."""
    if connection.vendor == "sqlite":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        row: tuple[datetime] | None = cursor.fetchone()
    assert row is not None, "it is one row"
    return row[0]
