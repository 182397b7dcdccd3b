"""What a task of the worker is: a name, when it is due, and what it does."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol


class Schedule(Protocol):
    """When a task is due."""

    def next_after(self, started_at: datetime) -> datetime:
        """Return when it is due again after a run that began at `started_at`."""


@dataclass(frozen=True, slots=True)
class Every:
    """Due so many seconds after each run's beginning."""

    interval_s: int

    def next_after(self, started_at: datetime) -> datetime:
        """Return the beginning plus the interval."""
        return started_at + timedelta(seconds=self.interval_s)


@dataclass(frozen=True, slots=True)
class Daily:
    """Due every day at a time of UTC. A day on which no worker ran is made up for by the next run."""

    at: time

    def next_after(self, started_at: datetime) -> datetime:
        """Return the next such time after the beginning."""
        today = datetime.combine(started_at.astimezone(UTC).date(), self.at, tzinfo=UTC)
        return today if today > started_at else today + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Task:
    """Something that falls due again and again.

    `work(progress=...)` is made of whole short database transactions, may be run late, twice and by two at once, and
    goes on from where it was after a kill. It returns how much it did, or a sentence. See ledger/progress.py.
    """

    name: str
    schedule: Schedule
    work: Callable[..., int | str | None]


@dataclass(frozen=True, slots=True)
class Companion:
    """Something that runs beside the tasks for all of the worker's life, in a thread of its own, such as a queue.

    `run(stop)` returns soon after `stop` is set; `drain()` does what waits now and returns how much it was.
    """

    name: str
    run: Callable[[threading.Event], None]
    drain: Callable[[], int]
