"""Ranges of time that reports cover, split into whole months and days (UTC) and what is around them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from reporting.dates import next_month

_DAY = timedelta(days=1)
_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)
_LATEST = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days from `first` up to, not including, `end`; None is open."""

    first: date | None
    end: date | None

    def instants(self) -> tuple[datetime | None, datetime | None]:
        """Return the same as instants."""
        return (_midnight(self.first) if self.first else None, _midnight(self.end) if self.end else None)

    def split(self) -> tuple["Days | None", list["Days"]]:
        """Return the whole months in them, if there are any, and the other days before and after those."""
        first = _first_whole_month(self.first) if self.first else None
        end = self.end.replace(day=1) if self.end else None
        if first and end and first >= end:
            return None, [self]
        rests = [Days(self.first, first), Days(end, self.end)]
        return Days(first, end), [rest for rest in rests if rest.first != rest.end]


@dataclass(frozen=True, slots=True)
class Period:
    """The time from `from_at` (inclusive) to `to_at` (exclusive); None is open."""

    from_at: datetime | None = None
    to_at: datetime | None = None

    @classmethod
    def between(cls, from_at: datetime | None, to_at: datetime | None) -> "Period":
        """Return the period in UTC. Both instants are aware, or None."""
        return cls(_in_utc(from_at), _in_utc(to_at))

    @property
    def is_empty(self) -> bool:
        return self.from_at is not None and self.to_at is not None and self.from_at >= self.to_at

    def within(self, field: str = "at") -> dict[str, datetime]:
        """Return the period as conditions on a field of a query."""
        limits = {f"{field}__gte": self.from_at, f"{field}__lt": self.to_at}
        return {name: at for name, at in limits.items() if at is not None}

    def split(self) -> tuple[Days | None, list["Period"]]:
        """Return the whole days in it, if there are any, and the rests of days before and after them."""
        if self.is_empty:
            return None, []
        first = _first_whole_day(self.from_at) if self.from_at else None
        end = self.to_at.date() if self.to_at else None
        if first and end and first >= end:
            return None, [self]
        days = Days(first, end)
        starts_at, ends_at = days.instants()
        rests = [Period(self.from_at, starts_at), Period(ends_at, self.to_at)]
        return days, [rest for rest in rests if rest.from_at != rest.to_at]

    def before(self) -> "Period | None":
        """Return the period of the same length just before this one; None if either end is open."""
        if self.from_at is None or self.to_at is None or self.is_empty:
            return None
        try:
            return Period(self.from_at - (self.to_at - self.from_at), self.from_at)
        except OverflowError:
            return None


ALWAYS: Final = Period()


def whole_days(first: date | None, last: date | None) -> Period:
    """Return the days from `first` to `last`, both included, as people say it; None is open."""
    end = last + _DAY if last and last < date.max else None
    return Period(*Days(first, end).instants())


def _first_whole_day(instant: datetime) -> date:
    if instant == _midnight(instant.date()) or instant.date() == date.max:
        return instant.date()
    return instant.date() + _DAY


def _first_whole_month(day: date) -> date:
    if day.day == 1 or day.replace(day=1) == date.max.replace(day=1):
        return day
    return next_month(day)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _in_utc(instant: datetime | None) -> datetime | None:
    if instant is None:
        return None
    assert instant.tzinfo is not None, "a report's limits are aware"
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        return _EARLIEST if instant.year == 1 else _LATEST
