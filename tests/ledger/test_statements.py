"""A request asks the database as little for a thousand jobs as for one: large tables are copied into, each at once."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger import jobs
from ledger.jobs import JobOrder, Verdict
from ledger.models import Contract, Job, Pool
from tests.cast import fresh_key
from tests.ledger.steps import START, figures, put

pytestmark = pytest.mark.usefixtures("sound_books")
SIZES = (1, 10, 500, 1_000)
COPIED_TABLES = 4
"""Jobs, transactions, entries and keys: for hundreds of rows each has a statement of its own."""


@pytest.fixture
def funded(shared_a: Pool, bobs_pool: Pool) -> None:
    """Many small lots and a large one, so that charges take several."""
    for _ in range(20):
        put(bobs_pool, "3")
    put(bobs_pool, "100000")


def begin(contract: Contract, user: User, size: int, mode: str) -> tuple[list[jobs.JobView], int]:
    orders = [JobOrder(contract.id, user.pk, "analysis", project=f"P-{number}") for number in range(size)]
    with CaptureQueriesContext(connection) as statements:
        batch = jobs.start_batch(idempotency=fresh_key(), orders=orders, mode=mode, at=START)
    return [job for job in batch.results if isinstance(job, jobs.JobView)], len(statements)


@pytest.mark.usefixtures("funded")
@pytest.mark.parametrize("mode", ["all_or_nothing", "each"])
def test_starting_takes_the_same_number_of_statements(
    contract_a: Contract, bob: User, bobs_pool: Pool, mode: str
) -> None:
    counts = set()
    for size in SIZES:
        started, count = begin(contract_a, bob, size, mode)
        assert len(started) == size
        counts.add(count)
    assert max(counts) - min(counts) <= COPIED_TABLES
    assert figures(bobs_pool) == (100_060 - 5 * sum(SIZES), 5 * sum(SIZES), 0, 0)


@pytest.mark.usefixtures("funded")
@pytest.mark.parametrize("verb", ["results", "complete", "fail", "cancel"])
def test_settling_takes_the_same_number_of_statements(contract_a: Contract, bob: User, verb) -> None:
    counts = set()
    for size in SIZES:
        started, _ = begin(contract_a, bob, size, "each")
        verdicts = [Verdict(job.id, verb) for job in started]
        with CaptureQueriesContext(connection) as statements:
            answer = jobs.settle(idempotency=fresh_key(), verdicts=verdicts, at=START)
        assert {type(result) for result in answer.results} == {jobs.JobView}
        counts.add(len(statements))
    assert max(counts) - min(counts) <= COPIED_TABLES


@pytest.mark.usefixtures("funded")
def test_a_replay_takes_no_more_and_a_view_takes_one(contract_a: Contract, bob: User) -> None:
    key, order = fresh_key(), JobOrder(contract_a.id, bob.pk, "analysis")
    with CaptureQueriesContext(connection) as first:
        jobs.start(idempotency=key, order=order)
    with CaptureQueriesContext(connection) as again:
        assert jobs.start(idempotency=key, order=order).replayed
    assert len(again) < len(first)
    begin(contract_a, bob, 10, "each")
    found = list(Job.objects.select_related("service", "user"))
    with CaptureQueriesContext(connection) as statements:
        assert len(jobs.views(found)) == 11
    assert len(statements) == 1
