"""What is posted while a verification looks is no difference: an incremental run's tables are all of one instant."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection, connections

from ledger import jobs
from ledger.jobs import JobOrder
from ledger.models import Contract, Pool, VerificationMode
from ledger.verification import verify
from ledger.verification.checkpoints import next_scopes
from ledger.verification.invariants import broken, count_transactions, queries
from ledger.verification.tables import laid_out
from tests.cast import fresh_key

pytestmark = pytest.mark.django_db(transaction=True)
NOBODY = UUID(int=0)


@pytest.fixture
def charge(contract_a: Contract, bobs_pool: Pool, act: Callable[[datetime], None]) -> Callable[[], None]:
    """Books that were verified, something new since, and how somebody else posts more."""
    act(datetime(2026, 1, 1, tzinfo=UTC))
    assert verify(mode=VerificationMode.INCREMENTAL).differences == 0
    order = JobOrder(contract_a.id, bobs_pool.user_id or 0, "analysis")
    running = jobs.start(idempotency=fresh_key(), order=order).job

    def post() -> None:
        started = jobs.start(idempotency=fresh_key(), order=order).job
        jobs.complete(idempotency=fresh_key(), job_id=started.id)
        jobs.report_results(idempotency=fresh_key(), job_id=running.id)
        connections.close_all()

    def elsewhere() -> None:
        thread = threading.Thread(target=post)
        thread.start()
        thread.join(60)
        assert not thread.is_alive()

    return elsewhere


def test_what_is_posted_meanwhile_is_no_difference(charge: Callable[[], None]) -> None:
    scopes = next_scopes(NOBODY, in_full=False, limit=10)
    found = []
    with laid_out(scopes) as tables:
        for number, invariants in enumerate(queries()):
            if number % 8 == 0:
                charge()
            found += broken(invariants, tables, limit=20)
        assert count_transactions(tables) == 1
    assert found == []
    assert verify(mode=VerificationMode.INCREMENTAL).differences == 0


def test_the_tables_are_gone_afterwards(charge: Callable[[], None]) -> None:
    charge()
    for _ in range(2):
        assert verify(mode=VerificationMode.INCREMENTAL).differences == 0
        charge()
    assert "job_entry" not in connection.introspection.table_names()
