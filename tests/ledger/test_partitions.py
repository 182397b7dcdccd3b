"""The large tables may be cut into partitions by contract: the same verbs, the same refusals, sound books."""

import os
import subprocess
import sys
from collections.abc import Callable
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.db.transaction import atomic

from ledger import jobs
from ledger.balances import balance
from ledger.jobs import JobOrder
from ledger.models import Contract, Pool
from ledger.partitions import CUT_BY
from ledger.verification import differences
from tests.cast import fresh_key
from tests.house.sources import ROOT

POSTING = ("test_job_life", "test_refunds", "test_keys", "test_constraints", "test_allocations", "test_expiry")


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("partition_ledger", *arguments, stdout=output)
    return output.getvalue()


def charge(contract: Contract, user: User) -> None:
    started = jobs.start(idempotency=fresh_key(), order=JobOrder(contract.id, user.pk, "analysis")).job
    jobs.report_results(idempotency=fresh_key(), job_id=started.id)
    jobs.fail(idempotency=fresh_key(), job_id=started.id)


def test_a_database_that_cannot_be_cut_or_one_part_is_refused_and_the_books_go_on(
    contract_a: Contract, bobs_pool: Pool, bob: User, fund: Callable[..., None]
) -> None:
    fund(bobs_pool, "100")
    with pytest.raises(CommandError, match=r"at least 2|Only PostgreSQL"):
        run("--partitions=1")
    charge(contract_a, bob)
    assert list(differences()) == []


@pytest.mark.parametrize("parts", [2, 3])
def test_books_are_cut_and_go_on(
    contract_a: Contract, bobs_pool: Pool, bob: User, fund: Callable[..., None], parts: int
) -> None:
    fund(bobs_pool, "100")
    charge(contract_a, bob)
    if connection.vendor == "postgresql":
        cut(parts)
    charge(contract_a, bob)
    assert list(differences()) == []
    assert balance(bobs_pool.id).available_mt == 100_000


def cut(parts: int) -> None:
    """Cut the tables, and try what the database must still refuse."""
    said = run(f"--partitions={parts}")
    assert all(f"{table}: {parts} partitions" in said for table in CUT_BY)
    assert run() == "The tables are cut already.\n"
    with connection.cursor() as cursor:
        with pytest.raises(IntegrityError), atomic():
            cursor.execute("INSERT INTO ledger_job SELECT * FROM ledger_job")
        for table in ("ledger_entry", "ledger_transaction", "ledger_idempotencykey"):
            with pytest.raises(IntegrityError, match="refuses"), atomic():
                cursor.execute(f"DELETE FROM {table}")


@pytest.mark.own_database
def test_the_tests_of_posting_pass_on_partitions() -> None:
    files = [str(ROOT / f"tests/ledger/{name}.py") for name in POSTING]
    plugins = ["-p", "tests.pgplugin", "-p", "tests.partitioned", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-q", *plugins, *files]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
