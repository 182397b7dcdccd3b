"""Usage day by day as pictures: bars with the period before, and a calendar. For the usage pages; reads only."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from reporting.charts import Bar, Cell, bar_path, calendar, level, step_line
from reporting.dates import span_of
from reporting.figures import FiguresByKey, UsageScope, read_figures
from reporting.filters import UsageFilter

LONGEST: Final = 366
ONE_LINK_A_DAY: Final = 62
YEAR: Final = 365


@dataclass(frozen=True, slots=True)
class Point:
    """A day's net in milli-tokens, and that of the day in the same place of the period before, where there is one.

    `behind` is empty on a day without jobs.
    """

    day: date
    net_mt: int
    before_mt: int | None
    behind: str


@dataclass(frozen=True, slots=True)
class Series:
    """The days of a picture, oldest first. `is_cut`: the range is longer than what is shown of it."""

    points: tuple[Point, ...]
    bars: tuple[Bar, ...] = ()
    before_line: str = ""
    cells: tuple[Cell, ...] = ()
    is_cut: bool = False

    @property
    def highest_mt(self) -> int:
        return max((mt for point in self.points for mt in (point.net_mt, point.before_mt or 0)), default=0)

    @property
    def middle(self) -> date | None:
        return self.points[len(self.points) // 2].day if len(self.points) > 2 else None

    def legend(self) -> list[tuple[int, int]]:
        """Return each step of the calendar's colour with the most milli-tokens it stands for."""
        highest = max((point.net_mt for point in self.points), default=0)
        tops = [(step, highest * step // 4) for step in range(5)]
        return [(step, top) for step, top in tops if level(top, highest) == step]

    def months(self) -> list[tuple[int, date]]:
        """Return where in the calendar a month begins."""
        return [(cell.x, cell.day) for cell in self.cells if cell.day.day <= 7 and cell.day.weekday() == 0]


def per_day(chosen: UsageFilter, scope: UsageScope, *, today: date) -> Series:
    """Return the days of the range, at most the last LONGEST, beside those of the period before. Two statements."""
    end = chosen.last or today
    period = chosen.period()
    before = period.before()
    now, *past = read_figures(scope=scope, group_by=("day",), periods=[period, before] if before else [period])
    first = chosen.first or min((day for (day,) in now), default=end)
    end = max(end, *(day for (day,) in now)) if now and chosen.last is None else end
    shown_from = max(first, _earlier(end, LONGEST - 1))
    shown = replace(chosen, preset="", first=shown_from, last=end)
    shift = (end - first) + timedelta(days=1)
    points = tuple(_points(shown, (shown_from, end), now, past[0] if past else None, shift))
    highest = max((mt for point in points for mt in (point.net_mt, point.before_mt or 0)), default=0)
    return Series(
        points=points,
        bars=tuple(_bars(shown, points, highest)),
        before_line=step_line([point.before_mt or 0 for point in points], highest=highest) if past else "",
        is_cut=shown_from > first,
    )


def of_a_year(chosen: UsageFilter, scope: UsageScope, *, today: date) -> Series:
    """Return the calendar of the 365 days up to the last day of the range. Two statements."""
    end = min(chosen.last or today, today) if chosen.first is None or chosen.first <= today else chosen.last or today
    first = _earlier(end, YEAR - 1)
    year = replace(chosen, preset="", first=first, last=end)
    (now,) = read_figures(scope=scope, group_by=("day",), periods=[year.period()])
    points = tuple(_points(year, (first, end), now, None, timedelta(days=YEAR)))
    links = {point.day: point.behind for point in points}
    cells = calendar([(point.day, point.net_mt) for point in points], lambda day: links[day])
    return Series(points=points, cells=tuple(cells))


def _earlier(day: date, days: int) -> date:
    return day - min(timedelta(days=days), day - date.min)


def _points(
    chosen: UsageFilter, span: tuple[date, date], now: FiguresByKey, past: FiguresByKey | None, shift: timedelta
) -> Iterator[Point]:
    query_of = chosen.of_a_day()
    for offset in range((span[1] - span[0]).days + 1):
        day = span[0] + timedelta(days=offset)
        before_mt = None if past is None else _net(past, day - shift)
        behind = query_of(day) if (day,) in now else ""
        yield Point(day, _net(now, day), before_mt, behind)


def _net(figures: FiguresByKey, day: date) -> int:
    found = figures.get((day,))
    return found.net_mt if found else 0


def _bars(chosen: UsageFilter, points: tuple[Point, ...], highest: int) -> Iterator[Bar]:
    """Yield the bars: each a link of its own, or where there are many the days of a month together."""
    by_day = len(points) <= ONE_LINK_A_DAY
    groups: dict[str, list[tuple[int, int]]] = {}
    for place, point in enumerate(points):
        key = point.day.isoformat() if by_day else f"{point.day:%Y-%m}"
        groups.setdefault(key, []).append((place, point.net_mt))
    for key, group in groups.items():
        values = [net_mt for _, net_mt in group]
        if not any(values):
            continue
        name = "day" if by_day else "month"
        yield Bar(
            path=bar_path(values, start=group[0][0], highest=highest),
            label=span_of(name, key)[0].isoformat() if by_day else key,
            milli=sum(values),
            behind=chosen.behind({name: key}).query(),
        )
