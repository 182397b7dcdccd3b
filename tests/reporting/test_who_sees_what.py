"""Own usage for everybody, the contract's for administrators and coordinators, nothing of another contract."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from ledger.contracts import individual_pool
from ledger.models import Contract, Membership, Pool, Role
from tests.reporting.conftest import Work

BASE = "/management/reporting/"
CONTRACT_WIDE = [
    "individual-usage/?scope=contract",
    "jobs/?scope=contract",
    "entries/",
]
SignIn = Callable[[User], Client]


@pytest.fixture
def bobs_work(
    contract_a: Contract, contract_b: Contract, bobs_pool: Pool, bob: User, fund: Callable[..., None], work: Work
) -> str:
    """The id of a job of Bob's that he was charged for."""
    fund(bobs_pool, "100")
    return str(work(bob, project="bridge").id)


@pytest.mark.parametrize("address", CONTRACT_WIDE)
def test_the_contracts_reports_are_for_administrators_and_coordinators(
    address: str, bobs_work: str, alice: User, carol: User, bob: User, signed_in: SignIn
) -> None:
    answers = [signed_in(person).get(BASE + address).status_code for person in (alice, carol, bob)]
    assert answers == [200, 200, 403]


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(
    bobs_work: str, carol: User, signed_in: SignIn
) -> None:
    client = signed_in(carol)
    assert client.get(BASE + CONTRACT_WIDE[0]).status_code == 200
    Membership.objects.filter(user=carol).update(role=Role.END_USER)
    assert client.get(BASE + CONTRACT_WIDE[0]).status_code == 403


def test_an_end_user_finds_only_own_usage_whatever_they_ask_for(
    bobs_work: str,
    contract_a: Contract,
    alice: User,
    bob: User,
    work: Work,
    signed_in: SignIn,
    fund: Callable[..., None],
) -> None:
    fund(individual_pool(contract_id=contract_a.id, user_id=alice.pk), "100")
    work(alice, "simulation", project="secret")
    for query in ("user=alice@example.com", "project=secret", "scope=everyone", "group_by=user&group_by=project"):
        for address in ("individual-usage/", "jobs/"):
            page = signed_in(bob).get(f"{BASE}{address}?range=all&{query}").getvalue().decode()
            text = page[page.index("<main") :]  # above it, the choice of a language leads back to this very address
            assert "alice@example.com" not in text
            assert "secret</t" not in text
            assert ",secret," not in text
            assert "Simulation</t" not in text


def test_a_job_of_somebody_else_does_not_exist_for_an_end_user(
    bobs_work: str, contract_a: Contract, alice: User, bob: User, mallory: User, signed_in: SignIn
) -> None:
    codes = [signed_in(person).get(f"{BASE}entries/?job={bobs_work}").status_code for person in (bob, alice, mallory)]
    assert codes == [200, 200, 404]
    Membership.objects.create(contract=contract_a, user=mallory, role=Role.END_USER)
    client = signed_in(mallory)
    client.post("/contract/", {"contract": str(contract_a.id)})
    assert client.get(f"{BASE}individual-tokens/").text.count("Atelier Alpha") >= 1
    assert client.get(f"{BASE}entries/?job={bobs_work}").status_code == 404


def test_a_pools_entries_are_for_its_user_and_those_who_see_everyones(
    bobs_work: str,
    contract_a: Contract,
    bobs_pool: Pool,
    shared_a: Pool,
    alice: User,
    bob: User,
    mallory: User,
    signed_in: SignIn,
) -> None:
    alices = individual_pool(contract_id=contract_a.id, user_id=alice.pk)
    contract_a.memberships.filter(user=bob).update(uses_shared=True)
    codes = {
        person.username: [
            signed_in(person).get(f"{BASE}entries/?range=all&pool={pool.id}").status_code
            for pool in (bobs_pool, alices, shared_a)
        ]
        for person in (alice, bob, mallory)
    }
    assert codes == {"alice": [200, 200, 200], "bob": [200, 404, 403], "mallory": [404, 404, 404]}


def test_another_contracts_usage_is_never_in_a_report(bobs_work: str, mallory: User, signed_in: SignIn) -> None:
    for address in ("individual-usage/", "jobs/", "entries/"):
        query = "?scope=contract&range=all&group_by=user&user=bob@example.com"
        text = signed_in(mallory).get(f"{BASE}{address}{query if address != 'entries/' else '?range=all'}")
        assert text.status_code == 200
        assert "bridge" not in text.getvalue().decode()
        assert ">Bob<" not in text.getvalue().decode()
