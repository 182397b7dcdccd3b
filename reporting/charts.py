"""Numbers into drawing: arcs, bars and calendars, as attributes of SVG, for a policy that allows no inline style."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

HIGH: Final = 100
LEVELS: Final = 4
CELL: Final = 12
_LEFT, _TOP = 28, 16


@dataclass(frozen=True, slots=True)
class Arc:
    """A part of a ring that is 100 long, in thousandths of its length written out, and the milli-tokens it is for."""

    name: str
    milli: int
    dashes: str
    offset: str


@dataclass(frozen=True, slots=True)
class Bar:
    """Some neighbouring bars of a chart that is HIGH high and as wide as it has bars, with one link behind them."""

    path: str
    label: str
    milli: int
    behind: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of a calendar: where it stands, and its step of colour from 0 (nothing) to LEVELS."""

    x: int
    y: int
    level: int
    day: date
    milli: int
    behind: str


def donut(parts: Sequence[tuple[str, int]]) -> list[Arc]:
    """Return the arcs of the parts that are not zero; amounts are milli-tokens."""
    total = sum(milli for _, milli in parts)
    arcs, start = [], 0.0
    for name, milli in parts:
        if milli > 0:
            length = 100 * milli / total
            arcs.append(Arc(name, milli, f"{length:.3f} {100 - length:.3f}", f"{-start:.3f}"))
            start += length
    return arcs


def bar_path(values: Sequence[int], *, start: int, highest: int) -> str:
    """Return the bars of the values from place `start` on; what is not above zero has no height."""
    bars = [(start + place, float(share(milli, highest))) for place, milli in enumerate(values)]
    return "".join(f"M{place}.1 {HIGH}v-{height:.1f}h.8v{height:.1f}z" for place, height in bars if height)


def step_line(values: Sequence[int], *, highest: int) -> str:
    """Return the outline of bars of the values, from the left to the right; nothing without values."""
    tops = [HIGH - float(share(milli, highest)) for milli in values]
    return f"M0 {tops[0]:.1f}" + "".join(f"V{top:.1f}h1" for top in tops) if tops else ""


def calendar(days: Sequence[tuple[date, int]], link: Callable[[date], str]) -> list[Cell]:
    """Return a cell for each day: a column is a week from Monday, `link` the query behind a day."""
    if not days:
        return []
    monday = days[0][0] - timedelta(days=days[0][0].weekday())
    highest = max(milli for _, milli in days)
    return [
        Cell(
            x=_LEFT + (day - monday).days // 7 * CELL,
            y=_TOP + day.weekday() * CELL,
            level=level(milli, highest),
            day=day,
            milli=milli,
            behind=link(day),
        )
        for day, milli in days
    ]


def level(milli: int, highest: int) -> int:
    """Return the step of colour: 0 without usage, else the quarter of the highest that it falls into."""
    return -(-LEVELS * milli // highest) if milli > 0 else 0


def share(milli: int, of_milli: int) -> str:
    """Return `milli` as a percentage of `of_milli` between 0 and 100, for the width of a bar."""
    return f"{100 * min(max(milli, 0), of_milli) / of_milli:.2f}" if of_milli > 0 else "0"
