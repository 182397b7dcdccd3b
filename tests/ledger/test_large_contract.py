"""A charge looks its rows up: a contract of thousands reads no more for it than the many small ones beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.transaction import atomic

from ledger import jobs, quotes
from ledger.jobs import JobOrder, Verdict
from ledger.models import Contract, Job, Lot, Membership, Pool, PoolKind, Quote
from tests.cast import fresh_key
from tests.ledger.steps import START, put, start

Row = TypeVar("Row", Job, Quote)
MANY = 3_000
SMALL = 2_000
READ_AT_MOST = 100
"""Rows of all tables together, on PostgreSQL."""
STEPS_AT_MOST = 30_000
"""Instructions of SQLite's machine; to look at a row costs several."""


@pytest.fixture
def large(contract_a: Contract, bob: User, bobs_pool: Pool) -> Contract:
    """A contract with thousands of users, jobs and quotes among thousands that have a few of each."""
    put(bobs_pool, "100")
    job = Job.objects.get(id=start(contract_a, bob).id)
    quote = Quote.objects.get(
        id=quotes.quote(contract_id=contract_a.id, user_id=bob.pk, service="analysis", at=START).id
    )
    users = User.objects.bulk_create(User(username=f"user-{number}") for number in range(MANY))
    small = Contract.objects.bulk_create(
        Contract(number=f"S-{number}", name="Small", starts_at=contract_a.starts_at) for number in range(SMALL)
    )
    Membership.objects.bulk_create(Membership(contract=contract_a, user=user) for user in users)
    Membership.objects.bulk_create(Membership(contract=each, user=users[0]) for each in small)
    own = [Pool(contract=contract_a, user=user, kind=PoolKind.INDIVIDUAL) for user in users]
    own += [Pool(contract=each, user=users[0], kind=PoolKind.INDIVIDUAL) for each in small]
    Pool.objects.bulk_create(own + [Pool(contract=each, kind=PoolKind.SHARED) for each in small])
    Lot.objects.bulk_create(
        Lot(contract_id=pool.contract_id, pool=pool, source="gift", amount_mt=1, remaining_mt=1, granted_at=START)
        for pool in own
    )
    for contracts in ([contract_a] * MANY, small):
        Job.objects.bulk_create(_copy(job, each) for each in contracts)
        Quote.objects.bulk_create(_copy(quote, each) for each in contracts)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL random_page_cost = 1.1")  # as docs/operations.md tunes a server
    return contract_a


def _copy(row: Row, contract: Contract) -> Row:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name != "id"}
    return type(row)(**{**values, "contract_id": contract.id})


@contextmanager
def little_is_read() -> Iterator[None]:
    """Fail if more is read than looking up a few rows takes."""
    if connection.vendor == "sqlite":
        steps = []
        connection.connection.set_progress_handler(lambda: steps.append(100), 100)
        yield
        connection.connection.set_progress_handler(None, 0)
        assert sum(steps) <= STEPS_AT_MOST
        return
    before = _rows_read()
    yield
    assert _rows_read() - before <= READ_AT_MOST


def _rows_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT SUM(seq_tup_read) + SUM(idx_tup_fetch) FROM pg_stat_xact_user_tables")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_a_charge_and_its_end_read_a_few_rows(large: Contract, bob: User) -> None:
    order = JobOrder(large.id, bob.pk, "analysis")
    with atomic():
        started = jobs.start(idempotency=fresh_key(), order=order, at=START).job
        jobs.complete(idempotency=fresh_key(), job_id=started.id, at=START)
        with little_is_read():
            started = jobs.start(idempotency=fresh_key(), order=order, at=START).job
        with little_is_read():
            jobs.settle(idempotency=fresh_key(), verdicts=[Verdict(started.id, "complete")], at=START)
