"""Charges in process: ours beside the physical limit of the same server."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from bench.limit.calls import Limit
from bench.options import Options
from bench.processes import Worker
from bench.rounds import Contestant, Measure
from bench.targets import FLUSHED

BATCHES = (100, 1000)
HOT_CLIENTS = 32
HOT_FLUSH_US = 1000
Flush = tuple[int | None, str]
"""Microseconds that a flush takes (None: as the run was asked for), and what the rows' names then end in."""
HOT_FIGURES: Mapping[str, tuple[str, str]] = {"rate": ("", "/s"), "p99_ms": (", p99", "ms")}


def in_process(worker: Worker, kind: str, *, threads: int = 1) -> Measure:
    """Return the measuring of one kind of work in a worker process."""
    return lambda seconds: worker.measure(kind, threads=threads, seconds=seconds)


def single(worker: Worker, limit: Limit) -> list[Contestant]:
    """Return holds one by one, by one client."""
    return [
        Contestant("one call, pgbench, 1 client", partial(_limit_single, limit, 1)),
        Contestant("ours in process, 1 thread", in_process(worker, "single")),
        Contestant("ours in process, 8 threads", in_process(worker, "single", threads=8)),
    ]


def batches(worker: Worker, limit: Limit) -> list[Contestant]:
    """Return batches: the set-based limit, and ours started and settled."""
    found = []
    for size in BATCHES:
        found += [
            Contestant(f"set-based, pgbench, batch of {size}", partial(_limit_batch, limit, size)),
            Contestant(f"ours in process, batch of {size}", in_process(worker, f"batch {size}")),
            Contestant(f"ours in process, settle {size}", in_process(worker, f"settle {size}")),
        ]
    return found


def hot(worker: Worker, limit: Limit, flushes: Sequence[Flush]) -> list[Contestant]:
    """Return 32 clients on one hot pool, at each of the flush times."""
    found = []
    for flush_us, suffix in flushes:
        found += [
            Contestant(
                f"plain row lock, pgbench, {HOT_CLIENTS} clients{suffix}",
                partial(_limit_single, limit, HOT_CLIENTS),
                HOT_FIGURES,
                flush_us,
            ),
            Contestant(
                f"ours in process, {HOT_CLIENTS} threads{suffix}",
                in_process(worker, "single", threads=HOT_CLIENTS),
                HOT_FIGURES,
                flush_us,
            ),
        ]
    return found


def hot_flushes(options: Options, *, can_be_chosen: bool) -> list[Flush]:
    """Return the flush times to measure a hot pool at: the run's own and, where it can be chosen, 1 ms."""
    if not can_be_chosen:
        return [(None, "")]
    if options.short or options.flush_us == HOT_FLUSH_US:
        return [(HOT_FLUSH_US, FLUSHED)]
    return [(None, ""), (HOT_FLUSH_US, FLUSHED)]


def _limit_single(limit: Limit, clients: int, seconds: float) -> Mapping[str, Any]:
    return limit.single(clients=clients, seconds=seconds)


def _limit_batch(limit: Limit, size: int, seconds: float) -> Mapping[str, Any]:
    return limit.batch(size, seconds=seconds)
