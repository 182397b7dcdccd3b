"""No report asks the database more than a dozen times, the greeting dialog included, however much there is to show."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledger.models import Job, Pool
from reporting.rollups import fold
from tests.reporting.conftest import Work

MOST = 12
BASE = "/management/reporting/"
PAGES = (
    "/",
    "/generate/",
    "/jobs/?whose=all",
    "/exports/",
    f"{BASE}individual-tokens/",
    f"{BASE}shared-tokens/",
    f"{BASE}individual-usage/?scope=contract&range=365",
    f"{BASE}individual-usage/?scope=contract&range=365&picture=calendar",
    f"{BASE}individual-usage/?range=90&group_by=user&group_by=project&picture=bars&scope=contract",
    f"{BASE}by-user/?first=2026-01-03",
    f"{BASE}by-project/",
    f"{BASE}token-events/",
    f"{BASE}expiring/",
    f"{BASE}jobs/?scope=contract&range=all",
    f"{BASE}entries/?range=all",
    f"{BASE}explain/balance/",
)
OF_A_JOB = ("/jobs/{job}/", f"{BASE}entries/?job={{job}}", f"{BASE}explain/charge/{{job}}/", "/receipts/{receipt}/")
SignedIn = Callable[[User], Client]


@pytest.fixture
def history(shared_a: Pool, alice: User, carol: User, work: Work, fund: Callable[..., None]) -> Callable[[int], None]:
    """`history(days)` lets Alice and Carol work on so many days of the last two months, and funds both pools."""

    def make(days: int) -> None:
        fund(shared_a, "5000", expires_at=timezone.now() + timedelta(days=30))
        fund(alice.pools.get(), "5000")
        for number in range(days):
            at = timezone.now() - timedelta(days=60 - number)
            for person, service in ((alice, "analysis"), (carol, "simulation")):
                work(person, service, "refunded" if number % 3 == 2 else "complete", at=at, project=f"P-{number}")

    return make


def statements_of(person: User, signed_in: SignedIn, address: str) -> int:
    """Count what the first page of a new session costs, which has the dialog in it."""
    client = signed_in(person)
    with CaptureQueriesContext(connection) as statements:
        answer = client.get(address)
    assert answer.status_code == 200
    assert "Your cloud allocation" in answer.content.decode()
    return len(statements)


def addresses() -> list[str]:
    job = Job.objects.filter(captured_mt__gt=0).latest("created_at")
    of_job = {"job": job.pk, "receipt": job.transactions.latest("first_seq").pk}
    return [*PAGES, *(address.format(**of_job) for address in OF_A_JOB)]


@pytest.mark.parametrize("folded", [False, True])
def test_a_page_costs_a_dozen_statements_at_most_with_little_and_with_much(
    folded: bool, history: Callable[[int], None], alice: User, signed_in: SignedIn
) -> None:
    history(2)
    signed_in(alice).get("/support/")  # what the process learns once
    few = [statements_of(alice, signed_in, address) for address in addresses()]
    history(25)
    if folded:
        fold()
    many = [statements_of(alice, signed_in, address) for address in addresses()]
    assert {address: count for address, count in zip(addresses(), many, strict=True) if count > MOST} == {}
    assert few == many
