"""Idempotency keys over several contracts, callers and moments."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from ledger import jobs
from ledger.contracts import add_member, individual_pool
from ledger.errors import IdempotencyKeyReused, NotEnabled
from ledger.jobs import BatchAnswer, Idempotency, JobOrder, JobView, Verdict
from ledger.models import Contract, IdempotencyKey, Job, Membership, Pool
from ledger.posting import Request, post
from tests.cast import fresh_key
from tests.ledger.at_once import at_once
from tests.ledger.steps import START, day, put


@pytest.fixture
def orders(contract_a: Contract, contract_b: Contract, bob: User) -> list[JobOrder]:
    """Bob has 10 tokens on each of two contracts and wants five analyses (25 tokens), turn by turn."""
    add_member(contract=contract_b, user=bob)
    for contract in (contract_a, contract_b):
        put(individual_pool(contract_id=contract.id, user_id=bob.pk), "10")
    return [
        JobOrder(contract.id, bob.pk, "analysis")
        for contract in (contract_a, contract_b, contract_a, contract_b, contract_a)
    ]


def begin(orders: list[JobOrder], key: Idempotency) -> BatchAnswer:
    return jobs.start_batch(idempotency=key, orders=orders, mode="each", at=START)


def plain(answer: BatchAnswer) -> list[object]:
    return [result if isinstance(result, JobView) else result.code for result in answer.results]


@pytest.mark.usefixtures("sound_books")
def test_a_batch_over_two_contracts_is_answered_in_order_and_once(orders: list[JobOrder]) -> None:
    key = fresh_key()
    first, again = begin(orders, key), begin(orders, key)
    contracts = [result.contract for result in first.results if isinstance(result, JobView)]
    assert contracts == [order.contract_id for order in orders[:4]]
    assert plain(first)[4] == "insufficient_tokens"
    assert (plain(again), first.replayed, again.replayed) == (plain(first), False, True)
    assert Job.objects.count() == 4


@pytest.mark.usefixtures("sound_books")
def test_a_retry_is_answered_though_its_own_charge_emptied_the_pool(contract_a: Contract, bobs_pool: Pool) -> None:
    put(bobs_pool, "5")
    key, order = fresh_key(), JobOrder(contract_a.id, bobs_pool.user_id or 0, "analysis")
    first, again = (jobs.start(idempotency=key, order=order, at=START) for _ in range(2))
    bobs_pool.refresh_from_db()
    assert bobs_pool.available_mt == 0
    assert (again.job, again.replayed) == (first.job, True)
    key = fresh_key()
    ended = [jobs.complete(idempotency=key, job_id=first.job.id, at=START) for _ in range(2)]
    assert [answer.job.status for answer in ended] == ["completed", "completed"]


@pytest.mark.usefixtures("sound_books")
def test_a_batch_cut_off_between_two_contracts_is_finished_by_asking_again(orders: list[JobOrder]) -> None:
    key = fresh_key()
    mine = [order for order in orders if order.contract_id == orders[0].contract_id]
    cut_off = Request(commands=mine, idempotency=key, all_or_nothing=False, at=START)
    (done,) = post(contract_id=orders[0].contract_id, requests=[cut_off])
    whole = begin(orders, key)
    assert [plain(whole)[index] for index in (0, 2)] == list(done.results[:2])
    assert (Job.objects.count(), whole.replayed) == (4, False)
    assert begin(orders, key).replayed


@pytest.mark.usefixtures("sound_books")
def test_verdicts_over_two_contracts_are_answered_in_order_with_unknown_jobs_in_their_place(
    orders: list[JobOrder],
) -> None:
    started = [result for result in begin(orders, fresh_key()).results if isinstance(result, JobView)]
    unknown = Verdict(orders[0].contract_id, "complete")
    verdicts = [
        Verdict(started[1].id, "fail"),
        unknown,
        Verdict(started[0].id, "complete"),
        Verdict(started[0].id, "fail"),
    ]
    key = fresh_key()
    answers = [jobs.settle(idempotency=key, verdicts=verdicts, at=day(0.5)) for _ in range(2)]
    shown = [result.status if isinstance(result, JobView) else result.code for result in answers[0].results]
    assert shown == ["failed", "not_found", "completed", "job_ended"]
    assert plain(answers[0]) == plain(answers[1])


@pytest.mark.usefixtures("sound_books")
def test_the_keys_of_two_callers_do_not_meet(orders: list[JobOrder]) -> None:
    answers = [
        jobs.start(idempotency=fresh_key(caller, "the same"), order=orders[0], at=START).job.id
        for caller in ("user:1", "client:desktop")
    ]
    assert len(set(answers)) == 2


@pytest.mark.usefixtures("sound_books")
def test_a_request_that_was_not_valid_may_be_right_the_next_time(
    contract_a: Contract, bob: User, bobs_pool: Pool
) -> None:
    put(bobs_pool, "5")
    key, order = fresh_key(), JobOrder(contract_a.id, bob.pk, "analysis")
    Membership.objects.filter(user=bob).update(enabled_at=None)
    with pytest.raises(NotEnabled):
        jobs.start(idempotency=key, order=order)
    Membership.objects.filter(user=bob).update(enabled_at=START)
    assert not jobs.start(idempotency=key, order=order).replayed


@pytest.mark.django_db(transaction=True)
def test_one_key_on_two_contracts_at_once_has_one_effect(orders: list[JobOrder]) -> None:
    key = fresh_key()

    def start(order: JobOrder) -> Callable[[], object]:
        return lambda: jobs.start(idempotency=key, order=order).job.id

    answers = at_once(*[start(order) for order in orders[:4]])
    assert answers == [Job.objects.get().id] * 4


@pytest.mark.django_db(transaction=True)
def test_one_key_for_two_requests_at_once_answers_one_of_them(orders: list[JobOrder]) -> None:
    def start(order: JobOrder, fingerprint: str) -> Callable[[], object]:
        key = Idempotency("user:1", "one key", fingerprint * 64)
        return lambda: jobs.start(idempotency=key, order=order).job.status

    answers = at_once(start(orders[0], "a"), start(orders[1], "b"))
    assert sorted(map(str, answers)) == [IdempotencyKeyReused.code, "running"]
    assert IdempotencyKey.objects.filter(key="one key").count() == 1
