"""The life of a job: hold, capture, release, refund, and what each leaves in the pool."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from ledger import jobs
from ledger.balances import balance
from ledger.errors import (
    IdempotencyKeyReused,
    InsufficientTokens,
    JobEnded,
    NotEnabled,
    ResultsExist,
    SharedUseNotAllowed,
)
from ledger.jobs import Idempotency, JobOrder
from ledger.models import Contract, Membership, Pool
from tests.cast import fresh_key


@pytest.fixture
def order(contract_a: Contract, bob: User) -> JobOrder:
    """Bob wants one generative study, which costs 11 tokens and is refundable before its first result."""
    return JobOrder(contract_a.id, bob.pk, "generative_study")


@pytest.fixture
def analysis(contract_a: Contract, bob: User) -> JobOrder:
    """Bob wants one analysis, which costs 5 tokens and is refunded on failure or cancel."""
    return JobOrder(contract_a.id, bob.pk, "analysis")


def figures(pool: Pool) -> tuple[int, int, int]:
    """Available, held and used, in whole tokens."""
    now = balance(pool.id)
    return (now.available_mt // 1000, now.held_mt // 1000, now.used_mt // 1000)


def test_starting_holds_the_whole_price(bobs_pool: Pool, order: JobOrder, fund: Callable[..., None]) -> None:
    fund(bobs_pool, "100")
    job = jobs.start(idempotency=fresh_key(), order=order).job
    assert (job.status, job.price_mt) == ("running", 11_000)
    assert figures(bobs_pool) == (89, 11, 0)


def test_the_first_result_consumes_and_later_ones_cost_nothing(
    bobs_pool: Pool, order: JobOrder, fund: Callable[..., None]
) -> None:
    fund(bobs_pool, "100")
    job = jobs.start(idempotency=fresh_key(), order=order).job
    jobs.report_results(idempotency=fresh_key(), job_id=job.id)
    again = jobs.report_results(idempotency=fresh_key(), job_id=job.id, count=3).job
    assert (again.status, again.results, again.captured_mt) == ("producing", 4, 11_000)
    assert figures(bobs_pool) == (89, 0, 11)


def test_cancelling_before_a_result_gives_the_tokens_back(
    bobs_pool: Pool, order: JobOrder, fund: Callable[..., None]
) -> None:
    fund(bobs_pool, "100")
    job = jobs.start(idempotency=fresh_key(), order=order).job
    ended = jobs.cancel(idempotency=fresh_key(), job_id=job.id).job
    assert ended.status == "cancelled"
    assert figures(bobs_pool) == (100, 0, 0)


def test_a_study_with_results_is_not_cancelled(bobs_pool: Pool, order: JobOrder, fund: Callable[..., None]) -> None:
    fund(bobs_pool, "100")
    job = jobs.start(idempotency=fresh_key(), order=order).job
    jobs.report_results(idempotency=fresh_key(), job_id=job.id)
    with pytest.raises(ResultsExist):
        jobs.cancel(idempotency=fresh_key(), job_id=job.id)
    assert figures(bobs_pool) == (89, 0, 11)


def test_a_failed_study_with_results_keeps_its_tokens(
    bobs_pool: Pool, order: JobOrder, fund: Callable[..., None]
) -> None:
    fund(bobs_pool, "100")
    job = jobs.start(idempotency=fresh_key(), order=order).job
    jobs.report_results(idempotency=fresh_key(), job_id=job.id)
    failed = jobs.fail(idempotency=fresh_key(), job_id=job.id, reason="disk").job
    assert (failed.status, failed.refunded_mt, failed.reason) == ("failed", 0, "disk")


def test_a_failed_analysis_is_refunded_even_after_results(
    bobs_pool: Pool, analysis: JobOrder, fund: Callable[..., None]
) -> None:
    fund(bobs_pool, "100")
    job = jobs.start(idempotency=fresh_key(), order=analysis).job
    jobs.report_results(idempotency=fresh_key(), job_id=job.id)
    failed = jobs.fail(idempotency=fresh_key(), job_id=job.id).job
    assert (failed.captured_mt, failed.refunded_mt) == (5_000, 5_000)
    assert figures(bobs_pool) == (100, 0, 0)


def test_completing_without_a_result_consumes_the_hold(
    bobs_pool: Pool, order: JobOrder, fund: Callable[..., None]
) -> None:
    fund(bobs_pool, "11")
    job = jobs.start(idempotency=fresh_key(), order=order).job
    assert jobs.complete(idempotency=fresh_key(), job_id=job.id).job.captured_mt == 11_000
    assert figures(bobs_pool) == (0, 0, 11)


def test_ending_twice_is_the_same_but_another_end_is_refused(
    bobs_pool: Pool, order: JobOrder, fund: Callable[..., None]
) -> None:
    fund(bobs_pool, "11")
    job = jobs.start(idempotency=fresh_key(), order=order).job
    first = jobs.cancel(idempotency=fresh_key(), job_id=job.id).job
    assert jobs.cancel(idempotency=fresh_key(), job_id=job.id).job == first
    with pytest.raises(JobEnded):
        jobs.complete(idempotency=fresh_key(), job_id=job.id)


def test_part_of_a_hold_can_be_captured_and_the_rest_comes_back(
    bobs_pool: Pool, order: JobOrder, fund: Callable[..., None]
) -> None:
    fund(bobs_pool, "20")
    job = jobs.start(idempotency=fresh_key(), order=order).job
    jobs.report_results(idempotency=fresh_key(), job_id=job.id, amount_mt=4_000)
    assert figures(bobs_pool) == (16, 0, 4)


def test_too_few_tokens_name_what_is_missing(bobs_pool: Pool, order: JobOrder, fund: Callable[..., None]) -> None:
    fund(bobs_pool, "10.5")
    with pytest.raises(InsufficientTokens) as refusal:
        jobs.start(idempotency=fresh_key(), order=order)
    assert refusal.value.extra == {"required": "11", "available": "10.5", "shortfall": "0.5", "alternatives": []}


def test_individual_and_shared_tokens_are_not_added_up(
    bobs_pool: Pool,
    shared_a: Pool,
    order: JobOrder,
    fund: Callable[..., None],
    contract_a: Contract,
    bob: User,
) -> None:
    Membership.objects.filter(user=bob).update(uses_shared=True)
    fund(bobs_pool, "5")
    fund(shared_a, "10")
    with pytest.raises(InsufficientTokens):
        jobs.start(idempotency=fresh_key(), order=order)
    Contract.objects.update(allow_split=True)
    job = jobs.start(idempotency=fresh_key(), order=order).job
    assert [amount for _, amount in job.lots] == [5_000, 6_000]
    jobs.cancel(idempotency=fresh_key(), job_id=job.id)
    assert (figures(bobs_pool), figures(shared_a)) == ((5, 0, 0), (10, 0, 0))


def test_shared_tokens_need_the_tick(
    shared_a: Pool, bobs_pool: Pool, order: JobOrder, fund: Callable[..., None]
) -> None:
    fund(shared_a, "100")
    chosen = JobOrder(order.contract_id, order.user_id, order.service, pool_id=shared_a.id)
    with pytest.raises(SharedUseNotAllowed):
        jobs.start(idempotency=fresh_key(), order=chosen)
    Membership.objects.update(uses_shared=True)
    assert jobs.start(idempotency=fresh_key(), order=chosen).job.pool == shared_a.id


def test_a_user_who_is_not_enabled_starts_nothing(order: JobOrder, contract_a: Contract) -> None:
    Membership.objects.update(enabled_at=None)
    with pytest.raises(NotEnabled):
        jobs.start(idempotency=fresh_key(), order=order)


def test_the_same_key_answers_the_same_after_the_funds_are_gone(
    bobs_pool: Pool, order: JobOrder, fund: Callable[..., None]
) -> None:
    fund(bobs_pool, "11")
    key = fresh_key()
    first = jobs.start(idempotency=key, order=order)
    again = jobs.start(idempotency=key, order=order)
    assert again.job == first.job
    assert (first.replayed, again.replayed) == (False, True)
    assert figures(bobs_pool) == (0, 11, 0)


def test_a_refusal_is_an_answer_too(bobs_pool: Pool, order: JobOrder, fund: Callable[..., None]) -> None:
    key = fresh_key()
    for replayed in (False, True):
        with pytest.raises(InsufficientTokens) as refusal:
            jobs.start(idempotency=key, order=order)
        assert refusal.value.replayed is replayed
        fund(bobs_pool, "100")


def test_a_key_belongs_to_one_request(bobs_pool: Pool, order: JobOrder, fund: Callable[..., None]) -> None:
    fund(bobs_pool, "100")
    key = fresh_key()
    jobs.start(idempotency=key, order=order)
    with pytest.raises(IdempotencyKeyReused):
        jobs.start(idempotency=Idempotency(key.caller, key.key, "e" * 64), order=order)


def test_studies_that_start_together_start_all_or_none(
    bobs_pool: Pool, order: JobOrder, fund: Callable[..., None]
) -> None:
    fund(bobs_pool, "32")
    with pytest.raises(InsufficientTokens) as refusal:
        jobs.start_batch(idempotency=fresh_key(), orders=[order] * 3, mode="all_or_nothing")
    assert refusal.value.extra["index"] == 2
    assert figures(bobs_pool) == (32, 0, 0)
    batch = jobs.start_batch(idempotency=fresh_key(), orders=[order] * 3, mode="each")
    assert [type(result).__name__ for result in batch.results] == ["JobView", "JobView", "InsufficientTokens"]
    assert figures(bobs_pool) == (10, 22, 0)


def test_a_service_that_costs_nothing_is_still_a_job(bobs_pool: Pool, contract_a: Contract, bob: User) -> None:
    order = JobOrder(contract_a.id, bob.pk, "generative_study_extension")
    job = jobs.start(idempotency=fresh_key(), order=order).job
    done = jobs.complete(idempotency=fresh_key(), job_id=job.id).job
    assert (done.status, done.price_mt, done.captured_mt) == ("completed", 0, 0)
