"""Token amounts and prices: integers of milli-tokens and cents inside, decimal strings at the edges, floats nowhere."""

import re
from functools import lru_cache
from typing import Final

from ledger.errors import InvalidAmount

MILLI: Final = 1000
MAX_DIGITS: Final = 12
_SHAPE: Final = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]+))?", re.ASCII)


def parse_milli(value: str | int, *, signed: bool = False) -> int:
    """Return `value`, a decimal string or integer with at most 3 decimals, in thousandths.

    Use it for tokens (milli-tokens) and for quantities of a service's unit alike.

    Raises:
        InvalidAmount: not a plain decimal number, a float, too many decimals or digits, or negative while not `signed`.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise InvalidAmount('Give the amount as a decimal string, such as "11" or "0.5".')
    if isinstance(value, int) and abs(value) >= 10**MAX_DIGITS:
        raise InvalidAmount(f"An amount has at most {MAX_DIGITS} digits.")
    match = _SHAPE.fullmatch(str(value)) if len(str(value)) <= 32 else None
    if match is None:
        raise InvalidAmount("This is not a plain decimal number.")
    sign, whole, fraction = match[1], match[2], match[3] or ""
    if len(fraction) > 3:
        raise InvalidAmount("An amount has at most 3 decimals.")
    if len(whole.lstrip("0")) + len(fraction) > MAX_DIGITS:
        raise InvalidAmount(f"An amount has at most {MAX_DIGITS} digits.")
    if sign and not signed:
        raise InvalidAmount("The amount must not be negative.")
    milli = int(whole) * MILLI + int(fraction.ljust(3, "0"))
    return -milli if sign else milli


def check_amount(amount_mt: int) -> None:
    """Refuse what nobody can grant, correct or move: milli-tokens not above zero, or with too many digits.

    Raises:
        InvalidAmount.
    """
    if not 0 < amount_mt < 10**MAX_DIGITS * MILLI:
        raise InvalidAmount(f"Give an amount above zero with at most {MAX_DIGITS} digits.", field="amount")


@lru_cache(maxsize=10_000)
def format_milli(milli: int) -> str:
    """Return thousandths as a decimal string without exponent or trailing zeros: 500 becomes "0.5"."""
    whole, fraction = divmod(abs(milli), MILLI)
    text = f"{whole}.{fraction:03d}".rstrip("0") if fraction else str(whole)
    return f"-{text}" if milli < 0 else text


def format_cents(cents: int) -> str:
    """Return hundredths of a currency's unit as a decimal string with both decimals: 15000 becomes "150.00"."""
    units, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{units}.{rest:02d}"
