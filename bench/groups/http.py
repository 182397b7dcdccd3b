"""Charges over HTTP: our site as it is served for real, beside one call and the naive charge on the same stack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.groups.charges import BATCHES, HOT_CLIENTS, HOT_FIGURES, Flush
from bench.http.load import post, with_patience
from bench.processes import Worker
from bench.rounds import Contestant

SETTLED = 1000
AT_ONCE = 4
"""How many batches are on their way at the same time: one is written while the next is read."""
FIGURES: Mapping[str, tuple[str, str]] = {"rate": ("", "/s"), "p50_ms": (", p50", "ms"), "p99_ms": (", p99", "ms")}


@dataclass(frozen=True, slots=True)
class Site:
    """A served site: where holds are posted, and what is sent."""

    name: str
    url: str
    body: Mapping[str, Any]
    authorization: str = ""

    def contestant(self, connections: int, *, flush_us: int | None = None, suffix: str = "") -> Contestant:
        """Return holds one by one over so many connections."""
        return Contestant(
            f"{self.name}, {connections} connection{'s' * (connections > 1)}{suffix}",
            lambda seconds: post(
                self.url, bodies=[self.body], authorization=self.authorization, connections=connections, seconds=seconds
            ),
            HOT_FIGURES if connections == HOT_CLIENTS else FIGURES,
            flush_us,
        )


def single(sites: Sequence[Site], *, connections: Sequence[int]) -> list[Contestant]:
    """Return holds one by one over so many connections each."""
    return [site.contestant(number) for number in connections for site in sites]


def hot(sites: Sequence[Site], flushes: Sequence[Flush]) -> list[Contestant]:
    """Return 32 connections on one hot pool, at each of the flush times."""
    return [
        site.contestant(HOT_CLIENTS, flush_us=flush_us, suffix=suffix) for flush_us, suffix in flushes for site in sites
    ]


def batches(site: Site, worker: Worker) -> list[Contestant]:
    """Return `POST /jobs/batch` and `POST /jobs/settle` for four contracts in turn: one by one, and as many at once."""
    settle = Settle(f"{site.url}/settle", worker)
    return [
        *(_batch(f"{site.url}/batch", worker, size, number) for size in BATCHES for number in (1, AT_ONCE)),
        Contestant(
            f"ours over HTTP, settle {SETTLED}, {AT_ONCE} connections", with_patience(settle), FIGURES, times=SETTLED
        ),
    ]


def _batch(url: str, worker: Worker, size: int, connections: int) -> Contestant:
    authorization = worker.facts["authorization"]
    bodies = [{"mode": "all_or_nothing", "items": [body] * size} for body in worker.facts["bodies"]]

    def measure(seconds: float) -> Mapping[str, float]:
        return post(url, bodies=bodies, authorization=authorization, connections=connections, seconds=seconds)

    name = f"ours over HTTP, batch of {size}, {connections} connection{'s' * (connections > 1)}"
    return Contestant(name, with_patience(measure), FIGURES, times=size)


class Settle:
    """Completes jobs over HTTP, each once; they are started in process before, untimed."""

    def __init__(self, url: str, worker: Worker) -> None:
        self._url, self._worker = url, worker
        self._rate = 5.0

    def __call__(self, seconds: float) -> Mapping[str, float]:
        """Settle for so long, or until the prepared jobs are settled."""
        contracts = len(self._worker.facts["bodies"])
        bodies = [self._body(number % contracts) for number in range(AT_ONCE + 1 + round(1.2 * self._rate * seconds))]
        authorization = self._worker.facts["authorization"]
        figures = post(
            self._url, bodies=bodies, authorization=authorization, connections=AT_ONCE, seconds=seconds, once=True
        )
        self._rate = figures["rate"]
        return figures

    def _body(self, contract: int) -> Mapping[str, Any]:
        started = self._worker.ask("started", count=SETTLED, contract=contract)
        return {"items": [{"job": job, "verb": "complete"} for job in started]}
