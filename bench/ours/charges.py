"""Starting and settling jobs by the ledger's verbs: one by one, and in batches."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final
from uuid import UUID

from django.db import connections

from bench.loop import Kinds, Repeated, Work
from bench.ours.world import HotContract
from ledger import jobs
from ledger.ids import new_id
from ledger.jobs import Idempotency, JobView, Verdict

BATCHES: Final = (100, 1000)


def charges(hot: HotContract) -> Kinds:
    """Return the kinds of work that move tokens, all on one hot pool."""
    kinds: dict[str, Callable[[], Work]] = {"single": partial(_repeated, partial(start_one, hot))}
    for size in BATCHES:
        kinds[f"batch {size}"] = partial(_repeated, partial(_start_batch, hot, size))
        kinds[f"settle {size}"] = partial(Settling, hot, size)
    return kinds


def new_key() -> Idempotency:
    """Return a key that nobody used before, as a service client's request has it."""
    name = new_id().hex
    return Idempotency("client:bench", name, f"{name}{name}")


def _repeated(function: Callable[[], int]) -> Work:
    return Repeated(function, connections.close_all)


def start_one(hot: HotContract) -> int:
    """Hold the price of one job."""
    jobs.start(idempotency=new_key(), order=hot.order)
    return 1


def _start_batch(hot: HotContract, size: int) -> int:
    return len(start_many(hot, size))


def start_many(hot: HotContract, count: int) -> list[str]:
    """Start jobs and return their ids."""
    started = jobs.start_batch(idempotency=new_key(), orders=[hot.order] * count, mode="all_or_nothing")
    return [str(job.id) for job in started.results if isinstance(job, JobView)]


class Settling:
    """Completes the jobs of a batch that was started untimed."""

    def __init__(self, hot: HotContract, size: int) -> None:
        self._hot, self._size = hot, size
        self._verdicts: list[Verdict] = []

    def before(self) -> None:
        """Start the jobs."""
        self._verdicts = [Verdict(UUID(job), "complete") for job in start_many(self._hot, self._size)]

    def call(self) -> int:
        """Complete them."""
        settled = jobs.settle(idempotency=new_key(), verdicts=self._verdicts)
        return sum(isinstance(job, JobView) and job.status == "completed" for job in settled.results)

    def after(self) -> Mapping[str, float]:
        """Close the thread's connection."""
        connections.close_all()
        return {}
