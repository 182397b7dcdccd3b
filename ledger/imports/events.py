"""The order in which a log's jobs start and end, as a stream. Pure."""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from ledger.imports.jobs import ImportedJob


class Event(NamedTuple):
    """The start or the end of a job."""

    at_s: int
    is_end: bool
    job: ImportedJob


def events(jobs: Iterable[ImportedJob], *, lateness_s: int) -> Iterator[Event]:
    """Yield starts and ends in the order of time: ends before starts at the same instant, then by job number.

    A job that takes no time ends right after its own start. In memory are only the jobs that run at a time and
    those that stand up to `lateness_s` out of the order of their submit times.
    """
    running: list[tuple[int, tuple[int, int], ImportedJob]] = []
    for job in _by_submit(jobs, lateness_s):
        while running and running[0][0] <= job.submit_s:
            yield _next_end(running)
        yield Event(job.submit_s, False, job)
        heappush(running, (job.end_s, job.order, job))
    while running:
        yield _next_end(running)


def _next_end(running: list[tuple[int, tuple[int, int], ImportedJob]]) -> Event:
    at_s, _, job = heappop(running)
    return Event(at_s, True, job)


def _by_submit(jobs: Iterable[ImportedJob], lateness_s: int) -> Iterator[ImportedJob]:
    waiting: list[tuple[int, tuple[int, int], ImportedJob]] = []
    newest_s = 0
    for job in jobs:
        heappush(waiting, (job.submit_s, job.order, job))
        newest_s = max(newest_s, job.submit_s)
        # A job may yet come that was submitted `lateness_s` before the newest one.
        while waiting[0][0] < newest_s - lateness_s:
            yield heappop(waiting)[2]
    while waiting:
        yield heappop(waiting)[2]
