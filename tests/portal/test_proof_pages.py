"""What people see of the proof: the verification of their own contract's books, receipts, and the published roots."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from ledger.models import Book, Contract, Pool, Transaction, VerificationMode
from ledger.sealing import make_root, seal_all
from ledger.sealing.canonical import canonical
from ledger.sealing.keys import is_signed_by
from ledger.verification import verify
from portal.proof import seal_journal, sign_daily_root, signer, verify_everything, verify_new
from tests.portal.conftest import SignIn, World

PAGE = "/management/verification/"
ROOTS = "/.well-known/ledger-roots"


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_coordinators_see_that_their_books_are_sound(world: World, sign_in: SignIn) -> None:
    carol = sign_in(world.members["carol"].user)
    assert "have not been verified yet" in text(carol, PAGE)
    seal_all()
    verify(mode=VerificationMode.INCREMENTAL)
    page = text(carol, PAGE)
    assert "<strong>Sound:</strong>" in page
    assert f"{Book.objects.get(contract=world.contract).last_seq}, " in page


def test_the_page_of_sealed_and_verified_books_asks_little(
    world: World, sign_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    seal_journal()
    sign_daily_root()
    verify_everything()
    client = sign_in(world.members["carol"].user)
    client.get(reverse("portal:support-sent"))  # takes the dialog
    with django_assert_max_num_queries(12):
        assert "The books have not been verified yet" not in client.get(reverse("portal:verification")).content.decode()


def test_what_is_wrong_is_shown_to_its_own_contract_alone(
    world: World, contract_b: Contract, fund: Callable[..., None], sign_in: SignIn, mallory: object
) -> None:
    fund(Pool.objects.get(contract=contract_b, kind="shared"), "7")
    Book.objects.filter(contract=world.contract).update(issued_mt=-1)
    run = verify(mode=VerificationMode.FULL)
    assert {finding.contract_id for finding in run.findings.all()} == {world.contract.id}
    assert "counter-accounts" in text(sign_in(world.members["alice"].user), PAGE)
    assert "do not add up" in text(sign_in(world.members["alice"].user), PAGE)
    assert "<strong>Sound:</strong>" in text(sign_in(contract_b.memberships.get().user), PAGE)


def test_a_receipt_says_how_far_it_is_proved(world: World, sign_in: SignIn) -> None:
    bob = sign_in(world.members["bob"].user)
    hold = world.running.transactions.get(kind="hold")
    address = reverse("portal:receipt", args=[hold.id])
    assert address in text(bob, reverse("portal:job", args=[world.running.id]))
    assert "<strong>Posted.</strong>" in text(bob, address)
    seal_all()
    assert "<strong>Sealed.</strong>" in text(bob, address)
    make_root(day=datetime(2026, 3, 1, tzinfo=UTC).date(), signer=signer(), at=datetime.now(UTC))
    page = text(bob, address)
    assert "<strong>Published.</strong>" in page
    assert f"{ROOTS}/2026-03-01" in page
    assert bob.get(f"/api/v1/receipts/{hold.id}").json()["status"] == "published"


@pytest.mark.usefixtures("world")
def test_the_workers_tasks_seal_sign_and_verify() -> None:
    assert seal_journal() == Transaction.objects.count()
    assert sign_daily_root().endswith(": made")
    assert sign_daily_root().endswith(": made before")
    assert verify_new().startswith("sound: ")
    assert verify_everything().startswith("sound: ")
    Book.objects.update(issued_mt=-1)
    assert verify_everything().startswith("NOT sound: ")


@pytest.mark.usefixtures("world")
def test_published_roots_are_signed_and_tell_nothing_of_contracts() -> None:
    seal_all()
    for day in (1, 2):
        make_root(day=datetime(2026, 3, day, tzinfo=UTC).date(), signer=signer(), at=datetime.now(UTC))
    found = json.loads(text(Client(), ROOTS))
    keys = {key["id"]: key["public_key"] for key in found["keys"]}
    assert [root["day"] for root in found["roots"]] == ["2026-03-02", "2026-03-01"]
    for root in found["roots"]:
        statement = {name: value for name, value in root.items() if name != "signature"}
        assert is_signed_by(keys[root["key"]], root["signature"], canonical(statement))
        assert set(statement) == {"day", "key", "made_at", "number", "previous", "root", "type"}
    assert json.loads(text(Client(), f"{ROOTS}/2026-03-01")) == found["roots"][1]
    assert Client().get(f"{ROOTS}?before=2").json()["roots"] == [found["roots"][1]]


@pytest.mark.parametrize("day", ["2026-03-03", "2026-02-30", "0000-00-00"])
def test_a_day_without_a_root_is_not_found(db: None, day: str) -> None:
    assert Client().get(f"{ROOTS}/{day}").status_code == 404


@pytest.mark.parametrize("before", ["x", "-1", "1" * 40, "%FF", "٣"])
def test_nonsense_asks_for_the_newest(db: None, before: str) -> None:
    assert Client().get(ROOTS, {"before": before}).json()["roots"] == []
