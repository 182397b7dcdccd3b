"""The table of a usage report as the page shows it: sorted lines, with links to what is behind them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reporting.charts import share
from reporting.filters import UsageFilter
from reporting.usage import GROUPS, UsageReport, UsageRow

HEADINGS: Final = {
    "service": _("Service"),
    "user": _("User"),
    "project": _("Project"),
    "pool": _("Pool"),
    "day": _("Day"),
    "week": _("Week"),
    "month": _("Month"),
}
FIGURES: Final = {
    "jobs": _("Jobs"),
    "charged": _("Charged"),
    "refunded": _("Refunded"),
    "net": _("Net"),
    "bar": _("Bar"),
    "before": _("Period before"),
    "change": _("Change"),
}
COMPARED: Final = ("before", "change")
_NEXT: Final = ("service", "user", "project", "day")
_KEYS: Final[dict[str, Callable[[UsageRow], int]]] = {
    "jobs": lambda row: row.jobs,
    "charged": lambda row: row.charged_mt,
    "refunded": lambda row: row.refunded_mt,
    "net": lambda row: row.net_mt,
    "before": lambda row: row.previous.net_mt if row.previous else 0,
    "change": lambda row: change_mt(row) or 0,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: the queries of the page with its jobs, and of the report that has only this row in it."""

    row: UsageRow
    labels: tuple[str, ...]
    share: str
    behind: str
    inside: str

    @property
    def change_mt(self) -> int | None:
        return change_mt(self.row)


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the table with the query that sorts by it; `order` is what aria-sort says, if it is sorted."""

    name: str
    label: str | Promise
    query: str
    order: str
    definition: str = ""


def change_mt(row: UsageRow) -> int | None:
    """Return by how many milli-tokens the row's net differs from the period before."""
    return None if row.previous is None else row.net_mt - row.previous.net_mt


def sort_rows(rows: Iterable[UsageRow], chosen: UsageFilter) -> list[UsageRow]:
    """Return the rows as the page sorts them; equal ones keep the order of their names."""
    column = chosen.sorted_by.removeprefix("-")
    descending = chosen.sorted_by.startswith("-")
    if column == "name":
        return list(reversed(list(rows))) if descending else list(rows)
    return sorted(rows, key=_KEYS[column], reverse=descending)


def lines_of(report: UsageReport, rows: Iterable[UsageRow], chosen: UsageFilter) -> list[Line]:
    """Return the table's lines; bars are relative to the largest of the whole report, not of one page."""
    largest_mt = max((row.net_mt for row in report.rows), default=0)
    return [
        Line(
            row=row,
            labels=tuple(row.labels.values()),
            share=share(row.net_mt, largest_mt),
            behind=chosen.behind(row.keys).query(),
            inside=inside_of(chosen, row).query(),
        )
        for row in rows
    ]


def inside_of(chosen: UsageFilter, row: UsageRow) -> UsageFilter:
    """Return the report of this row alone, grouped by what the row does not say yet."""
    narrowed = chosen.behind(row.keys)
    open_still = (name for name in _NEXT if name not in row.keys and name not in narrowed.chosen())
    return replace(narrowed, group_by=(next(open_still, "day"),), picture=chosen.picture)


def headings_of(report: UsageReport, chosen: UsageFilter, columns: Iterable[str]) -> list[Heading]:
    """Return the columns of figures that are shown, each with the link that sorts by it."""
    compared = bool(report.rows) and report.rows[0].previous is not None
    shown = [name for name in FIGURES if name in set(columns) and (compared or name not in COMPARED)]
    return [_heading(chosen, name, FIGURES[name]) for name in shown]


def name_headings_of(report: UsageReport, chosen: UsageFilter) -> list[Heading]:
    """Return the columns of names; sorting by name sorts by all of them, the first one first."""
    first, *others = report.group_by
    return [_heading(chosen, "name", HEADINGS[first]), *(Heading(name, HEADINGS[name], "", "") for name in others)]


def _heading(chosen: UsageFilter, name: str, label: Promise) -> Heading:
    if name == "bar":
        return Heading(name, label, "", "")
    largest_first = f"-{name}"
    order = {name: "ascending", largest_first: "descending"}.get(chosen.sorted_by, "")
    following = name if order == "descending" or (name == "name" and not order) else largest_first
    definition = name if name in COMPARED else ""  # the others have theirs beside the totals
    return Heading(name, label, replace(chosen, sort=following).query(), order, definition)


def groupings_of(*, everyone: bool) -> list[tuple[str, Promise]]:
    """Return what a report can be grouped by; one's own usage is all of one user."""
    return [(name, HEADINGS[name]) for name in GROUPS if everyone or name != "user"]
