"""How amounts, instants and people's words are written, so that no name can become markup of the books."""

from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from ledger.amounts import MILLI

CURRENCY: Final = "TOK"
_HARMLESS: Final = frozenset(" ._@+-/'&():")


def fixed(amount_mt: int) -> str:
    """Return milli-tokens as tokens with three decimals: 500 becomes "0.500"."""
    whole, fraction = divmod(abs(amount_mt), MILLI)
    return f"{'-' if amount_mt < 0 else ''}{whole}.{fraction:03d}"


def instant(at: datetime | None) -> str:
    """Return a time in UTC to the microsecond; empty for none."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}" if at else ""


def day(at: datetime) -> str:
    """Return the day in UTC."""
    return at.astimezone(UTC).date().isoformat()


def harmless(text: str) -> str:
    """Return the text with everything but letters, digits and a few signs percent-encoded as UTF-8.

    Quotes, commas, semicolons, brackets, line ends and invisible characters all mean something to some program;
    `urllib.parse.unquote` gives the text back.
    """
    return "".join(sign if sign.isalnum() or sign in _HARMLESS else _encoded(sign) for sign in text)


def _encoded(sign: str) -> str:
    return quote(sign, safe="", errors="replace")
