"""A usage report as the page shows it: lines with bars and links to what is behind them, and the filters as links."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from reporting.charts import Bar, columns, share
from reporting.dates import PRESETS, preset_days
from reporting.filters import UsageFilter
from reporting.labels import NO_PROJECT
from reporting.usage import GROUPS, UsageReport, UsageRow

HEADINGS: Final = {
    "service": "Service",
    "user": "User",
    "project": "Project",
    "pool": "Pool",
    "day": "Day",
    "week": "Week",
    "month": "Month",
}
LONGEST_CHART: Final = 400
_DATES: Final = (("day",), ("week",), ("month",))


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table; `behind` is the query string of the page with its jobs."""

    row: UsageRow
    labels: tuple[str, ...]
    share: str
    behind: str

    @property
    def change_mt(self) -> int | None:
        return None if self.row.previous is None else self.row.net_mt - self.row.previous.net_mt


@dataclass(frozen=True, slots=True)
class Choice:
    """A link that changes one thing about the report."""

    label: str
    query: str
    is_current: bool = False


def lines_of(report: UsageReport, rows: Iterable[UsageRow], chosen: UsageFilter) -> list[Line]:
    """Return the table's lines; bars are relative to the largest of the whole report, not of one page."""
    largest_mt = max((row.net_mt for row in report.rows), default=0)
    return [
        Line(row, tuple(row.labels.values()), share(row.net_mt, largest_mt), chosen.behind(row.keys).query())
        for row in rows
    ]


def bars_of(report: UsageReport, chosen: UsageFilter) -> list[Bar]:
    """Return the chart of a report by one date, days without usage included; nothing for other reports."""
    if report.group_by not in _DATES or not report.rows:
        return []
    used = {next(iter(row.keys.values())): row.net_mt for row in report.rows}
    if report.group_by == ("day",):
        first = chosen.first or date.fromisoformat(min(used))
        used = {day.isoformat(): used.get(day.isoformat(), 0) for day in _days(first, _last(used, chosen))}
    return columns(list(used.items())) if len(used) <= LONGEST_CHART else []


def presets_of(chosen: UsageFilter, today: date) -> list[Choice]:
    """Return the usual ranges as links."""
    choices = []
    for name, label in PRESETS.items():
        first, last = preset_days(name, today)
        other = replace(chosen, preset=name, first=first, last=last)
        choices.append(Choice(label, other.query(), name == chosen.preset))
    return choices


def scopes_of(chosen: UsageFilter) -> list[Choice]:
    """Return the links between one's own usage and everyone's."""
    own = replace(chosen, everyone=False, user=None)
    everyone = replace(chosen, everyone=True)
    return [
        Choice("My usage", own.query(), not chosen.everyone),
        Choice("Whole contract", everyone.query(), chosen.everyone),
    ]


def removals_of(chosen: UsageFilter) -> list[Choice]:
    """Return the filters that are set, each as a link that removes it."""
    return [
        Choice(f"{HEADINGS[name]}: {value or NO_PROJECT}", chosen.query(without=name))
        for name, value in chosen.chosen().items()
    ]


def groupings_of(*, everyone: bool) -> list[tuple[str, str]]:
    """Return what a report can be grouped by; one's own usage is all of one user."""
    return [(name, HEADINGS[name]) for name in GROUPS if everyone or name != "user"]


def _last(used: dict[str, int], chosen: UsageFilter) -> date:
    return chosen.last or date.fromisoformat(max(used))


def _days(first: date, last: date) -> Iterator[date]:
    """Yield the days from `first` to `last`, one more than a chart can show at most."""
    for offset in range(min((last - first).days, LONGEST_CHART) + 1):
        yield first + timedelta(days=offset)
