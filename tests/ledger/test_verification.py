"""The verification finds what a tampering hand changed, and nothing in sound books."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from ledger import jobs
from ledger.jobs import JobOrder
from ledger.models import Contract, Job, Kind, Lot, Pool, Transaction
from ledger.verification import differences
from tests.cast import fresh_key


@pytest.fixture
def busy_books(contract_a: Contract, bobs_pool: Pool, fund: Callable[..., None]) -> None:
    """A grant, a charge, a release and a refund."""
    fund(bobs_pool, "100")
    order = JobOrder(contract_a.id, bobs_pool.user_id or 0, "analysis")
    started = [jobs.start(idempotency=fresh_key(), order=order).job for _ in range(4)]
    jobs.complete(idempotency=fresh_key(), job_id=started[0].id)
    jobs.cancel(idempotency=fresh_key(), job_id=started[1].id)
    jobs.report_results(idempotency=fresh_key(), job_id=started[2].id)
    jobs.fail(idempotency=fresh_key(), job_id=started[2].id)


def broken() -> set[str]:
    return {difference.invariant for difference in differences()}


@pytest.mark.usefixtures("busy_books")
def test_sound_books_show_no_difference() -> None:
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    assert "sound" in out.getvalue()


TAMPERINGS = {
    "UPDATE ledger_pool SET available_mt = available_mt + 1": "a pool is the sum of its lots",
    "UPDATE ledger_pool SET used_mt = used_mt + 1": "a pool's balances are the sums of its entries",
    "UPDATE ledger_lot SET remaining_mt = remaining_mt - 1": "a lot is the sum of its entries",
    "UPDATE ledger_book SET last_seq = last_seq + 1": "a contract's entries are numbered without gaps",
    "UPDATE ledger_book SET issued_mt = 0": "the counter-accounts are the sums of their entries",
    "UPDATE ledger_job SET captured_mt = 1 WHERE status = 'completed'": (
        "a job's charge, refund and hold are those of its entries"
    ),
    "UPDATE ledger_job SET status = 'completed' WHERE status = 'cancelled'": "a job's life is legal",
    "UPDATE ledger_job SET draws = '[]' WHERE status = 'running'": "a job knows what it drew on each lot",
    "UPDATE ledger_lot SET usable_until = granted_at, expires_at = granted_at": "nothing is spent from an expired lot",
}


@pytest.mark.usefixtures("busy_books")
@pytest.mark.parametrize(("sql", "invariant"), TAMPERINGS.items(), ids=list(TAMPERINGS.values()))
def test_a_changed_row_is_named(sql: str, invariant: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
    assert invariant in broken()
    with pytest.raises(CommandError):
        call_command("verify_ledger", stderr=StringIO())


@pytest.mark.usefixtures("busy_books")
def test_a_lot_spent_from_at_the_very_instant_of_its_expiry_is_named() -> None:
    spent_at = Transaction.objects.filter(kind=Kind.HOLD).latest("first_seq").at
    Lot.objects.update(usable_until=spent_at, expires_at=spent_at)
    assert "nothing is spent from an expired lot" in broken()


@pytest.mark.usefixtures("busy_books")
@pytest.mark.parametrize("status", ["running", "completed"])
@pytest.mark.parametrize("change", [{0: "0" * 32}, {1: "0" * 32}, {2: 50_000}], ids=["lot", "pool", "amount"])
def test_draws_that_a_refund_would_follow_astray_are_named(status: str, change: dict[int, object]) -> None:
    job = Job.objects.get(status=status)
    job.draws[0] = [change.get(number, value) for number, value in enumerate(job.draws[0])]
    job.save()
    assert broken() == {"a job knows what it drew on each lot"}


@pytest.mark.usefixtures("busy_books")
@pytest.mark.parametrize("table", ["ledger_entry", "ledger_transaction", "ledger_idempotencykey"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET at = at"])
def test_the_database_refuses_to_change_the_journal(table: str, statement: str) -> None:
    with pytest.raises(Exception, match="refuses"), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
