"""Inviting an address, and enabling at once what it was invited to."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.benefits import enable_by_invitation
from ledger.errors import (
    Conflict,
    ContractExpired,
    EmailNotVerified,
    Forbidden,
    InvalidRequest,
    InvitationLapsed,
    NoFreeSeat,
    NotFound,
)
from ledger.invitations import Invitee, invite, invite_many, refusals_of, resend, withdraw
from ledger.models import AuditEvent, Benefit, Contract, Invitation, Membership, Seat
from tests.ledger.steps import day, figures
from tests.ledger.subscriptions import subscribe

pytestmark = pytest.mark.usefixtures("sound_books")


@pytest.fixture
def administrator(contract_a: Contract, alice: User, member) -> Membership:
    return member(contract_a, alice)


@pytest.fixture
def coordinator(contract_a: Contract, carol: User, member) -> Membership:
    return member(contract_a, carol)


@pytest.fixture
def invited(coordinator: Membership, stranger: User) -> Invitation:
    """An invitation of a stranger to contract A-100, which has one free seat."""
    subscribe(coordinator.contract, None)
    return invite(membership=coordinator, email="Stranger@Example.com ", at=day(1))


def press(user: User, *, at_day: float = 2, verified: bool = True) -> list[Benefit]:
    """Press "Enable Your Subscription Benefits"."""
    return enable_by_invitation(user=user, email_verified=verified, at=day(at_day))


def test_a_full_contract_keeps_nobody_from_another_one(
    coordinator: Membership, contract_b: Contract, mallory: User, stranger: User, member
) -> None:
    full = subscribe(contract_b, mallory)
    invite(membership=coordinator, email=stranger.email, at=day(1))
    invite(membership=member(contract_b, mallory), email=stranger.email, subscription=full, at=day(1.5))
    (benefit,) = press(stranger)
    assert benefit.contract == coordinator.contract
    with pytest.raises(NoFreeSeat):
        press(stranger)


def test_a_verified_address_that_was_invited_is_enabled_at_once(
    invited: Invitation, contract_a: Contract, stranger: User, carol: User, member
) -> None:
    (benefit,) = press(stranger)
    assert (benefit.status, benefit.decided_by) == ("enabled", carol)
    membership = member(contract_a, stranger)
    assert (membership.role, membership.enabled_at, membership.uses_shared) == ("end_user", day(2), False)
    assert Seat.objects.get().user == stranger
    assert figures(stranger.pools.get())[0] == 100
    invited.refresh_from_db()
    assert invited.accepted_at == day(2)


def test_pressing_again_changes_nothing(invited: Invitation, stranger: User) -> None:
    press(stranger)
    assert press(stranger, at_day=3) == []
    assert (stranger.memberships.count(), Benefit.objects.count()) == (1, 1)


def test_an_invitation_waits_until_the_address_is_verified(invited: Invitation, stranger: User) -> None:
    with pytest.raises(EmailNotVerified):
        press(stranger, verified=False)
    assert press(stranger)[0].status == "enabled"


def test_an_invitation_lapses_after_seven_days_and_can_be_sent_again(
    invited: Invitation, coordinator: Membership, stranger: User
) -> None:
    with pytest.raises(InvitationLapsed):
        press(stranger, at_day=8)
    resend(membership=coordinator, invitation_id=invited.id, at=day(9))
    assert press(stranger, at_day=16 - 1e-6)[0].status == "enabled"


def test_without_an_invitation_nothing_is_enabled(contract_a: Contract, stranger: User) -> None:
    assert press(stranger) == []


def test_inviting_again_renews_the_invitation(invited: Invitation, coordinator: Membership) -> None:
    again = invite(membership=coordinator, email="stranger@example.com", at=day(5))
    assert (again, again.expires_at) == (invited, day(5) + timedelta(days=7))
    assert [event.at for event in AuditEvent.objects.order_by("at")] == [day(1), day(5)]
    assert Invitation.objects.count() == 1


def test_the_role_and_the_tick_are_those_of_the_invitation(
    administrator: Membership, contract_a: Contract, stranger: User, member
) -> None:
    invite(membership=administrator, email=stranger.email, role="coordinator", uses_shared=True, at=day(1))
    press(stranger)
    membership = member(contract_a, stranger)
    assert (membership.role, membership.uses_shared) == ("coordinator", True)


def test_an_invitation_stays_open_when_it_cannot_be_accepted(invited: Invitation, stranger: User, bob: User) -> None:
    Invitation.objects.update(subscription=subscribe(invited.contract, bob, serial_number="SN-2"))
    with pytest.raises(NoFreeSeat):
        press(stranger)
    assert not Invitation.objects.filter(accepted_at__isnull=False).exists()
    Contract.objects.update(ends_at=day(1.5))
    with pytest.raises(ContractExpired):
        press(stranger)
    assert not stranger.memberships.exists()


def test_a_seat_is_taken_of_a_subscription_that_runs(
    coordinator: Membership, contract_a: Contract, stranger: User
) -> None:
    subscribe(contract_a, None, ends_at=day(1))
    running = subscribe(contract_a, None, serial_number="SN-2", starts_at=day(0.5))
    invite(membership=coordinator, email=stranger.email, at=day(1))
    assert press(stranger)[0].subscription == running


def test_without_a_free_seat_the_user_is_bound_to_the_contract_all_the_same(
    coordinator: Membership, stranger: User
) -> None:
    invite(membership=coordinator, email=stranger.email, at=day(1))
    (benefit,) = press(stranger)
    assert (benefit.status, benefit.subscription) == ("enabled", None)
    assert stranger.memberships.get().enabled_at == day(2)


def test_coordinators_invite_users_and_only_the_administrator_coordinators(
    administrator: Membership, coordinator: Membership, contract_a: Contract, bob: User, member
) -> None:
    with pytest.raises(Forbidden):
        invite(membership=member(contract_a, bob), email="new@example.com")
    with pytest.raises(Forbidden):
        invite(membership=coordinator, email="new@example.com", role="coordinator")
    theirs = invite(membership=administrator, email="new@example.com", role="coordinator")
    with pytest.raises(Forbidden):
        resend(membership=coordinator, invitation_id=theirs.id)


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b", "a\x00@example.com", "a" * 250 + "@example.com", "a b@example.com"]
)
def test_an_address_that_cannot_be_is_refused(coordinator: Membership, email: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        invite(membership=coordinator, email=email)
    assert refusal.value.field == "email"


@pytest.mark.parametrize("role", ["administrator", "king", ""])
def test_a_role_that_is_not_given_by_invitation_is_refused(administrator: Membership, role: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        invite(membership=administrator, email="new@example.com", role=role)
    assert refusal.value.field == "role"


def test_who_is_enabled_is_not_invited(coordinator: Membership, bob: User) -> None:
    with pytest.raises(Conflict):
        invite(membership=coordinator, email=" BOB@example.com")


def test_a_subscription_of_another_contract_is_not_found(coordinator: Membership, contract_b: Contract) -> None:
    with pytest.raises(NotFound):
        invite(membership=coordinator, email="new@example.com", subscription=subscribe(contract_b, None))


def test_invitations_of_another_contract_or_accepted_ones_are_not_sent_again(
    invited: Invitation, coordinator: Membership, contract_b: Contract, mallory: User, stranger: User, member
) -> None:
    with pytest.raises(NotFound):
        resend(membership=member(contract_b, mallory), invitation_id=invited.id)
    press(stranger)
    with pytest.raises(NotFound):
        resend(membership=coordinator, invitation_id=invited.id)
    assert AuditEvent.objects.filter(action__startswith="member.invited").count() == 1


def test_many_are_invited_in_as_few_statements_as_one(
    administrator: Membership, django_assert_num_queries: Any
) -> None:
    few = [Invitee("one@example.com")]
    with CaptureQueriesContext(connection) as statements:
        invite_many(membership=administrator, invitees=few, at=day(1))
    many = [Invitee(f"Person{number}@Example.com", "coordinator", uses_shared=True) for number in range(50)]
    with django_assert_num_queries(len(statements)):
        made = invite_many(membership=administrator, invitees=many, at=day(1))
    assert [each.email for each in made] == [f"person{number}@example.com" for number in range(50)]
    assert {(each.role, each.uses_shared, each.mailed_at) for each in made} == {("coordinator", True, None)}
    assert AuditEvent.objects.filter(action="member.invited").count() == 51


def test_a_list_with_one_bad_line_invites_nobody(administrator: Membership, bob: User) -> None:
    lines = ["new@example.com", "no address", bob.email, "NEW@example.com", "root@example.com"]
    roles = ["end_user", "end_user", "end_user", "end_user", "administrator"]
    invitees = [Invitee(line, role) for line, role in zip(lines, roles, strict=True)]
    refusals = refusals_of(membership=administrator, invitees=invitees)
    assert [refusal and refusal.code for refusal in refusals] == [None, "invalid", "conflict", "conflict", "invalid"]
    with pytest.raises(InvalidRequest):
        invite_many(membership=administrator, invitees=invitees)
    assert not Invitation.objects.exists()


def test_a_list_again_renews_what_it_invited(administrator: Membership, coordinator: Membership) -> None:
    first = invite(membership=administrator, email="a@example.com", role="coordinator", at=day(1))
    Invitation.objects.update(mailed_at=day(1))
    again = invite_many(
        membership=coordinator, invitees=[Invitee("b@example.com"), Invitee("A@example.com")], at=day(3)
    )
    assert [each.id == first.id for each in again] == [False, True]
    assert (again[1].role, again[1].expires_at, again[1].mailed_at) == ("end_user", day(10), None)
    assert Invitation.objects.count() == 2


def test_a_withdrawn_invitation_enables_nobody(invited: Invitation, coordinator: Membership, stranger: User) -> None:
    assert withdraw(membership=coordinator, invitation_id=invited.id) == "stranger@example.com"
    assert press(stranger) == []
    assert AuditEvent.objects.filter(action="member.invitation_withdrawn", subject="stranger@example.com").exists()
    with pytest.raises(NotFound):
        withdraw(membership=coordinator, invitation_id=invited.id)


def test_nobody_withdraws_what_they_could_not_have_sent(
    administrator: Membership, coordinator: Membership, contract_b: Contract, mallory: User, member
) -> None:
    invitation = invite(membership=administrator, email="new@example.com", role="coordinator")
    with pytest.raises(Forbidden):
        withdraw(membership=coordinator, invitation_id=invitation.id)
    with pytest.raises(NotFound):
        withdraw(membership=member(contract_b, mallory), invitation_id=invitation.id)
