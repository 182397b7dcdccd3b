"""What the page of token events was asked to show: which pool, kinds and days; read once, written into links."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.http import QueryDict
from django.utils.http import urlencode

from ledger.models import EVENT_KINDS
from reporting.dates import days_in_query
from reporting.filters import read_days
from reporting.periods import Period, whole_days

USUAL: Final = "365"


@dataclass(frozen=True, slots=True)
class EventFilter:
    """The filters of the page. `kind` and `pool` are empty for all kinds, and for the viewer's first pool."""

    preset: str = USUAL
    first: date | None = None
    last: date | None = None
    kind: str = ""
    pool: UUID | None = None
    errors: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        return (self.kind,) if self.kind else EVENT_KINDS

    def period(self) -> Period:
        """Return the days as instants."""
        return whole_days(self.first, self.last)

    def query(self) -> str:
        """Return the query string that shows the same again."""
        parameters: list[tuple[str, str]] = [("pool", str(self.pool))] if self.pool else []
        parameters += [("kind", self.kind)] if self.kind else []
        return urlencode([*parameters, *days_in_query(self.preset, self.first, self.last)])


def read_event_filter(query: QueryDict, *, today: date, pool: UUID | None) -> EventFilter:
    """Read the query string; what cannot be meant is named in `errors`."""
    errors: list[str] = []
    preset, first, last = read_days(query, today, errors, usual=USUAL)
    kind = query.get("kind", "")
    return EventFilter(preset, first, last, kind if kind in EVENT_KINDS else "", pool, tuple(errors))
