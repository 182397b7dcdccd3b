"""The ledger behind its verbs, asked the way the oracle is: a world for random programs."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from ledger import allocations, expiry, grants, jobs
from ledger.balances import balances
from ledger.contracts import add_member, individual_pool, open_contract, shared_pool
from ledger.errors import LedgerError
from ledger.ids import new_id
from ledger.jobs import Idempotency, JobOrder
from ledger.models import Account, Lot
from ledger.posting import JobView, Posted, RefundJob, Request, post
from tests.cast import EPOCH, fresh_key
from tests.ledger.oracle import Answer, Oracle
from tests.ledger.programs import SERVICES, plain

Result = JobView | Posted | LedgerError
ACCOUNTS = (Account.AVAILABLE, Account.HELD, Account.USED, Account.EXPIRED)


class DatabaseWorld:
    """A contract of its own. Every fourth request is followed by an earlier one once more, under its old key."""

    def __init__(self, oracle: Oracle, people: dict[str, User]) -> None:
        options = {"allow_split": oracle.split, "refund_grace_s": int(oracle.grace.total_seconds())}
        self.contract = open_contract(number=str(new_id()), name="Random", starts_at=EPOCH, **options)
        self.people = people
        self.pools = {"shared": shared_pool(self.contract.id).id}
        for name, user in people.items():
            add_member(contract=self.contract, user=user, uses_shared=True)
            self.pools[name] = individual_pool(contract_id=self.contract.id, user_id=user.pk).id
        self.jobs: list[UUID] = []
        self._asked: list[tuple[Callable[[], Result], Answer]] = []
        self._known: set[UUID] = set()

    def do(self, at: datetime, verb: str, **wanted: Any) -> Answer:
        if verb == "sweep":
            return {"ended": expiry.sweep_holds(at=at)}
        key = fresh_key()
        ask = self._verdict(verb, **wanted) if "number" in wanted else getattr(self, f"_{verb}")
        wanted.pop("number", None)

        def again() -> Result:
            return _met(lambda: ask(key, at, **wanted))

        result = again()
        if verb == "start" and isinstance(result, JobView):
            self.jobs.append(result.id)
        self._asked.append((again, plain(result)))
        if len(self._asked) % 4 == 0:
            earlier, answer = self._asked[len(self._asked) // 2]
            assert plain(earlier()) == answer, "the same key has the same answer"
        return plain(result)

    def new_lots(self) -> dict[UUID, UUID | None]:
        made = dict(
            Lot.objects.filter(contract=self.contract).exclude(id__in=self._known).values_list("id", "parent_id")
        )
        self._known |= set(made)
        return made

    def balances(self, as_of: datetime) -> dict[str, dict[str, int]]:
        """The balances of every pool by account."""
        found = balances(pool_ids=list(self.pools.values()), as_of=as_of)
        return {
            name: {account: getattr(found[pool_id], f"{account}_mt") for account in ACCOUNTS}
            for name, pool_id in self.pools.items()
        }

    def _grant(self, key: Idempotency, at: datetime, *, pool: str, amount: int, expires: datetime | None) -> Posted:
        return grants.grant(idempotency=key, pool_id=self.pools[pool], amount_mt=amount, expires_at=expires, at=at)

    def _deduct(self, key: Idempotency, at: datetime, *, pool: str, amount: int) -> Posted:
        return grants.adjust(idempotency=key, pool_id=self.pools[pool], amount_mt=-amount, reason="too many", at=at)

    def _allocate(self, key: Idempotency, at: datetime, *, user: str, amount: int) -> Posted:
        moved = allocations.allocate(
            idempotency=key, contract_id=self.contract.id, user_id=self.people[user].pk, amount_mt=amount, at=at
        )
        return Posted(moved.transaction, moved.amount_mt, moved.at)

    def _take_back(self, key: Idempotency, at: datetime, *, user: str, amount: int) -> Posted:
        moved = allocations.take_back(
            idempotency=key, contract_id=self.contract.id, user_id=self.people[user].pk, amount_mt=amount, at=at
        )
        return Posted(moved.transaction, moved.amount_mt, moved.at)

    def _start(
        self, key: Idempotency, at: datetime, *, user: str, price: int, refundable: bool, chosen: str | None
    ) -> JobView:
        (service,) = [code for code, terms in SERVICES.items() if terms == (price, refundable)]
        pool_id = self.pools[chosen] if chosen else None
        order = JobOrder(self.contract.id, self.people[user].pk, service, pool_id=pool_id)
        return jobs.start(idempotency=key, order=order, at=at).job

    def _verdict(self, verb: str, *, number: int, **_: Any) -> Callable[..., Result]:
        job_id = self.jobs[number]

        def decide(key: Idempotency, at: datetime, *, count: int = 1, amount: int | None = None) -> Result:
            if verb == "refund":
                request = Request(commands=[RefundJob(job_id=job_id)], idempotency=key, at=at)
                return post(contract_id=self.contract.id, requests=[request])[0].results[0]
            if verb == "report":
                return jobs.report_results(idempotency=key, job_id=job_id, count=count, amount_mt=amount, at=at).job
            ends = {"complete": jobs.complete, "fail": jobs.fail, "cancel": jobs.cancel}
            return ends[verb](idempotency=key, job_id=job_id, at=at).job

        return decide


def _met(ask: Callable[[], Result]) -> Result:
    try:
        return ask()
    except LedgerError as refusal:
        return refusal
