"""A history with every kind of transaction in it, made through the ledger's verbs, with names that look like markup."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from ledger import allocations, expiry, grants, jobs, orders, refunds
from ledger.contracts import individual_pool, shared_pool
from ledger.jobs import JobOrder
from ledger.models import Contract, LotSource, Membership, Pack, Service
from ledger.posting import ReportResults, Request, post
from tests.cast import fresh_key

HOSTILE = (
    'x"; account evil\n2020-01-01 * "evil" {1 TOK}\n  Assets:Evil  1 TOK ; date:2020-99-99, [2020-99-99] \\ %0A \u2028é'
)
START = datetime(2024, 1, 1, 23, 30, tzinfo=UTC)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


class Story:
    """Bob's and Alice's jobs on one contract. Every step is at a time of its own."""

    def __init__(self, contract: Contract, bob: User, alice: User) -> None:
        self.contract, self.bob, self.alice = contract, bob, alice
        self.shared = shared_pool(contract.id).id
        self.bobs = individual_pool(contract_id=contract.id, user_id=bob.pk).id

    def tell(self) -> None:
        """Live through everything in order."""
        self._names()
        self._tokens_arrive()
        self._jobs_end_in_every_way()
        self._charges_of_odd_sizes()
        self._lots_expire_and_refunds_come_late()
        self._tokens_change_pools()

    def _names(self) -> None:
        Contract.objects.filter(id=self.contract.id).update(allow_split=True, number=HOSTILE[:64], name=HOSTILE)
        User.objects.filter(pk=self.bob.pk).update(username=HOSTILE[:150], email="")
        Service.objects.filter(code="analysis").update(name=HOSTILE[:100])
        Membership.objects.filter(contract=self.contract).update(uses_shared=True)

    def _tokens_arrive(self) -> None:
        self.grant(self.bobs, 20_000, at=day(0), expires_at=day(40))
        self.grant(self.bobs, 15_500, at=day(1), expires_at=day(400))
        self.grant(self.bobs, 30_000, at=day(1))
        alice = Membership.objects.select_related("contract", "user").get(contract=self.contract, user=self.alice)
        pack = Pack.objects.order_by("amount_mt")[0]
        orders.place(idempotency=fresh_key(), membership=alice, pack=pack, at=day(2))
        grants.adjust(idempotency=fresh_key(), pool_id=self.bobs, amount_mt=1_001, reason=HOSTILE[:500], at=day(3))
        grants.adjust(idempotency=fresh_key(), pool_id=self.bobs, amount_mt=-2_002, reason="Too much", at=day(3))

    def _jobs_end_in_every_way(self) -> None:
        running = [self.start("analysis", at=day(4)) for _ in range(5)]
        jobs.complete(idempotency=fresh_key(), job_id=running[0], at=day(5))
        jobs.cancel(idempotency=fresh_key(), job_id=running[1], reason=HOSTILE, at=day(5))
        jobs.report_results(idempotency=fresh_key(), job_id=running[2], at=day(5))
        jobs.fail(idempotency=fresh_key(), job_id=running[2], at=day(6))
        expiry.sweep_holds(at=day(7))
        free = self.start("generative_study_extension", at=day(8))
        jobs.complete(idempotency=fresh_key(), job_id=free, at=day(8))

    def _charges_of_odd_sizes(self) -> None:
        part = self.start("generative_study", at=day(9))
        jobs.report_results(idempotency=fresh_key(), job_id=part, amount_mt=4_321, at=day(10))
        more = self.start("analysis", at=day(10))
        command = ReportResults(job_id=more, amount_mt=7_500, overage=True)
        post(contract_id=self.contract.id, requests=[Request(commands=[command], at=day(11))])
        split = self.start("model_creation", quantity_m=3_000, at=day(12))
        jobs.complete(idempotency=fresh_key(), job_id=split, at=day(13))

    def _lots_expire_and_refunds_come_late(self) -> None:
        self.grant(self.bobs, 12_000, at=day(14), expires_at=day(20))
        study = self.start("generative_study", at=day(15))
        jobs.complete(idempotency=fresh_key(), job_id=study, at=day(16))
        held = self.start("model_derivative", at=day(17))
        expiry.expire_lots(at=day(30))
        jobs.cancel(idempotency=fresh_key(), job_id=held, at=day(31))
        request = refunds.request_refund(
            user=User.objects.get(pk=self.bob.pk), job_id=study, reason=HOSTILE, at=day(32)
        )
        alice = Membership.objects.get(contract=self.contract, user=self.alice)
        refunds.approve(idempotency=fresh_key(), membership=alice, request_id=request.id, at=day(33))
        expiry.expire_lots(at=day(100))

    def _tokens_change_pools(self) -> None:
        moved: dict[str, Any] = {"contract_id": self.contract.id, "user_id": self.bob.pk}
        allocations.allocate(idempotency=fresh_key(), amount_mt=10_250, at=day(101), **moved)
        self.start("analysis", at=day(102))
        allocations.take_back(idempotency=fresh_key(), amount_mt=4_125, at=day(103), **moved)

    def grant(self, pool_id: UUID, amount_mt: int, **options: datetime) -> None:
        grants.grant(idempotency=fresh_key(), pool_id=pool_id, amount_mt=amount_mt, source=LotSource.GIFT, **options)

    def start(self, service: str, *, at: datetime, quantity_m: int = 1000) -> UUID:
        order = JobOrder(self.contract.id, self.bob.pk, service, quantity_m, project=HOSTILE[:100])
        return jobs.start(idempotency=fresh_key(), order=order, at=at).job.id
