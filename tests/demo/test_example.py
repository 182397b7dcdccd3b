"""The example site: everybody is there, the year is believable, and making it again changes nothing."""

import json
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.db.transaction import atomic, set_rollback
from django.test import override_settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoDbBlocker

from ledger.balances import live_lots
from ledger.contracts import shared_pool
from ledger.models import (
    Benefit,
    Entry,
    Gift,
    Invitation,
    Job,
    Kind,
    Lot,
    Order,
    RefundRequest,
    Role,
    Transaction,
)
from ledger.rate_card import load_rate_card
from ledger.verification import differences
from portal.demo.claims import PENDING_REASON
from portal.demo.example import make_example
from portal.demo.facts import write_facts
from portal.demo.kept import Kept, load_kept
from portal.demo.organisation import Organisation
from portal.demo.people import ALICE, BOB, CAROL, DAVE, MALLORY, OLGA, STRANGER

pytestmark = pytest.mark.django_db
Example = tuple[Organisation, Kept]


@pytest.fixture(scope="module")
def example(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Example]:
    """One example for all tests of this module, because making it takes seconds."""
    with django_db_blocker.unblock(), override_settings(VAR_DIR=tmp_path_factory.mktemp("var")), atomic():
        load_rate_card()
        yield make_example()
        set_rollback(True)


def counts() -> dict[str, int]:
    models = (Job, Transaction, Entry, Lot, Order, Gift, RefundRequest, Invitation, Benefit)
    return {model.__name__: model._base_manager.count() for model in models}


def test_everybody_has_the_role_they_are_known_for(example: Example) -> None:
    organisation, _ = example
    assert organisation.member(ALICE).role == Role.ADMINISTRATOR
    assert organisation.member(CAROL).role == Role.COORDINATOR
    assert organisation.member(BOB).may_use_shared
    assert not organisation.member(DAVE).may_use_shared
    assert organisation.member(MALLORY).contract == organisation.contract_b
    assert organisation.users[OLGA].is_staff
    assert not organisation.users[STRANGER].memberships.exists()
    assert not EmailAddress.objects.filter(verified=False).exists()


def test_everybody_signs_in_with_the_password_that_is_kept(example: Example) -> None:
    organisation, kept = example
    for person in (ALICE, CAROL, BOB, DAVE, MALLORY, OLGA, STRANGER):
        assert organisation.users[person].check_password(kept.passwords[person.email])
    assert load_kept() == kept


def test_the_year_has_work_of_every_ending(example: Example) -> None:
    organisation, _ = example
    jobs = Job.objects.filter(contract=organisation.contract_a)
    assert jobs.count() > 800
    assert jobs.values("service").distinct().count() > 10
    assert set(jobs.values_list("status", flat=True)) == {
        "running",
        "producing",
        "completed",
        "failed",
        "cancelled",
        "expired",
    }
    assert set(Transaction.objects.values_list("kind", flat=True)) == set(Kind.values)
    span = Job.objects.latest("created_at").created_at - Job.objects.earliest("created_at").created_at
    assert span > timedelta(days=350)


def test_some_tokens_are_about_to_expire(example: Example) -> None:
    organisation, _ = example
    soon = timezone.now() + timedelta(days=90)
    assert live_lots(pool_id=shared_pool(organisation.contract_a.id).id).filter(usable_until__lt=soon).exists()


def test_the_books_add_up(example: Example) -> None:
    assert list(differences()) == []


def test_something_waits_for_a_decision(example: Example) -> None:
    assert RefundRequest.objects.get(status="pending").reason == PENDING_REASON
    assert Benefit.objects.get(status="pending").user.username == "grace"
    assert Invitation.objects.get(accepted_at=None).email == "heidi@aldgate.example"


def test_a_second_start_makes_nothing_and_is_quick(
    example: Example, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    before = counts()
    with django_assert_max_num_queries(120):
        make_example()
    assert counts() == before


def test_an_interrupted_start_is_taken_up_without_doing_anything_twice(example: Example) -> None:
    before = counts()
    RefundRequest.objects.filter(reason=PENDING_REASON).delete()
    make_example()
    assert counts() == before


def test_the_facts_are_complete_and_private(example: Example, tmp_path: Path) -> None:
    organisation, kept = example
    path = tmp_path / "facts.json"
    write_facts(path, base_url="http://127.0.0.1:8000", organisation=organisation, kept=kept)
    facts = json.loads(path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(facts["tokens"]) == {"alice", "carol", "bob", "desktop", "mallory", "stranger", "expired"}
    assert facts["contracts"] == {"A": str(organisation.contract_a.id), "B": str(organisation.contract_b.id)}
    assert set(facts["pools"]) == {"A_shared", "B_shared", "bob_individual"}
    assert facts["services"]["generative_study"] == "generative_study"
    assert facts["emails"]["bob"] == BOB.email
    assert facts["passwords"]["bob"] == kept.passwords[BOB.email]
