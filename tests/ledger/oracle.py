"""The rules of DOMAIN sections 2 and 5 once more, as simply as they can be said: one contract in plain objects.

It shares no code with the ledger. Tests give both the same requests and compare every answer and every balance.
Amounts are milli-tokens.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

NEVER = datetime.max.replace(tzinfo=UTC)
Answer = dict[str, Any]


@dataclass(eq=False)
class Lot:
    pool: str
    amount: int
    granted: datetime
    expires: datetime | None
    until: datetime
    parent: "Lot | None" = None
    remaining: int = 0
    held: int = 0
    id: UUID | None = None

    def rank(self) -> tuple[Any, ...]:
        return (self.until, self.remaining, self.granted, self.id)


@dataclass(eq=False)
class Job:
    price: int
    refundable: bool
    deadline: datetime
    draws: list[tuple[Lot, int]]
    status: str = "running"
    captured: int = 0
    refunded: int = 0
    results: int = 0

    @property
    def has_ended(self) -> bool:
        return self.status not in ("running", "producing")

    def answer(self) -> Answer:
        seen: dict[Lot, int] = {}
        for lot, amount in self.draws:
            seen[lot] = seen.get(lot, 0) + amount
        return {
            "status": self.status,
            "captured": self.captured,
            "refunded": self.refunded,
            "results": self.results,
            "lots": [(lot.id, amount) for lot, amount in seen.items()],
        }


class Refusal(Exception):
    """A code and its facts."""

    def __init__(self, code: str, **facts: int) -> None:
        self.answer: Answer = {"refused": code, **facts}


def too_few(required: int, available: int) -> Refusal:
    return Refusal("insufficient_tokens", required=required, available=available)


@dataclass
class Oracle:
    """One contract: the pool `shared`, and an individual pool per user."""

    users: tuple[str, ...]
    split: bool = False
    grace: timedelta = timedelta(days=30)
    timeout: timedelta = timedelta(days=1)
    now: datetime = NEVER
    lots: list[Lot] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    moves: list[tuple[datetime, str, str, int]] = field(default_factory=list)

    def do(self, at: datetime, verb: Callable[[], Answer]) -> Answer:
        """Let time pass, then do one request and return its answer."""
        self.pass_time(at)
        try:
            return verb()
        except Refusal as refusal:
            return refusal.answer

    def pass_time(self, at: datetime) -> None:
        """Expire every lot at its own instant."""
        self.now = at
        for lot in self.lots:
            if lot.until <= at and lot.remaining:
                self._move(lot, "available", "expired", lot.remaining, at=lot.until)

    def balance(self, pool: str, account: str, at: datetime) -> int:
        return sum(amount for time, *place, amount in self.moves if place == [pool, account] and time <= at)

    def in_order(self, pool: str) -> list[Lot]:
        return sorted((lot for lot in self.lots if lot.pool == pool and lot.remaining), key=Lot.rank)

    def available(self, pool: str) -> int:
        return sum(lot.remaining for lot in self.in_order(pool))

    # Requests

    def grant(self, pool: str, amount: int, expires: datetime | None) -> Answer:
        lot = Lot(pool, amount, self.now, expires, expires or NEVER)
        self.lots.append(lot)
        self._move(lot, None, "available", amount)
        return {"moved": amount}

    def deduct(self, pool: str, amount: int) -> Answer:
        for lot, part in self._draw([pool], amount):
            self._move(lot, "available", None, part)
            lot.amount -= part
        return {"moved": amount}

    def allocate(self, user: str, amount: int) -> Answer:
        for lot, part in self._draw(["shared"], amount):
            child = Lot(user, part, lot.granted, lot.expires, lot.until, parent=lot)
            self.lots.append(child)
            lot.amount -= part
            self._move(lot, "available", None, part)
            self._move(child, None, "available", part)
        return {"moved": amount}

    def take_back(self, user: str, amount: int) -> Answer:
        parts = [lot for lot in self.in_order(user) if lot.parent]
        if (unused := sum(lot.remaining for lot in parts)) < amount:
            raise too_few(amount, unused)
        left = amount
        for lot in reversed(parts):
            part = min(lot.remaining, left)
            if part and lot.parent:
                lot.parent.until = max(lot.parent.until, lot.until)
                lot.amount -= part
                lot.parent.amount += part
                self._move(lot, "available", None, part)
                self._move(lot.parent, None, "available", part)
                left -= part
        return {"moved": amount}

    def start(self, user: str, price: int, *, refundable: bool, chosen: str | None) -> Answer:
        job = Job(
            price, refundable, self.now + self.timeout, self._draw([chosen] if chosen else [user, "shared"], price)
        )
        for lot, part in job.draws:
            self._move(lot, "available", "held", part)
        self.jobs.append(job)
        return job.answer()

    def report(self, number: int, count: int, amount: int | None) -> Answer:
        job = self._job(number)
        if job.has_ended:
            raise Refusal("job_ended")
        if job.status == "running":
            wanted = job.price if amount is None else amount
            if wanted > job.price:
                raise Refusal("amount_exceeds_hold")
            self._capture(job, wanted)
            job.status = "producing"
        job.results += count
        return job.answer()

    def complete(self, number: int) -> Answer:
        job = self._job(number)
        if job.status == "running":
            self._capture(job, job.price)
        return self._end(job, "completed")

    def fail(self, number: int) -> Answer:
        job = self._job(number)
        if job.status == "running":
            self._put_back(job, "held")
        elif job.status == "producing" and job.refundable:
            self._refund(job)
        return self._end(job, "failed")

    def cancel(self, number: int) -> Answer:
        job = self._job(number)
        if job.status == "running":
            self._put_back(job, "held")
        elif job.status == "producing" and not job.refundable:
            raise Refusal("results_exist")
        elif job.status == "producing":
            self._refund(job)
        return self._end(job, "cancelled")

    def refund(self, number: int) -> Answer:
        job = self._job(number)
        if job.refunded:
            raise Refusal("already_refunded")
        if not job.captured:
            raise Refusal("nothing_to_refund")
        self._refund(job)
        return job.answer()

    def sweep(self) -> Answer:
        late = [job for job in self.jobs if job.status == "running" and job.deadline <= self.now]
        for job in late:
            self._put_back(job, "held")
            job.status = "expired"
        return {"ended": len(late)}

    # What requests are made of

    def _job(self, number: int) -> Job:
        return self.jobs[number]

    def _end(self, job: Job, status: str) -> Answer:
        if job.has_ended and job.status != status:
            raise Refusal("job_ended")
        job.status = status
        return job.answer()

    def _draw(self, pools: list[str], amount: int) -> list[tuple[Lot, int]]:
        """Choose lots of the one pool that can pay, or of all where splitting is allowed."""
        able = [pool for pool in pools if self.available(pool) >= amount]
        if not able and not (self.split and sum(map(self.available, pools)) >= amount):
            raise too_few(amount, max(map(self.available, pools)))
        drawn = []
        for lot in (lot for pool in able[:1] or pools for lot in self.in_order(pool)):
            if part := min(lot.remaining, amount):
                drawn.append((lot, part))
                amount -= part
        return drawn

    def _capture(self, job: Job, amount: int) -> None:
        paid = []
        for lot, held in job.draws:
            part = min(held, amount - sum(done for _, done in paid))
            if part:
                self._move(lot, "held", "used", part)
                paid.append((lot, part))
            if held > part:
                self._give_back(lot, "held", held - part)
        job.draws, job.captured = paid, amount

    def _put_back(self, job: Job, account: str) -> None:
        for lot, part in job.draws:
            self._give_back(lot, account, part)

    def _refund(self, job: Job) -> None:
        if not job.refunded:
            self._put_back(job, "used")
            job.refunded = job.captured

    def _give_back(self, lot: Lot, account: str, amount: int) -> None:
        if lot.until <= self.now and not self.grace:
            self._move(lot, account, "expired", amount)
            return
        if lot.until <= self.now:
            lot.until = self.now + self.grace
        self._move(lot, account, "available", amount)

    def _move(self, lot: Lot, source: str | None, target: str | None, amount: int, at: datetime | None = None) -> None:
        for account, change in ((source, -amount), (target, amount)):
            if account:
                self.moves.append((at or self.now, lot.pool, account, change))
            lot.remaining += change if account == "available" else 0
            lot.held += change if account == "held" else 0
