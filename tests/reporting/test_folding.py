"""The rollup is brought up to date in the background: by several at once, while people work and read."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Event
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import Book, Contract, Pool
from reporting import rollups
from reporting.models import FoldMark, UsageSum
from reporting.replica import reading
from reporting.rollups import fold, fold_chunk
from reporting.usage import UsageScope, usage
from tests.reporting.conftest import Work

JOBS = 25


def keep_folding(contract_id: UUID, done: Event) -> None:
    """Fold little by little until it is done, on a database connection of this thread's own."""
    try:
        while not done.is_set():
            fold_chunk(contract_id, entries=3)
    finally:
        connection.close()


def keep_reading(contract_id: UUID, done: Event) -> list[int]:
    """Return how many jobs each of many reports counted; every one of them costs 5 tokens."""
    seen = []
    try:
        while not done.is_set():
            totals = usage(scope=UsageScope((contract_id,)), group_by=["day", "user"]).totals
            assert totals.charged_mt == totals.jobs * 5_000
            seen.append(totals.jobs)
    finally:
        connection.close()
    return seen


@pytest.mark.django_db(transaction=True)
def test_readers_see_each_charge_once_while_two_fold_and_one_works(
    contract_a: Contract, bobs_pool: Pool, bob: User, fund: Callable[..., None], work: Work
) -> None:
    fund(bobs_pool, "500")
    done = Event()
    with ThreadPoolExecutor(3) as threads:
        folding = [threads.submit(keep_folding, contract_a.id, done) for _ in range(2)]
        reading = threads.submit(keep_reading, contract_a.id, done)
        try:
            for _ in range(JOBS):
                work(bob)
        finally:
            done.set()
    seen = reading.result()
    assert [each.exception() for each in folding] == [None, None]
    assert len(seen) > 3
    assert seen == sorted(seen)
    fold()
    assert UsageSum.objects.get(level="month total").jobs == JOBS


def test_a_burst_is_counted_before_it_is_folded(
    contract_a: Contract, bobs_pool: Pool, bob: User, fund: Callable[..., None], work: Work, monkeypatch
) -> None:
    monkeypatch.setattr(rollups, "CHUNK_ENTRIES", 6)
    fund(bobs_pool, "500")
    for burst, counted in ((1, 0), (4, connection.vendor == "postgresql")):
        for _ in range(burst):
            work(bob)
        with CaptureQueriesContext(connection) as statements:
            fold()
        assert sum("ANALYZE" in statement["sql"] for statement in statements) == counted
    assert UsageSum.objects.get(level="month total").jobs == 5


def test_a_report_is_planned_for_its_values_each_time(
    contract_a: Contract, bobs_pool: Pool, bob: User, fund: Callable[..., None], work: Work
) -> None:
    fund(bobs_pool, "500")
    work(bob)
    fold()
    before = prepared()
    for _ in range(12):  # more often than the driver needs to prepare a statement
        with reading():
            assert usage(scope=UsageScope((contract_a.id,)), group_by=["day"]).totals.jobs == 1
    assert prepared() == before
    for _ in range(12):
        usage(scope=UsageScope((contract_a.id,)), group_by=["day"])
    assert (prepared() > before) == (connection.vendor == "postgresql")


def prepared() -> int:
    """Return how many statements the connection has prepared."""
    if connection.vendor == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM pg_prepared_statements")
        return int(cursor.fetchone()[0])


def test_a_chunk_costs_the_same_few_statements_however_long(
    contract_a: Contract, bobs_pool: Pool, bob: User, fund: Callable[..., None], work: Work
) -> None:
    fund(bobs_pool, "500")
    costs = []
    for count in (1, 20):
        for number in range(count):
            work(bob, project=f"project {number}")
        with CaptureQueriesContext(connection) as statements:
            assert fold_chunk(contract_a.id) == 4 * count + (0 if costs else 2)
        costs.append(len(statements))
    assert costs[1] <= costs[0] <= 12


def test_the_command_folds_one_contract_or_all(
    contract_a: Contract, contract_b: Contract, bobs_pool: Pool, bob: User, fund: Callable[..., None], work: Work
) -> None:
    fund(bobs_pool, "100")
    work(bob)
    assert run("--contract", "B-200") == "Folded 0 entries.\n"
    last = Book.objects.get(contract=contract_a).last_seq
    assert run("--contract", "A-100") == f"Folded {last} entries.\n"
    assert run() == "Folded 0 entries.\n"
    assert run("--refold") == f"Folded {last} entries.\n"
    assert FoldMark.objects.get(contract=contract_a).folded_seq == last
    with pytest.raises(CommandError, match="no contract X-1"):
        run("--contract", "X-1")


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("fold_usage", *arguments, stdout=output)
    return output.getvalue()
