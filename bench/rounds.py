"""Measures contestants in turn, round after round, so that what else the machine does falls on all alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from bench.cluster import FlushTime
from bench.processes import Failed

Measure = Callable[[float], Mapping[str, float]]
"""Measures for so many seconds and returns figures by name."""
RATE: Final = {"rate": ("", "/s")}


@dataclass(frozen=True, slots=True)
class Contestant:
    """One line of the table, or more: `figures` says which figures are shown, each with its suffix and unit."""

    name: str
    measure: Measure
    figures: Mapping[str, tuple[str, str]] = field(default_factory=lambda: RATE)
    flush_us: int | None = None
    times: float = 1
    """What the rate is multiplied by: the holds of one request."""
    once: bool = False
    """Whether it takes so long by itself that the first round is enough."""


def measurements(contestants: Sequence[Contestant], *, rounds: int) -> int:
    """Return how many measurements there will be."""
    return sum(1 if contestant.once else rounds for contestant in contestants)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of the run: the median of its rounds."""

    name: str
    value: float
    unit: str


@dataclass
class Measured:
    """What a run found: the rows, and what went wrong with whom. Who failed once is not measured again."""

    rows: list[Row] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)


def measure_in_turn(
    contestants: Sequence[Contestant],
    *,
    rounds: int,
    seconds: float,
    flush: FlushTime,
    flush_us: int,
    tick: Callable[[str], object],
) -> Measured:
    """Return the medians of the contestants' figures; `tick` is told who is measured."""
    measured = Measured()
    found: dict[str, list[Mapping[str, float]]] = {contestant.name: [] for contestant in contestants}
    for number in range(rounds):
        for contestant in contestants:
            if (number and contestant.once) or contestant.name in measured.failures:
                continue
            tick(contestant.name)
            if flush.can_be_chosen:
                flush.choose(flush_us if contestant.flush_us is None else contestant.flush_us)
            try:
                found[contestant.name].append(contestant.measure(seconds))
            except Failed as failure:
                measured.failures[contestant.name] = str(failure)
    for contestant in contestants:
        if found[contestant.name]:
            measured.rows += _rows(contestant, found[contestant.name])
    return measured


def _rows(contestant: Contestant, found: Sequence[Mapping[str, float]]) -> list[Row]:
    return [
        Row(
            name=f"{contestant.name}{suffix}",
            value=median(figures[key] for figures in found) * (contestant.times if key == "rate" else 1),
            unit=unit,
        )
        for key, (suffix, unit) in contestant.figures.items()
    ]
