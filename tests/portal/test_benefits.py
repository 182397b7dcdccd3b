"""Enable Your Subscription Benefits: by invitation at once, by numbers after an approval, each refusal in its words."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from ledger import invitations
from ledger.balances import balance
from ledger.contracts import individual_pool
from ledger.models import Contract, Membership, Product, Seat, Subscription
from portal.limits import BENEFIT_ATTEMPTS
from portal.notifications import outbox, scan
from tests.portal.conftest import SignIn, World
from tests.portal.pages import page, text_of

NUMBERS = {"contract_number": "A-100", "serial_number": "555-12345678"}


@pytest.fixture
def client(stranger: User, subscription: Subscription, sign_in: SignIn) -> Client:
    return sign_in(stranger)


@pytest.fixture
def invited(
    contract_a: Contract, alice: User, stranger: User, subscription: Subscription, member: Callable[..., Membership]
) -> None:
    invitations.invite(membership=member(contract_a, alice), email=stranger.email)


def test_who_is_invited_is_enabled_at_once_with_the_gift(
    invited: None, client: Client, stranger: User, contract_a: Contract
) -> None:
    shown = text_of(client.post(page("enable-benefits"), follow=True))
    assert "Your subscription benefits are enabled" in shown
    assert "<strong>100 tokens</strong>" in shown
    assert "Optimization" in shown
    assert balance(individual_pool(contract_id=contract_a.id, user_id=stranger.pk).id).available_mt == 100_000
    assert "Atelier Alpha, contract A-100" in text_of(client.get(page("home")))


def test_enabling_never_gives_the_shared_tokens_by_itself(invited: None, client: Client, stranger: User) -> None:
    client.post(page("enable-benefits"))
    assert not Membership.objects.get(user=stranger).may_use_shared


def test_without_an_invitation_the_numbers_are_asked_for(client: Client) -> None:
    shown = text_of(client.post(page("enable-benefits"), follow=True))
    assert "There is no invitation" in shown
    assert 'name="contract_number"' in shown


def told() -> list[list[str]]:
    """Let the worker send what is due, and return to whom it went."""
    mail.outbox.clear()
    scan.collect()
    outbox.deliver()
    return sorted(sent.to for sent in mail.outbox)


def test_matching_numbers_wait_for_an_approval(client: Client, stranger: User, alice: User, sign_in: SignIn) -> None:
    shown = text_of(client.post(page("request-enabling"), NUMBERS, follow=True))
    assert "Waiting for approval" in shown
    assert told() == [["alice@example.com"], ["carol@example.com"]]
    alices = sign_in(alice)
    benefit = stranger.benefits.get()
    assert "stranger@example.com" in text_of(alices.get(page("enablings")))
    alices.post(page("approve-enabling", benefit_id=benefit.id))
    assert told() == [["stranger@example.com"]]
    assert "<strong>100 tokens</strong>" in text_of(client.get(page("benefits")))


def test_a_refusal_needs_a_reason_which_the_user_reads(world: World, alice: User, sign_in: SignIn) -> None:
    client = sign_in(alice)
    address = page("refuse-enabling", benefit_id=world.benefit.id)
    assert "Give a reason" in text_of(client.post(address, {"reason": ""}, follow=True))
    client.post(address, {"reason": "Not one of us."})
    shown = text_of(sign_in(world.benefit.user).get(page("benefits")))
    assert "Not one of us." in shown


def test_enabling_twice_changes_nothing(client: Client, stranger: User) -> None:
    for _ in range(2):
        client.post(page("request-enabling"), NUMBERS)
    assert stranger.benefits.count() == 1


@pytest.mark.parametrize("wrong", [{"contract_number": "A-999"}, {"serial_number": "000"}], ids=["contract", "serial"])
def test_wrong_numbers_are_refused_in_one_wording(client: Client, wrong: dict[str, str]) -> None:
    shown = text_of(client.post(page("request-enabling"), {**NUMBERS, **wrong}))
    assert "No subscription matches this contract number and serial number" in shown


def test_each_other_refusal_has_its_own_words(
    client: Client, stranger: User, bob: User, contract_a: Contract, subscription: Subscription
) -> None:
    def answer() -> str:
        return text_of(client.post(page("request-enabling"), NUMBERS))

    EmailAddress.objects.filter(user=stranger).update(verified=False)
    assert "Confirm your e-mail address first" in answer()
    EmailAddress.objects.filter(user=stranger).update(verified=True)
    Seat.objects.filter(subscription=subscription).delete()
    assert "All seats of this subscription are taken" in answer()
    Product.objects.filter(name="InfraWorks").update(has_benefits=False)
    assert "no cloud benefits" in answer()
    Contract.objects.filter(id=contract_a.id).update(ends_at=timezone.now() - timedelta(days=1))
    assert "This contract has expired" in answer()


def test_a_lapsed_invitation_says_so_and_can_be_sent_again(
    invited: None, client: Client, contract_a: Contract, alice: User, sign_in: SignIn
) -> None:
    invitation = contract_a.invitations.get()
    contract_a.invitations.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert "Your invitation has lapsed" in text_of(client.post(page("enable-benefits"), follow=True))
    sign_in(alice).post(page("resend-invitation", invitation_id=invitation.id))
    assert mail.outbox[-1].to == ["stranger@example.com"]
    assert "are enabled" in text_of(client.post(page("enable-benefits"), follow=True))


def test_an_unconfirmed_address_is_sent_to_be_confirmed(client: Client, stranger: User) -> None:
    EmailAddress.objects.filter(user=stranger).update(verified=False)
    assert client.post(page("enable-benefits")).url == "/accounts/email/"


def test_guessing_numbers_is_slowed_down(client: Client) -> None:
    for _ in range(BENEFIT_ATTEMPTS):
        assert client.post(page("request-enabling"), {**NUMBERS, "serial_number": "0"}).status_code == 200
    assert client.post(page("request-enabling"), NUMBERS).status_code == 429
