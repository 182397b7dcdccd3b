"""A lot as the pages show it: for how long its tokens can still be spent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ledger.models import Lot

ALERT_DAYS: Final = 90
"""What expires within so many days is marked. Source: DOMAIN, "alert within 90 days"."""


@dataclass(frozen=True, slots=True)
class LotLine:
    """A lot with tokens left; `days_left` is None where it does not expire, 0 on its last day."""

    lot: Lot
    days_left: int | None

    @property
    def expires_soon(self) -> bool:
        return self.days_left is not None and self.days_left <= ALERT_DAYS

    @property
    def in_grace(self) -> bool:
        return self.lot.expires_at != self.lot.usable_until


def line_of(lot: Lot, now: datetime) -> LotLine:
    """Return the lot as it is at `now`."""
    return LotLine(lot, days_left(lot.usable_until, now))


def days_left(until: datetime | None, now: datetime) -> int | None:
    """Return the whole days from `now` until an expiry; None without one."""
    return None if until is None else (until - now) // timedelta(days=1)
