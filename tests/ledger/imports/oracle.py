"""The rules of the import once more, as naive as can be: dictionaries, lists and a sort. It shares no code with it.

Takes jobs as dictionaries and answers what the summary must say, in whole tokens.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

NEVER = float("inf")
DAY = 86_400
Job = dict[str, Any]


@dataclass
class Lot:
    age: int
    rest: int
    until: float


@dataclass
class Oracle:
    """Replays jobs against pools of lots; `grace` is in days."""

    lots: list[tuple[int, int | None]]
    grace: int
    sums: Counter[str] = field(default_factory=Counter)
    charged: Counter[str] = field(default_factory=Counter)
    by: dict[str, Counter[str]] = field(
        default_factory=lambda: {name: Counter() for name in ("user", "service", "contract", "month")}
    )
    pools: dict[str, list[Lot]] = field(default_factory=dict)
    draws: dict[int, list[tuple[Lot, int]]] = field(default_factory=dict)

    def replay(self, jobs: list[Job]) -> "Oracle":
        first, last = min(job["submit"] for job in jobs), max(job["end"] for job in jobs)
        for job in jobs:
            self.pools.setdefault(job["contract"], self._granted(first))
        for at, is_start, job in _in_order(jobs):
            self._expire(job["contract"], at)
            if is_start:
                self._start(job, at)
            elif job["number"] in self.draws:
                self._end(job, at)
        for contract in self.pools:
            self._expire(contract, last)
        self.sums["left"] = sum(lot.rest for pool in self.pools.values() for lot in pool)
        return self

    def _granted(self, first: int) -> list[Lot]:
        ends = [NEVER if days is None else first + days * DAY for _, days in self.lots]
        return [Lot(age, self.lots[age][0], until) for age, until in enumerate(ends)]

    def _expire(self, contract: str, at: float) -> None:
        for lot in self.pools[contract]:
            if lot.until <= at:
                self.sums["unused_at_expiry"] += lot.rest
                lot.rest = 0

    def _take(self, contract: str, amount: int) -> list[tuple[Lot, int]] | None:
        pool = sorted(self.pools[contract], key=lambda lot: (lot.until, lot.rest, lot.age))
        if sum(lot.rest for lot in pool) < amount:
            return None
        taken = []
        for lot in pool:
            part = min(lot.rest, amount)
            lot.rest -= part
            amount -= part
            taken += [(lot, part)] if part else []
        return taken

    def _give_back(self, parts: list[tuple[Lot, int]], at: float) -> None:
        for lot, amount in parts:
            if lot.until <= at and not self.grace:
                self.sums["lost_after_expiry"] += amount
                continue
            if lot.until <= at:
                lot.until = at + self.grace * DAY
            lot.rest += amount
            self.sums["returned"] += amount

    def _start(self, job: Job, at: float) -> None:
        taken = self._take(job["contract"], job["hold"])
        if taken is None:
            self.sums["refused"] += 1
            return
        self.sums["accepted"] += 1
        self.sums["split_holds"] += len(taken) > 1
        self.draws[job["number"]] = taken

    def _end(self, job: Job, at: float) -> None:
        held, outcome, cost = self.draws.pop(job["number"]), job["outcome"], job["cost"]
        self.sums[outcome] += 1
        if outcome == "cancelled_early":
            self._give_back(held, at)
            return
        kept, rest = [], cost
        for lot, amount in held:
            part = min(amount, rest)
            rest -= part
            kept += [(lot, part)] if part else []
            self._give_back([(lot, amount - part)] if amount > part else [], at)
        more = self._take(job["contract"], rest) if rest else []
        self.sums["over_jobs"] += rest > 0
        self.sums["over"] += rest
        self.sums["unpaid"] += rest if more is None else 0
        kept += more or []
        charged = sum(amount for _, amount in kept)
        self.charged[outcome] += charged
        if outcome == "failed":
            self._give_back(kept, at)
        else:
            self._keep(job, charged)

    def _keep(self, job: Job, charged: int) -> None:
        self.sums["captured"] += charged
        month = f"{datetime.fromtimestamp(job['end'], UTC):%Y-%m}"
        for name, key in (*((name, job[name]) for name in ("user", "service", "contract")), ("month", month)):
            self.by[name][key] += charged


def _in_order(jobs: list[Job]) -> list[tuple[float, bool, Job]]:
    """Ends before starts at the same instant, then by number; a job of no length ends right after its start."""
    order: list[tuple[float, bool, Job]] = []
    waiting = sorted(jobs, key=lambda job: (job["submit"], job["number"]))
    running: list[Job] = []
    while waiting or running:
        running.sort(key=lambda job: (job["end"], job["number"]))
        if running and (not waiting or running[0]["end"] <= waiting[0]["submit"]):
            job = running.pop(0)
            order.append((job["end"], False, job))
        else:
            job = waiting.pop(0)
            order.append((job["submit"], True, job))
            running.append(job)
    return order
