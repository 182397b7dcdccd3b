"""The worker does what falls due, and one duty that fails keeps none of the others from being done."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from ledger import jobs
from ledger.balances import balance
from ledger.jobs import JobOrder
from ledger.models import (
    Contract,
    Gift,
    GiftRule,
    Job,
    JobStatus,
    Lot,
    LotSource,
    Pool,
    PoolKind,
    Product,
    Seat,
    Subscription,
)
from portal.models.heartbeat import STALE_AFTER, WORKER, Heartbeat, is_alive
from reporting.models import UsageSum
from tests.cast import fresh_key

HOUR = timedelta(hours=1)


def give_seat(contract: Contract, user: User) -> Subscription:
    subscription = Subscription.objects.create(
        contract=contract,
        product=Product.objects.get(name="Fusion"),
        rule=GiftRule.objects.get(length="annual"),
        serial_number="391-1",
        starts_at=timezone.now() - HOUR,
    )
    Seat.objects.create(subscription=subscription, number=1, user=user)
    return subscription


def break_the_expiry_of(contract: Contract) -> None:
    """A lot that is due on a contract without books: its expiry cannot be posted."""
    pool = Pool.objects.create(contract=contract, kind=PoolKind.SHARED)
    Lot.objects.create(
        contract=contract,
        pool=pool,
        source=LotSource.GIFT,
        amount_mt=1000,
        remaining_mt=1000,
        granted_at=timezone.now() - 2 * HOUR,
        usable_until=timezone.now() - HOUR,
    )


def test_one_round_does_every_duty(contract_a: Contract, bob: User, bobs_pool: Pool, fund: Callable[..., None]) -> None:
    now = timezone.now()
    fund(bobs_pool, "50", at=now - 30 * HOUR)
    order = JobOrder(contract_a.id, bob.pk, "analysis")
    done = jobs.start(idempotency=fresh_key(), order=order, at=now - 29 * HOUR)
    jobs.complete(idempotency=fresh_key(), job_id=done.job.id, at=now - 29 * HOUR)
    silent = jobs.start(idempotency=fresh_key(), order=order, at=now - 28 * HOUR)
    fund(bobs_pool, "7", at=now - 27 * HOUR, expires_at=now - HOUR)
    give_seat(contract_a, bob)

    call_command("worker", once=True)

    assert Job.objects.get(id=silent.job.id).status == JobStatus.EXPIRED
    assert Gift.objects.get().user == bob
    pool = Pool.objects.get(id=bobs_pool.id)
    assert (pool.available_mt, pool.expired_mt, pool.used_mt) == (145_000, 7_000, 5_000)
    assert UsageSum.objects.get(level="day total").charged_mt == 5_000
    assert is_alive(WORKER)


def test_a_second_round_changes_nothing(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    give_seat(contract_a, bob)
    call_command("worker", once=True)
    before = balance(bobs_pool.id).total_mt
    call_command("worker", once=True)
    assert balance(bobs_pool.id).total_mt == before == 100_000


def test_a_duty_that_fails_keeps_none_of_the_others_from_being_done(
    contract_a: Contract, bob: User, caplog: pytest.LogCaptureFixture
) -> None:
    give_seat(contract_a, bob)
    break_the_expiry_of(Contract.objects.create(number="C-1", name="No books", starts_at=timezone.now() - 9 * HOUR))
    call_command("worker", once=True)
    assert "expire_lots" in caplog.text
    assert Gift.objects.count() == 1
    assert is_alive(WORKER)


@pytest.mark.django_db
def test_a_worker_that_fell_silent_is_not_alive() -> None:
    assert not is_alive(WORKER)
    call_command("worker", once=True)
    assert is_alive(WORKER)
    Heartbeat.objects.update(beat_at=timezone.now() - STALE_AFTER - timedelta(seconds=1))
    assert not is_alive(WORKER)
