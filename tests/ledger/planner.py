"""A ledger that consists of the planner alone: its state goes from one plan to the next, and is checked after each."""

from collections import Counter
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

from ledger.models import POOL_ACCOUNTS, Account, Kind, LotSource, PoolKind, RefundPolicy
from ledger.posting import commands
from ledger.posting.commands import Command
from ledger.posting.plan import Plan, plan
from ledger.posting.requests import Request
from ledger.posting.state import BookState, JobState, PoolState, State
from tests.ledger.oracle import Answer, Oracle
from tests.ledger.programs import plain

CONTRACT, SHARED = UUID(int=1), UUID(int=2)
POOLS = {"shared": SHARED, "bob": UUID(int=3), "carol": UUID(int=4)}


def empty_state(*, split: bool = False, grace_s: int = 30 * 86_400) -> State:
    """The books of a contract with a shared pool and two individual ones."""
    sources: dict[str, int] = dict.fromkeys((Account.ISSUED, Account.SOLD, Account.ADJUSTED), 0)
    state = State(BookState(CONTRACT, 0, None, sources, split, grace_s, None))
    for pool_id in POOLS.values():
        kind = PoolKind.SHARED if pool_id == SHARED else PoolKind.INDIVIDUAL
        state.pools[pool_id] = PoolState(pool_id, kind, dict.fromkeys(POOL_ACCOUNTS, 0))
    return state


class Planner:
    """A world for random programs."""

    def __init__(self, oracle: Oracle) -> None:
        self.state = empty_state(split=oracle.split, grace_s=int(oracle.grace.total_seconds()))
        self._numbers = count(100)
        self._jobs: list[UUID] = []
        self._made: dict[UUID, UUID | None] = {}

    def do(self, at: datetime, verb: str, **wanted: Any) -> Answer:
        self._made = {}
        if verb == "sweep":
            late = [job_id for job_id in self._jobs if self._is_late(self.state.jobs[job_id], at)]
            ended = [self._post(at, commands.TimeOutJob(job_id=job_id)) for job_id in late]
            return {"ended": sum(answer["status"] == "expired" for answer in ended)}
        return self._post(at, self._command(verb, **wanted))

    @staticmethod
    def _is_late(job: JobState, at: datetime) -> bool:
        return job.status == "running" and job.hold_expires_at is not None and job.hold_expires_at <= at

    def new_lots(self) -> dict[UUID, UUID | None]:
        return self._made

    def expire(self, at: datetime) -> None:
        """Expire what is due in every pool."""
        self._post(at, commands.ExpireDue(pool_ids=tuple(POOLS.values())))

    def _post(self, at: datetime, command: Command) -> Answer:
        known = set(self.state.lots)
        result = plan(self.state, [Request(commands=[command])], now=at, new_id=lambda: UUID(int=next(self._numbers)))
        self.state = result.journal.state
        self._made = {lot.id: lot.parent_id for lot in self.state.lots.values() if lot.id not in known}
        check(result)
        answer = plain(result.answers[0].results[0])
        if isinstance(command, commands.StartJob) and "status" in answer:
            self._jobs.append(command.job_id)
        return answer

    def _command(self, verb: str, **wanted: Any) -> Command:
        if "number" in wanted:
            return self._verdict(verb, self._jobs[wanted["number"]], wanted)
        amount_mt = wanted.get("amount", 0)
        match verb:
            case "grant":
                lot = {"source": LotSource.GIFT, "kind": Kind.GRANT, "expires_at": wanted["expires"]}
                return commands.Grant(pool_id=POOLS[wanted["pool"]], amount_mt=amount_mt, **lot)
            case "deduct":
                return commands.Deduct(pool_id=POOLS[wanted["pool"]], amount_mt=amount_mt, reason="")
            case "start":
                return start(UUID(int=next(self._numbers)), **wanted)
        command = commands.Allocate if verb == "allocate" else commands.TakeBack
        return command(shared_id=SHARED, individual_id=POOLS[wanted["user"]], amount_mt=amount_mt)

    @staticmethod
    def _verdict(verb: str, job_id: UUID, wanted: dict[str, Any]) -> Command:
        if verb == "report":
            return commands.ReportResults(job_id=job_id, count=wanted["count"], amount_mt=wanted["amount"])
        ends = {
            "complete": commands.CompleteJob,
            "fail": commands.FailJob,
            "cancel": commands.CancelJob,
            "refund": commands.RefundJob,
        }
        return ends[verb](job_id=job_id)


def start(
    job_id: UUID, *, user: str, price: int, refundable: bool = True, chosen: str | None = None
) -> commands.StartJob:
    """The command that starts a user's job."""
    return commands.StartJob(
        job_id=job_id,
        service_id=UUID(int=5),
        service="any",
        user_id=1,
        user=user,
        pool_ids=(POOLS[user], SHARED),
        pool_id=POOLS[chosen] if chosen else None,
        price_mt=price,
        quantity_m=1000,
        refund_policy=RefundPolicy.ON_FAILURE_OR_CANCEL if refundable else RefundPolicy.BEFORE_FIRST_RESULT,
        timeout_s=86_400,
    )


def check(result: Plan) -> None:
    """What must hold after every plan, whatever was asked."""
    state, entries = result.journal.state, result.journal.entries
    sums: Counter[UUID] = Counter()
    for entry in entries:
        sums[entry.transaction_id] += entry.amount_mt
    assert set(sums) == {transaction.id for transaction in result.journal.transactions}
    assert not any(sums.values()), "every transaction's entries sum to zero"
    numbers = [entry.seq for entry in entries]
    assert numbers == list(range(state.book.last_seq - len(entries) + 1, state.book.last_seq + 1))
    for pool in state.pools.values():
        lots = [lot for lot in state.lots.values() if lot.pool_id == pool.id]
        assert pool.available_mt == sum(lot.remaining_mt for lot in lots)
        assert pool.balances[Account.HELD] == sum(lot.held_mt for lot in lots)
        assert min(pool.balances.values()) >= 0
    inside = sum(sum(pool.balances.values()) for pool in state.pools.values())
    assert inside + sum(state.book.sources.values()) == 0, "every token comes from somewhere"
