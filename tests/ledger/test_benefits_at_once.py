"""Benefits are asked for and decided on at the same moment."""

import pytest
from django.contrib.auth.models import User

from ledger.benefits import approve, enable_by_invitation, refuse, request_enabling
from ledger.invitations import invite, withdraw
from ledger.models import Benefit, Contract, Gift, Membership, Seat
from ledger.verification import differences
from tests.ledger.at_once import at_once
from tests.ledger.subscriptions import subscribe

pytestmark = pytest.mark.django_db(transaction=True)


def ask(user: User) -> Benefit:
    return request_enabling(user=user, email_verified=True, contract_number="A-100", serial_number="SN-1")


def test_a_button_pressed_four_times_at_once_makes_one_request(contract_a: Contract, stranger: User) -> None:
    subscribe(contract_a, None)
    answers = at_once(*[lambda: ask(stranger)] * 4)
    assert answers == [Benefit.objects.get()] * 4


def test_an_approval_and_a_refusal_at_once_leave_one_decision(
    contract_a: Contract, alice: User, carol: User, stranger: User, member
) -> None:
    subscribe(contract_a, None)
    waiting = ask(stranger)
    approving, refusing = member(contract_a, alice), member(contract_a, carol)
    answers = at_once(
        lambda: approve(membership=approving, benefit_id=waiting.id).status,
        lambda: refuse(membership=refusing, benefit_id=waiting.id).status,
    )
    is_enabled = Benefit.objects.get().status == "enabled"
    assert answers == (["enabled", "already_decided"] if is_enabled else ["already_decided", "refused"])
    assert Membership.objects.filter(user=stranger).exists() is is_enabled
    assert Seat.objects.filter(user=stranger).exists() is is_enabled


def test_the_last_seat_goes_to_one_of_two(
    contract_a: Contract, carol: User, stranger: User, mallory: User, member
) -> None:
    subscribe(contract_a, None)
    first, second, deciding = ask(stranger), ask(mallory), member(contract_a, carol)
    answers = at_once(
        *[lambda wanted=wanted: approve(membership=deciding, benefit_id=wanted.id).status for wanted in (first, second)]
    )
    assert sorted(answers) == ["enabled", "no_free_seat"]
    assert (Membership.objects.filter(user__in=[stranger, mallory]).count(), Gift.objects.count()) == (1, 1)
    assert list(differences()) == []


def test_an_invitation_accepted_twice_at_once_is_accepted_once(
    contract_a: Contract, carol: User, stranger: User, member
) -> None:
    subscribe(contract_a, None, None)
    invite(membership=member(contract_a, carol), email=stranger.email)
    answers = at_once(*[lambda: enable_by_invitation(user=stranger, email_verified=True)] * 3)
    assert all(isinstance(answer, list) for answer in answers)
    assert (Benefit.objects.count(), stranger.seats.count(), Gift.objects.count()) == (1, 1, 1)


def test_an_invitation_to_no_seat_accepted_twice_at_once_is_accepted_once(
    contract_a: Contract, carol: User, stranger: User, member
) -> None:
    invite(membership=member(contract_a, carol), email=stranger.email)
    at_once(*[lambda: enable_by_invitation(user=stranger, email_verified=True)] * 4)
    assert (Benefit.objects.count(), stranger.memberships.count()) == (1, 1)


def test_an_invitation_withdrawn_while_it_is_accepted_is_one_of_both(
    contract_a: Contract, carol: User, stranger: User, member
) -> None:
    coordinator = member(contract_a, carol)
    invitation = invite(membership=coordinator, email=stranger.email)
    withdrawn, _enabled = at_once(
        lambda: withdraw(membership=coordinator, invitation_id=invitation.id),
        lambda: enable_by_invitation(user=stranger, email_verified=True),
    )
    assert stranger.memberships.exists() is (withdrawn == "not_found")
