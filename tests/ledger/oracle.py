"""The rules of DOMAIN sections 2 and 5 once more, as simply as they can be said: one contract in plain objects.

It shares no code with the ledger. Tests give both the same requests and compare every answer and every balance.
Amounts are milli-tokens.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.ledger.oracle_things import NEVER, Answer, Job, Lot, Refusal, Use, too_few

__all__ = ["NEVER", "Answer", "Job", "Lot", "Oracle", "Refusal"]


@dataclass
class Oracle:
    """One contract: the pool `shared`, and an individual pool per user.

    Time goes back for nobody: a request happens at the clock's time, or at the last entry's if that is later. A request
    that finds something due in a pool it looks at makes an entry; with `looks_everywhere` that is every pool.
    """

    users: tuple[str, ...]
    split: bool = False
    grace: timedelta = timedelta(days=30)
    timeout: timedelta = timedelta(days=1)
    ends: datetime | None = None
    looks_everywhere: bool = True
    clock: datetime = NEVER
    now: datetime = NEVER
    last: datetime | None = None
    lots: list[Lot] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    moves: list[tuple[datetime, str, str, int]] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    posted: Counter[tuple[str, str]] = field(default_factory=Counter)

    # Time

    def do(self, at: datetime, verb: Callable[[], Answer]) -> Answer:
        """Let the clock show `at`, do one request and return its answer."""
        self.set_clock(at)
        try:
            return verb()
        except Refusal as refusal:
            return refusal.answer

    def set_clock(self, at: datetime) -> None:
        self.clock = at
        self.now = max(at, self.last or at)

    def look_at(self, pools: Iterable[str]) -> None:
        """What is due in the pools that a request looks at is posted, even when the request is then refused.

        In the others it has expired all the same, each lot at its own instant.
        """
        seen = {lot.pool for lot in self.lots} if self.looks_everywhere else set(pools)
        for lot in self.lots:
            if lot.pool in seen and lot.remaining and lot.until <= self.now:
                self.post()
                self._move(lot, "available", "expired", lot.remaining, at=lot.until)

    def post(self) -> None:
        """An entry is made."""
        self.last = self.now

    # Balances

    def balance(self, pool: str, account: str, at: datetime) -> int:
        posted = sum(amount for time, *place, amount in self.moves if place == [pool, account] and time <= at)
        due = sum(lot.remaining for lot in self.lots if lot.pool == pool and lot.until <= at)
        return posted + {"available": -due, "expired": due}.get(account, 0)

    def in_order(self, pool: str) -> list[Lot]:
        live = [lot for lot in self.lots if lot.pool == pool and lot.remaining and lot.until > self.now]
        return sorted(live, key=Lot.rank)

    def available(self, pool: str) -> int:
        return sum(lot.remaining for lot in self.in_order(pool))

    # Requests

    def grant(self, pool: str, amount: int, expires: datetime | None, source: str = "gift") -> Answer:
        self.look_at([pool])
        if expires and expires <= self.now:
            raise Refusal("invalid")
        self.post()
        lot = Lot(pool, amount, self.now, expires, expires or NEVER, source=source)
        self.lots.append(lot)
        self._move(lot, None, "available", amount)
        return {"moved": amount}

    def deduct(self, pool: str, amount: int) -> Answer:
        for lot, part in self._paid([pool], amount):
            self._move(lot, "available", None, part)
            lot.amount -= part
        return {"moved": amount}

    def allocate(self, user: str, amount: int) -> Answer:
        self.look_at(["shared", user])
        for lot, part in self._paid(["shared"], amount):
            child = Lot(user, part, lot.granted, lot.expires, lot.until, parent=lot, source="allocation")
            self.lots.append(child)
            lot.amount -= part
            self._move(lot, "available", None, part)
            self._move(child, None, "available", part)
        return {"moved": amount}

    def take_back(self, user: str, amount: int) -> Answer:
        self.look_at(["shared", user])
        parts = [lot for lot in self.in_order(user) if lot.parent]
        if (unused := sum(lot.remaining for lot in parts)) < amount:
            raise too_few(amount, unused)
        self.post()
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

    def start(
        self, user: str, price: int, *, refundable: bool, chosen: str | None, usable: Sequence[str] | None = None
    ) -> Answer:
        """Start a job that may be paid from the `usable` pools, in this order, or from the `chosen` one alone."""
        usable = usable or [user, "shared"]
        self.look_at([*usable, *([chosen] if chosen else [])])
        if self.ends and self.ends <= self.now:
            raise Refusal("contract_expired")
        pools = self._payers([chosen] if chosen else usable, price, usable)
        job = Job(user, price, refundable, pools[0], self._paid(pools, price), self.now, self.now + self.timeout)
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
            job.status, job.first_result = "producing", self.now
        job.results += count
        return job.answer()

    def complete(self, number: int, reason: str = "") -> Answer:
        job = self._job(number)
        if job.status == "running":
            self._capture(job, job.price)
        return self._end(job, "completed", reason)

    def fail(self, number: int, reason: str = "") -> Answer:
        job = self._job(number)
        if job.status == "running":
            self._put_back(job, "held")
        elif job.status == "producing" and job.refundable:
            self._refund(job)
        return self._end(job, "failed", reason)

    def cancel(self, number: int, reason: str = "") -> Answer:
        job = self._job(number)
        if job.status == "running":
            self._put_back(job, "held")
        elif job.status == "producing" and not job.refundable:
            raise Refusal("results_exist")
        elif job.status == "producing":
            self._refund(job)
        return self._end(job, "cancelled", reason)

    def refund(self, number: int) -> Answer:
        job = self._job(number)
        if job.refunded:
            raise Refusal("already_refunded")
        if not job.captured:
            raise Refusal("nothing_to_refund")
        self._refund(job)
        return job.answer()

    def sweep(self, until: datetime | None = None) -> Answer:
        """End what nobody settled by the clock that asks (`until`), unless the books' own time is behind it."""
        late = [job for job in self.jobs if job.status == "running" and job.deadline <= (until or self.clock)]
        if late:
            self.look_at(pool for job in late for pool in job.pools)
        late = [job for job in late if job.deadline <= self.now]
        for job in late:
            self._put_back(job, "held")
            self._end(job, "expired", "The hold timed out.")
        return {"ended": len(late)}

    # What requests are made of

    def _job(self, number: int) -> Job:
        self.look_at(self.jobs[number].pools)
        return self.jobs[number]

    def _end(self, job: Job, status: str, reason: str) -> Answer:
        if job.has_ended and job.status != status:
            raise Refusal("job_ended")
        if not job.has_ended:
            job.status, job.reason, job.ended = status, reason, self.now
        return job.answer()

    def _payers(self, pools: Sequence[str], amount: int, usable: Collection[str]) -> list[str]:
        """Choose the first pool that can pay it whole, or all of them where splitting is allowed."""
        able = [pool for pool in pools if self.available(pool) >= amount]
        if able:
            return able[:1]
        if self.split and sum(map(self.available, pools)) >= amount:
            return list(pools)
        others = tuple(pool for pool in usable if self.available(pool) >= amount)
        raise too_few(amount, max(map(self.available, pools)), others)

    def _paid(self, pools: Sequence[str], amount: int) -> list[tuple[Lot, int]]:
        """Choose lots of the pools, in order; from here on there is an entry."""
        self.look_at(pools)
        if sum(map(self.available, pools)) < amount:
            raise too_few(amount, sum(map(self.available, pools)))
        self.post()
        drawn = []
        for lot in (lot for pool in pools for lot in self.in_order(pool)):
            if part := min(lot.remaining, amount):
                drawn.append((lot, part))
                amount -= part
        return drawn

    def _capture(self, job: Job, amount: int) -> None:
        self.post()
        paid: list[tuple[Lot, int]] = []
        for lot, held in job.draws:
            part = min(held, amount - sum(done for _, done in paid))
            if part:
                self._move(lot, "held", "used", part)
                paid.append((lot, part))
            if held > part:
                self._give_back(lot, "held", held - part)
        job.draws, job.captured = paid, amount
        self.uses.append(Use(self.now, job, paid[0][0].pool if paid else job.pool, jobs=1))
        self.uses += [Use(self.now, job, lot.pool, charged=part) for lot, part in paid]

    def _put_back(self, job: Job, account: str) -> None:
        self.post()
        for lot, part in job.draws:
            self._give_back(lot, account, part)

    def _refund(self, job: Job) -> None:
        if not job.refunded:
            self._put_back(job, "used")
            job.refunded = job.captured
            self.uses += [Use(self.now, job, lot.pool, refunded=part) for lot, part in job.draws]
            self.uses += [] if job.draws else [Use(self.now, job, job.pool)]

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
                self.posted[lot.pool, account] += change
            lot.remaining += change if account == "available" else 0
            lot.held += change if account == "held" else 0

    # Going back, for requests that are refused whole

    def copy(self) -> tuple[Any, ...]:
        figures = [(lot, lot.amount, lot.remaining, lot.held, lot.until) for lot in self.lots]
        return (self.last, figures, self.posted.copy(), len(self.jobs), len(self.moves), len(self.uses))

    def go_back(self, copy: tuple[Any, ...]) -> None:
        self.last, figures, self.posted, jobs, moves, uses = copy
        self.lots = []
        for lot, lot.amount, lot.remaining, lot.held, lot.until in figures:
            self.lots.append(lot)
        del self.jobs[jobs:], self.moves[moves:], self.uses[uses:]
