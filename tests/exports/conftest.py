"""A contract with some history, signed-in people, and a folder of its own for the files."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from ledger.allocations import allocate
from ledger.contracts import individual_pool
from ledger.jobs import fail
from ledger.models import Contract, Membership, Pack, Pool
from ledger.orders import place
from tests.cast import fresh_key
from tests.reporting.conftest import Work, work

__all__ = ["work"]
MARCH = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
Ask = Callable[..., HttpResponse]


@pytest.fixture(autouse=True)
def export_dir(settings: Any, tmp_path: Path) -> Path:
    settings.EXPORT_DIR = tmp_path / "exports"
    return tmp_path / "exports"


@pytest.fixture
def history(
    contract_a: Contract,
    alice: User,
    bob: User,
    carol: User,
    shared_a: Pool,
    bobs_pool: Pool,
    fund: Callable[..., None],
    work: Work,
    member: Callable[[Contract, User], Membership],
) -> None:
    """March 2026: gifts, a purchase for 150.00, an allocation, charges of three people, a refund."""
    place(
        idempotency=fresh_key(),
        membership=member(contract_a, carol),
        pack=Pack.objects.get(code="100"),
        purchase_order="=HYPERLINK(1)",
        at=MARCH - DAY,
    )
    fund(bobs_pool, "50", at=MARCH - DAY, expires_at=MARCH + 300 * DAY)
    allocate(idempotency=fresh_key(), contract_id=contract_a.id, user_id=bob.pk, amount_mt=7_500, at=MARCH - DAY)
    work(bob, "analysis", at=MARCH, project="=1+1", comment="@SUM(A1)")
    work(carol, "model_derivative", at=MARCH + DAY, project='bridge, "north"')
    charged = work(bob, "model_derivative", outcome="charged", at=MARCH + 2 * DAY)
    work(alice, "cfd_simple", at=MARCH + 3 * DAY)
    fail(idempotency=fresh_key(), job_id=charged.id, at=MARCH + 40 * DAY)


@pytest.fixture
def signed_in(db: None) -> Callable[[User], Client]:
    """A browser in which this person is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def ask(signed_in: Callable[[User], Client]) -> Ask:
    """Press a button of an export menu: `ask(alice, "usage", "csv", scope="contract")`."""

    def press(who: User, dataset: str, format_: str, rhythm: str = "", **query: Any) -> HttpResponse:
        data = {"dataset": dataset, "format": format_, "query": urlencode(query, doseq=True), "rhythm": rhythm}
        return signed_in(who).post(reverse("portal:ask-export"), data)

    return press


def pool_of(contract: Contract, user: User) -> Pool:
    """The user's individual pool."""
    return individual_pool(contract_id=contract.id, user_id=user.pk)
