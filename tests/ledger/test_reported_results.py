"""What a service may report of a job: a number of results from one up, and an amount from nothing up to the hold."""

import pytest
from django.contrib.auth.models import User

from ledger.errors import AmountExceedsHold, InvalidAmount, InvalidRequest
from ledger.models import Contract, Pool
from tests.ledger.steps import figures, put, report, start

pytestmark = pytest.mark.usefixtures("sound_books")


@pytest.fixture
def job(contract_a: Contract, bob: User, bobs_pool: Pool):
    put(bobs_pool, "10")
    return start(contract_a, bob)


@pytest.mark.parametrize("count", [0, -1, 2**31, 2**70])
def test_a_number_of_results_that_cannot_be_is_refused_and_nothing_is_consumed(job, bobs_pool: Pool, count) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        report(job, count=count)
    assert refusal.value.field == "count"
    assert figures(bobs_pool) == (5, 5, 0, 0)


def test_results_do_not_add_up_beyond_what_a_job_can_count(job) -> None:
    assert report(job, count=2**31 - 2).results == 2**31 - 2
    assert report(job).results == 2**31 - 1
    with pytest.raises(InvalidRequest):
        report(job)


def test_a_negative_amount_is_refused(job, bobs_pool: Pool) -> None:
    with pytest.raises(InvalidAmount) as refusal:
        report(job, amount_mt=-1)
    assert refusal.value.field == "amount"
    assert figures(bobs_pool) == (5, 5, 0, 0)


def test_more_than_was_held_is_refused_and_the_job_goes_on(job, bobs_pool: Pool) -> None:
    with pytest.raises(AmountExceedsHold):
        report(job, amount_mt=5_001)
    assert figures(bobs_pool) == (5, 5, 0, 0)
    assert report(job, amount_mt=5_000).captured_mt == 5_000
