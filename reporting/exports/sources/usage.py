"""Usage added up, as the usage page shows it."""

from collections.abc import Iterable, Iterator
from typing import Final

from reporting.exports.columns import Column, Row, count, instant, milli, text
from reporting.exports.question import Question
from reporting.filters import UsageFilter
from reporting.tables import sort_rows
from reporting.usage import GROUPS, UsageReport, UsageRow, usage

NAMED: Final = ("service", "user", "pool")
_TITLES: Final = {
    "service": ("Service", "The service's code."),
    "user": ("User", "The user's e-mail address."),
    "project": ("Project", "The project code of the jobs; empty for jobs without one."),
    "pool": ("Pool", "The id of the pool that paid."),
    "day": ("Day", "The day (UTC)."),
    "week": ("Week", "The Monday (UTC) that the week begins with."),
    "month": ("Month", "The month (UTC) as 2026-03."),
}


def _group_columns() -> Iterator[Column]:
    for name in GROUPS:
        title, meaning = _TITLES[name]
        yield text(name, title, f"{meaning} Empty where the report is not grouped by it.")
        if name in NAMED:
            yield text(f"{name}_name", f"{title} (name)", "The same for people.")


COLUMNS: Final[tuple[Column, ...]] = (
    *_group_columns(),
    count("jobs", "Jobs", "Charges, those of zero tokens too."),
    milli("charged", "Charged", "Tokens consumed."),
    milli("refunded", "Refunded", "Tokens given back, at the date of the refund."),
    milli("net", "Net", "Charged less refunded."),
    instant("from", "From", "Beginning of the period, inclusive; empty if open."),
    instant("to", "To", "End of the period, exclusive; empty if open."),
    instant("as_of", "As of", "The instant of the figures."),
)


def report_of(question: Question) -> UsageReport:
    """Return the report that the page with the same filters shows."""
    return usage(scope=question.scope, group_by=question.group_by, from_at=question.from_at, to_at=question.to_at)


def rows(question: Question) -> Iterator[Row]:
    """Yield a row for each combination of what the report is grouped by, sorted as the page does."""
    shown = UsageFilter(group_by=question.group_by, sort=question.sort)
    report = report_of(question)
    yield from rows_of(report, sort_rows(report.rows, shown))


def rows_of(report: UsageReport, sorted_rows: Iterable[UsageRow]) -> Iterator[Row]:
    """Yield the rows of a report that was read already."""
    for row in sorted_rows:
        names: list[str | None] = []
        for name in GROUPS:
            names.append(row.keys.get(name))
            if name in NAMED:
                names.append(row.labels.get(name))
        figures = (row.jobs, row.charged_mt, row.refunded_mt, row.net_mt)
        yield (*names, *figures, report.from_at, report.to_at, report.as_of)


def count_rows(question: Question, limit: int) -> int:
    """Return 0: adding up is one statement over the daily sums, so the file can always be sent at once."""
    return 0
