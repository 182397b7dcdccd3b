"""The same ledger on SQLite, every commit on disk (synchronous=FULL)."""

from bench.groups.charges import BATCHES, in_process
from bench.rounds import Contestant
from bench.stage import Stage


def sqlite(stage: Stage) -> list[Contestant]:
    """Return holds one by one and in batches."""
    worker = stage.sqlite()
    return [
        Contestant("ours on SQLite, 1 thread", in_process(worker, "single")),
        Contestant("ours on SQLite, 8 threads", in_process(worker, "single", threads=8)),
        *(Contestant(f"ours on SQLite, batch of {size}", in_process(worker, f"batch {size}")) for size in BATCHES),
    ]
