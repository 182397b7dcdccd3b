"""Instants given as text on the command line."""

from argparse import ArgumentTypeError
from datetime import UTC, datetime


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
