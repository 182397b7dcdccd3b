"""The rollup is brought up to date in the background: by several at once, while people work and read."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from io import StringIO
from threading import Event
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import Book, Contract, Pool
from reporting.models import DailyUsage, FoldMark
from reporting.rollups import fold, fold_chunk
from reporting.usage import UsageScope, usage
from tests.reporting.conftest import Work

JOBS = 25


def in_a_thread(run: Callable[[], Any]) -> Any:
    """Run with a database connection of its own, and leave none behind."""
    try:
        return run()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_readers_see_each_charge_once_while_two_fold_and_one_works(
    contract_a: Contract, bobs_pool: Pool, bob: User, fund: Callable[..., None], work: Work
) -> None:
    fund(bobs_pool, "500")
    done = Event()

    def keep_folding() -> None:
        while not done.is_set():
            fold_chunk(contract_a.id, entries=3)

    def keep_reading() -> list[int]:
        seen = []
        while not done.is_set():
            totals = usage(scope=UsageScope((contract_a.id,)), group_by=["day", "user"]).totals
            assert totals.charged_mt == totals.jobs * 5_000
            seen.append(totals.jobs)
        return seen

    with ThreadPoolExecutor(3) as threads:
        others: list[Future[Any]] = [
            threads.submit(in_a_thread, run) for run in (keep_folding, keep_folding, keep_reading)
        ]
        try:
            for _ in range(JOBS):
                work(bob)
        finally:
            done.set()
    seen = others[2].result()
    assert [other.exception() for other in others] == [None] * 3
    assert len(seen) > 3
    assert seen == sorted(seen)
    fold()
    assert sum(DailyUsage.objects.values_list("jobs", flat=True)) == JOBS


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
    assert costs[0] == costs[1] <= 8


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
