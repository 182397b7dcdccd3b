"""What a history costs: a charge, a balance and a report beside a long one and beside a short one."""

from collections.abc import Mapping
from typing import Final

from bench.groups.charges import in_process
from bench.processes import Worker
from bench.rounds import Contestant
from bench.targets import SMALL

_TIME: Final[Mapping[str, tuple[str, str]]] = {"p50_ms": ("", "ms")}
_PAGE: Final[Mapping[str, tuple[str, str]]] = {
    "p50_ms": ("", "ms"),
    "p95_ms": (", p95", "ms"),
    "statements": (", SQL statements", ""),
}
_CHARGES: Final = {"one charge": "charge", "balance": "balance", "balance as of": "balance as of"}
_PAGES: Final = {
    "Reporting page, shared tokens": "tokens page",
    "Reporting page, usage of a year": "usage page",
    "Reporting page, token events": "events page",
    "GET /usage of a year": "usage",
    "GET /usage of a year by day": "usage by day",
}


def pages(worker: Worker) -> list[Contestant]:
    """Return the reports on the run's history."""
    return [Contestant(name, in_process(worker, kind), _PAGE) for name, kind in _PAGES.items()]


def growth(worker: Worker, small: Worker, *, with_pages: bool) -> list[Contestant]:
    """Return what the run's history and a short one cost, side by side; the reports' long side may be there already."""
    found = []
    for name, kind in _CHARGES.items():
        found += [
            Contestant(name, in_process(worker, kind), _TIME),
            Contestant(f"{name}{SMALL}", in_process(small, kind), _TIME),
        ]
    if with_pages:
        found += pages(worker)
    return [
        *found,
        *(Contestant(f"{name}{SMALL}", in_process(small, kind), _TIME) for name, kind in _PAGES.items()),
    ]
