"""What the page of token events was asked to show: which pool, kinds and days; read once, written into links."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from ledger.models import EVENT_KINDS, Kind
from reporting.dates import PRESETS, preset_days
from reporting.filters import read_days
from reporting.periods import Period, whole_days
from reporting.tables import Choice

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
        if self.preset:
            return urlencode([*parameters, ("range", self.preset)])
        days = (("first", self.first), ("last", self.last))
        return urlencode([*parameters, *((name, day.isoformat()) for name, day in days if day)])


def read_event_filter(query: QueryDict, *, today: date, pool: UUID | None) -> EventFilter:
    """Read the query string; what cannot be meant is named in `errors`."""
    errors: list[str] = []
    preset, first, last = read_days(query, today, errors, usual=USUAL)
    kind = query.get("kind", "")
    return EventFilter(preset, first, last, kind if kind in EVENT_KINDS else "", pool, tuple(errors))


def presets_of(chosen: EventFilter, today: date) -> Iterator[Choice]:
    """Yield the usual ranges as links."""
    for name, label in PRESETS.items():
        first, last = preset_days(name, today)
        yield Choice(label, replace(chosen, preset=name, first=first, last=last).query(), name == chosen.preset)


def kinds_of(chosen: EventFilter) -> Iterator[Choice]:
    """Yield the kinds of event as links."""
    yield Choice(_("All events"), replace(chosen, kind="").query(), not chosen.kind)
    for kind in EVENT_KINDS:
        yield Choice(Kind(kind).label, replace(chosen, kind=kind.value).query(), kind == chosen.kind)
