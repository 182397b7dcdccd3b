"""Every reporting page opens for those who may see it, empty or full, and costs a constant number of statements."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledger.contracts import add_member, individual_pool
from ledger.models import Contract, Pool, Role
from reporting.rollups import fold
from tests.cast import make_user
from tests.reporting.conftest import Work

BASE = "/management/reporting/"
OWN = ["individual-tokens/", "individual-usage/"]
TABS = [*OWN, "shared-tokens/", "by-user/", "by-project/", "token-events/", "expiring/"]
BEHIND = ["jobs/", "entries/", "explain/balance/"]
QUESTIONS = [
    "individual-usage/?scope=contract&range=365&group_by=day",
    "individual-usage/?scope=contract&range=all&group_by=user&group_by=project",
    "individual-usage/?scope=contract&range=90&group_by=pool&group_by=service&user=bob@example.com",
    "individual-usage/?scope=contract&range=365&picture=calendar&sort=-before",
    "by-project/?scope=contract&range=30&picture=bars&group_by=project&group_by=user&project=bridge",
    "token-events/?kind=grant&range=all",
    "explain/balance/?from=2020-01-01T00:00",
    "jobs/?scope=contract&range=all",
    "entries/?range=all",
]
MOST_STATEMENTS = 12


@pytest.mark.parametrize("address", TABS + BEHIND)
def test_a_page_without_any_data_says_what_to_do(
    address: str, contract_a: Contract, alice: User, signed_in: Callable[[User], Client]
) -> None:
    answer = signed_in(alice).get(BASE + address)
    assert answer.status_code == 200
    assert 'class="empty"' in answer.text


def test_reporting_leads_to_the_individual_tokens(
    contract_a: Contract, bob: User, signed_in: Callable[[User], Client]
) -> None:
    assert signed_in(bob).get(BASE, follow=True).redirect_chain == [(f"{BASE}individual-tokens/", 302)]


def test_somebody_without_a_contract_is_told_how_to_get_on_one(
    stranger: User, signed_in: Callable[[User], Client]
) -> None:
    answer = signed_in(stranger).get(BASE + "individual-tokens/")
    assert answer.status_code == 200
    assert "not on any contract" in answer.text


@pytest.mark.parametrize("address", TABS + BEHIND + [""])
def test_nobody_sees_a_report_without_signing_in(address: str, contract_a: Contract, client: Client) -> None:
    answer = client.get(BASE + address)
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/accounts/login/")


@pytest.fixture
def busy(shared_a: Pool, bobs_pool: Pool, bob: User, work: Work, fund: Callable[..., None]) -> None:
    """Bob's work over some days, some of it folded."""
    for pool in (shared_a, bobs_pool):
        fund(pool, "500", at=timezone.now() - timedelta(days=9), expires_at=timezone.now() + timedelta(days=20))
    for day in range(8, 0, -1):
        work(bob, outcome="refunded" if day % 3 else "complete", at=timezone.now() - timedelta(days=day))
    fold()
    work(bob, "cfd_moderate", project="bridge")


@pytest.fixture
def grow(
    busy: None, contract_a: Contract, bobs_pool: Pool, fund: Callable[..., None], work: Work
) -> Callable[[], None]:
    """Add many more people, lots, projects and jobs."""

    def add() -> None:
        for number in range(12):
            person = make_user(f"person{number}")
            add_member(contract=contract_a, user=person)
            fund(individual_pool(contract_id=contract_a.id, user_id=person.pk), "50")
            fund(bobs_pool, "50", expires_at=timezone.now() + timedelta(days=number + 1))
            for service in ("analysis", "model_derivative", "simulation"):
                work(person, service, project=f"project {number}")

    return add


@pytest.mark.parametrize(
    ("who", "address"),
    [
        *(("alice", address) for address in [*TABS, *QUESTIONS]),
        *(("bob", address) for address in [*TABS, "jobs/"] if address != "by-user/"),
    ],
)
def test_a_page_costs_the_same_few_statements_whatever_the_data(
    who: str, address: str, contract_a: Contract, grow: Callable[[], None], signed_in: Callable[[User], Client]
) -> None:
    contract_a.memberships.exclude(role=Role.ADMINISTRATOR).update(uses_shared=True)
    client = signed_in(User.objects.get(username=who))
    client.get(BASE + "individual-tokens/")  # the session's first page also greets with the allocation amount
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as statements:
            answer = client.get(BASE + address)
            assert answer.status_code == 200
            assert answer.getvalue()
        costs.append(len(statements))
        if len(costs) == 1:
            grow()
    assert costs[0] == costs[1] <= MOST_STATEMENTS, "\n".join(each["sql"][:150] for each in statements)


@pytest.mark.parametrize("address", [*TABS, *QUESTIONS])
def test_pages_keep_to_the_content_security_policy(
    address: str, busy: None, alice: User, signed_in: Callable[[User], Client]
) -> None:
    text = signed_in(alice).get(BASE + address).text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", text)


@pytest.mark.parametrize("address", [*TABS, *QUESTIONS])
def test_every_table_says_what_it_is(
    address: str, busy: None, alice: User, bob: User, signed_in: Callable[[User], Client]
) -> None:
    text = signed_in(bob if address in OWN else alice).get(BASE + address).text
    assert text.count("<table") == text.count("<caption") > 0
    assert not re.search(r"<th(?![^>]*scope=)[ >]", text)
    assert text.count('aria-current="page"') >= 1
