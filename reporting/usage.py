"""Usage: tokens consumed and given back, by anything, for any range. For pages, exports and the API.

Figures are live: what the rollup lacks is added, so they equal the journal's entries to the milli-token.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from reporting.figures import Figures, FiguresByKey, UsageScope, read_figures
from reporting.labels import Names, read_names
from reporting.periods import Period
from reporting.replica import seen_at

__all__ = ["GROUPS", "UsageReport", "UsageRow", "UsageScope", "UsageTotals", "compare", "usage"]

GROUPS: Final = ("service", "user", "project", "pool", "day", "week", "month")


@dataclass(frozen=True, slots=True)
class UsageTotals:
    """What was used: `jobs` counts charges, also those of zero tokens; amounts are milli-tokens."""

    jobs: int
    charged_mt: int
    refunded_mt: int

    @property
    def net_mt(self) -> int:
        return self.charged_mt - self.refunded_mt


@dataclass(frozen=True, slots=True)
class UsageRow(UsageTotals):
    """The usage of one combination of what the report is grouped by."""

    keys: dict[str, str]
    labels: dict[str, str]
    previous: UsageTotals | None = None


@dataclass(frozen=True, slots=True)
class UsageReport:
    """The answer to one question about usage, from one snapshot taken at `as_of` or just after."""

    rows: tuple[UsageRow, ...]
    totals: UsageTotals
    group_by: tuple[str, ...]
    from_at: datetime | None
    to_at: datetime | None
    as_of: datetime
    previous: UsageTotals | None = None


def usage(
    *,
    scope: UsageScope,
    group_by: Sequence[str] = (),
    from_at: datetime | None = None,
    to_at: datetime | None = None,
) -> UsageReport:
    """Return what was used from `from_at` (inclusive) to `to_at` (exclusive), both aware or None for open.

    A charge and its refund count at their own dates. At most 5 statements, whatever the data.

    Raises:
        ValueError: `group_by` names something that is not in GROUPS, or names it twice.
    """
    return _report(scope, group_by, Period.between(from_at, to_at), before=None)


def compare(
    *,
    scope: UsageScope,
    group_by: Sequence[str] = (),
    from_at: datetime | None = None,
    to_at: datetime | None = None,
) -> UsageReport:
    """Return the same as `usage`, and `previous`: the period of the same length just before.

    Rows are compared unless they are dates. Without both ends there is no period before.
    """
    period = Period.between(from_at, to_at)
    return _report(scope, group_by, period, before=period.before())


def _report(scope: UsageScope, group_by: Sequence[str], period: Period, *, before: Period | None) -> UsageReport:
    if len(set(group_by)) != len(group_by) or not set(group_by) <= set(GROUPS):
        raise ValueError(f"Usage is grouped by any of {', '.join(GROUPS)}, each once.")
    as_of = seen_at()
    periods = [period, before] if before else [period]
    current, *earlier = read_figures(scope=scope, group_by=group_by, periods=periods)
    past = earlier[0] if earlier else None
    return UsageReport(
        rows=tuple(_rows(group_by, current, None if _has_dates(group_by) else past)),
        totals=_total(current),
        group_by=tuple(group_by),
        from_at=period.from_at,
        to_at=period.to_at,
        as_of=as_of,
        previous=None if past is None else _total(past),
    )


def _has_dates(group_by: Sequence[str]) -> bool:
    return bool({"day", "week", "month"} & set(group_by))


def _rows(group_by: Sequence[str], current: FiguresByKey, past: FiguresByKey | None) -> list[UsageRow]:
    keys = {*current, *(past or ())}
    names = read_names(group_by, keys)
    rows = []
    for key in keys:
        previous = None if past is None else past.get(key, Figures())
        rows.append(_row(group_by, key, names, current.get(key, Figures()), previous))
    return sorted(rows, key=lambda row: (*row.keys.values(), *row.labels.values()))


def _row(
    group_by: Sequence[str], key: tuple[Any, ...], names: Names, now: Figures, previous: Figures | None
) -> UsageRow:
    found = {name: names[name][value] for name, value in zip(group_by, key, strict=True)}
    return UsageRow(
        jobs=now.jobs,
        charged_mt=now.charged_mt,
        refunded_mt=now.refunded_mt,
        keys={name: known.key for name, known in found.items()},
        labels={name: known.label for name, known in found.items()},
        previous=None if previous is None else _frozen(previous),
    )


def _total(figures: FiguresByKey) -> UsageTotals:
    total = Figures()
    for part in figures.values():
        total.add(part.jobs, part.charged_mt, part.refunded_mt)
    return _frozen(total)


def _frozen(figures: Figures) -> UsageTotals:
    return UsageTotals(figures.jobs, figures.charged_mt, figures.refunded_mt)
