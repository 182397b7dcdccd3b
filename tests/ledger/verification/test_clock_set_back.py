"""A clock that was set back after a verification raises no alarm, and hides nothing."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from ledger import jobs
from ledger.jobs import JobOrder
from ledger.models import Checkpoint, Contract, IdempotencyKey, Pool, Transaction, VerificationMode
from ledger.verification import verify
from tests.cast import fresh_key
from tests.ledger.tampering import tampering

SET_BACK = timedelta(hours=14)


def named() -> set[str]:
    return set(verify(mode=VerificationMode.INCREMENTAL).findings.values_list("invariant", flat=True))


@pytest.fixture(params=[0, 3, 11, 20, 1_000], ids=lambda hours: f"idle for {hours} hours")
def set_back(
    request: pytest.FixtureRequest, contract_a: Contract, bobs_pool: Pool, fund: Callable[..., None]
) -> JobOrder:
    """Books that were verified while the clock was 14 hours ahead, some hours after the last posting."""
    ahead = timezone.now() + SET_BACK
    fund(bobs_pool, "100", at=ahead - timedelta(hours=request.param))
    assert named() == set()
    assert Checkpoint.objects.filter(contract=contract_a).update(checked_at=ahead) == 1
    return JobOrder(contract_a.id, bobs_pool.user_id or 0, "analysis")


def test_jobs_started_after_the_clock_was_set_back_have_their_keys(set_back: JobOrder) -> None:
    jobs.start(idempotency=fresh_key(), order=set_back)
    assert named() == set()
    jobs.start(idempotency=fresh_key(), order=set_back)
    assert named() == set()


def test_no_key_is_dated_before_its_effect(set_back: JobOrder) -> None:
    jobs.start(idempotency=fresh_key(), order=set_back)
    key = IdempotencyKey.objects.filter(answer__contains='"running"').get()
    assert key.at >= Transaction.objects.get(kind="hold").at


def test_a_job_without_its_key_is_named_all_the_same(set_back: JobOrder) -> None:
    jobs.start(idempotency=fresh_key(), order=set_back)
    with tampering():
        IdempotencyKey.objects.filter(answer__contains='"running"').delete()
    assert named() == {"each job that somebody started has its key"}
