"""A hold that nobody settles is released after its service's limit, and the job is over."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command

from ledger.errors import JobEnded
from ledger.expiry import sweep_holds
from ledger.models import Contract, Job, Pool, Service
from tests.ledger.steps import cancel, complete, day, fail, figures, put, report, start

pytestmark = pytest.mark.usefixtures("sound_books")


@pytest.fixture
def job(contract_a: Contract, bob: User, bobs_pool: Pool):
    """A job whose hold times out after a day."""
    put(bobs_pool, "10")
    return start(contract_a, bob)


def test_a_hold_is_released_at_the_instant_of_its_time_out(job, bobs_pool: Pool) -> None:
    assert job.hold_expires_at == day(1)
    assert sweep_holds(at=day(1) - timedelta(microseconds=1)) == 0
    assert sweep_holds(at=day(1)) == 1
    ended = Job.objects.get(id=job.id)
    assert (ended.status, ended.ended_at, ended.captured_mt) == ("expired", day(1), 0)
    assert figures(bobs_pool) == (10, 0, 0, 0)


def test_sweeping_twice_is_sweeping_once(job) -> None:
    assert [sweep_holds(at=day(2)) for _ in range(2)] == [1, 0]


@pytest.mark.parametrize("verb", [report, complete, fail, cancel])
def test_a_job_that_timed_out_takes_no_verdict_any_more(job, bobs_pool: Pool, verb) -> None:
    sweep_holds(at=day(1))
    with pytest.raises(JobEnded):
        verb(job, at=day(2))
    assert figures(bobs_pool) == (10, 0, 0, 0)


def test_a_job_with_results_does_not_time_out(job) -> None:
    report(job)
    assert sweep_holds(at=day(2)) == 0
    assert complete(job, at=day(3)).status == "completed"


def test_a_verdict_before_the_sweep_is_still_taken(job) -> None:
    assert complete(job, at=day(2)).captured_mt == 5_000


def test_a_service_without_a_limit_holds_for_ever(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    Service.objects.update(hold_timeout_s=None)
    put(bobs_pool, "10")
    start(contract_a, bob)
    assert sweep_holds(at=day(10_000)) == 0


def test_the_command_sweeps_as_of_the_time_given(job) -> None:
    out = StringIO()
    call_command("sweep_holds", "--at", "2026-01-02T00:00:00Z", stdout=out)
    assert out.getvalue().strip() == "1 holds released."
