"""Books that were verified once, and what was posted since."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db.models import QuerySet

from ledger import jobs
from ledger.expiry import expire_lots
from ledger.jobs import JobOrder
from ledger.models import Contract, Entry, Job, Pool, Transaction, VerificationMode
from ledger.sealing import Signer, make_root, seal_all
from ledger.verification import verify
from tests.cast import fresh_key

SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@dataclass(frozen=True)
class News:
    """What was posted after the checkpoint at entry `since`."""

    contract_id: UUID
    pool_id: UUID
    since: int

    def entries(self, **chosen: object) -> QuerySet[Entry]:
        return Entry.objects.filter(contract_id=self.contract_id, seq__gt=self.since, **chosen).order_by("seq")

    def transactions(self, **chosen: object) -> QuerySet[Transaction]:
        return Transaction.objects.filter(contract_id=self.contract_id, first_seq__gt=self.since, **chosen).order_by(
            "first_seq"
        )

    def job(self, status: str) -> Job:
        ids = self.transactions(kind="hold").values_list("job_id", flat=True)
        return Job.objects.filter(id__in=list(ids), status=status)[0]


@pytest.fixture
def act(contract_a: Contract, bobs_pool: Pool, fund: Callable[..., None]) -> Callable[[datetime], None]:
    """A small grant that expires, two that do not, a running job, a charge, a release, a refund."""
    order = JobOrder(contract_a.id, bobs_pool.user_id or 0, "analysis")

    def do(at: datetime) -> None:
        fund(bobs_pool, "1", expires_at=at + timedelta(hours=1), at=at)
        at += timedelta(hours=2)
        expire_lots(at=at)
        fund(bobs_pool, "100", at=at)
        fund(bobs_pool, "2", expires_at=at + timedelta(days=900), at=at)
        started = [jobs.start(idempotency=fresh_key(), order=order, at=at).job for _ in range(4)]
        jobs.complete(idempotency=fresh_key(), job_id=started[0].id, at=at)
        jobs.cancel(idempotency=fresh_key(), job_id=started[1].id, at=at)
        jobs.report_results(idempotency=fresh_key(), job_id=started[2].id, at=at)
        jobs.fail(idempotency=fresh_key(), job_id=started[2].id, at=at)

    return do


def seal_and_sign(day: datetime) -> None:
    seal_all()
    assert make_root(day=day.date(), signer=SIGNER, at=day)


@pytest.fixture
def news(contract_a: Contract, bobs_pool: Pool, act: Callable[[datetime], None]) -> News:
    """Books with a past that was verified, and the same again since; both sealed and signed."""
    act(datetime(2026, 1, 1, tzinfo=UTC))
    seal_and_sign(datetime(2026, 3, 1, tzinfo=UTC))
    assert verify(mode=VerificationMode.INCREMENTAL).differences == 0
    since = contract_a.checkpoint.last_seq
    act(datetime(2026, 2, 1, tzinfo=UTC))
    seal_and_sign(datetime(2026, 3, 2, tzinfo=UTC))
    return News(contract_a.id, bobs_pool.id, since)
