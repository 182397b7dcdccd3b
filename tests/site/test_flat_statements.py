"""What is looked at all day costs at most twelve statements, however much history there is and however it is folded."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledger import jobs
from ledger.jobs import JobOrder
from ledger.models import Contract, Pool
from reporting.rollups import fold, fold_chunk
from reporting.usage import GROUPS
from tests.cast import fresh_key

MOST_STATEMENTS = 12
YEAR = "from=2025-11-22T00:00:00Z&to=2026-11-23T12:30:00Z"
ADDRESSES = [
    "/",
    *(f"/api/v1/usage?group_by={group}&{YEAR}" for group in GROUPS),
    f"/api/v1/usage?group_by=service&group_by=month&project=P-0&{YEAR}",
    f"/api/v1/usage?group_by=day&user=alice@example.com&{YEAR}",
]


@pytest.fixture
def client(contract_a: Contract, alice: User, shared_a: Pool, fund: Callable[..., None]) -> Client:
    """Alice's browser, past the first page, which greets her, and past the first call, which tidies counters."""
    fund(shared_a, "500")
    client = Client()
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    for address in ("/", "/api/v1/usage"):
        assert client.get(address).status_code == 200
    return client


def work(contract: Contract, user: User, count: int) -> None:
    for number in range(count):
        order = JobOrder(contract.id, user.pk, "analysis", project=f"P-{number % 3}")
        started = jobs.start(idempotency=fresh_key(), order=order).job
        jobs.complete(idempotency=fresh_key(), job_id=started.id)


def statements_of(client: Client, address: str) -> int:
    """Return how many there were, but for those of the throttle, which counts once a minute, whenever that begins."""
    with CaptureQueriesContext(connection) as statements:
        assert client.get(address).status_code == 200
    return sum("portal_counter" not in statement["sql"] for statement in statements)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_look_costs_the_same_few_statements_whatever_the_history(
    client: Client, contract_a: Contract, alice: User, address: str
) -> None:
    work(contract_a, alice, 1)
    costs = [statements_of(client, address)]
    work(contract_a, alice, 8)
    fold_chunk(contract_a.id, entries=6)
    costs.append(statements_of(client, address))
    fold()
    costs.append(statements_of(client, address))
    assert len(set(costs)) == 1
    assert costs[0] <= MOST_STATEMENTS
