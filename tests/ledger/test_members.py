"""Roles on a contract: exactly one administrator, who hands over; what changes acts at once."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.db.transaction import atomic

from ledger import members
from ledger.contracts import add_member, individual_pool
from ledger.errors import Forbidden, InvalidRequest, LastAdministrator, NotEnabled, NotFound, SharedUseNotAllowed
from ledger.models import AuditEvent, Contract, Membership, Pool, Role
from ledger.rights import Right, require, rights_of
from tests.cast import make_user
from tests.ledger.steps import put, start

Member = Callable[[Contract, User], Membership]


@pytest.fixture
def administrator(contract_a: Contract, alice: User, member: Member) -> Membership:
    return member(contract_a, alice)


@pytest.fixture
def coordinator(contract_a: Contract, carol: User, member: Member) -> Membership:
    return member(contract_a, carol)


@pytest.fixture
def end_user(contract_a: Contract, bob: User, member: Member) -> Membership:
    return member(contract_a, bob)


def roles(contract: Contract) -> dict[str, str]:
    return dict(contract.memberships.values_list("user__username", "role"))


def test_the_database_allows_one_administrator(contract_a: Contract, stranger: User, coordinator: Membership) -> None:
    with pytest.raises(IntegrityError), atomic():
        add_member(contract=contract_a, user=stranger, role=Role.ADMINISTRATOR)
    with pytest.raises(IntegrityError), atomic():
        Membership.objects.filter(id=coordinator.id).update(role=Role.ADMINISTRATOR)


def test_the_administrator_names_coordinators_and_takes_the_role_away(
    contract_a: Contract, administrator: Membership, end_user: Membership
) -> None:
    members.set_role(membership=administrator, target_id=end_user.id, role=Role.COORDINATOR)
    assert roles(contract_a)["bob"] == "coordinator"
    members.set_role(membership=administrator, target_id=end_user.id, role=Role.END_USER)
    assert roles(contract_a)["bob"] == "end_user"
    assert [event.detail for event in AuditEvent.objects.filter(action="member.role_changed").order_by("id")] == [
        "coordinator",
        "end_user",
    ]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, "king", ""])
def test_only_the_roles_that_can_be_named_are_named(administrator: Membership, end_user: Membership, role: str) -> None:
    with pytest.raises(InvalidRequest):
        members.set_role(membership=administrator, target_id=end_user.id, role=role)


def test_coordinators_and_users_name_nobody(coordinator: Membership, end_user: Membership) -> None:
    for acting in (coordinator, end_user):
        with pytest.raises(Forbidden):
            members.set_role(membership=acting, target_id=end_user.id, role=Role.COORDINATOR)


def test_the_administrator_does_not_step_down(administrator: Membership) -> None:
    with pytest.raises(LastAdministrator):
        members.set_role(membership=administrator, target_id=administrator.id, role=Role.END_USER)


def test_handing_over_makes_the_other_administrator_and_oneself_a_coordinator(
    contract_a: Contract, administrator: Membership, end_user: Membership
) -> None:
    members.hand_over(membership=administrator, target_id=end_user.id)
    assert roles(contract_a) == {"alice": "coordinator", "bob": "administrator", "carol": "coordinator"}
    assert AuditEvent.objects.get(action="contract.handed_over").subject == "bob@example.com"
    with pytest.raises(Forbidden):
        members.hand_over(membership=administrator, target_id=end_user.id)


def test_a_contract_is_handed_over_once_even_by_a_page_that_is_out_of_date(
    contract_a: Contract, alice: User, member: Member, end_user: Membership, coordinator: Membership
) -> None:
    first, second = member(contract_a, alice), member(contract_a, alice)
    members.hand_over(membership=first, target_id=end_user.id)
    with pytest.raises(Forbidden):
        members.hand_over(membership=second, target_id=coordinator.id)
    assert roles(contract_a) == {"alice": "coordinator", "bob": "administrator", "carol": "coordinator"}


def test_a_contract_is_not_handed_to_oneself_or_to_who_is_not_enabled(
    administrator: Membership, end_user: Membership
) -> None:
    Membership.objects.filter(id=end_user.id).update(enabled_at=None)
    for target in (administrator, end_user):
        with pytest.raises(InvalidRequest):
            members.hand_over(membership=administrator, target_id=target.id)


def test_members_of_another_contract_are_not_found(
    administrator: Membership, contract_b: Contract, mallory: User, member: Member
) -> None:
    theirs = member(contract_b, mallory).id
    for verb in (
        lambda: members.set_role(membership=administrator, target_id=theirs, role=Role.END_USER),
        lambda: members.hand_over(membership=administrator, target_id=theirs),
        lambda: members.set_shared_use(membership=administrator, target_id=theirs, allowed=True),
    ):
        with pytest.raises(NotFound):
            verb()


def test_the_administrator_cannot_leave(contract_a: Contract, administrator: Membership) -> None:
    with pytest.raises(LastAdministrator):
        members.leave(membership=administrator)
    assert roles(contract_a)["alice"] == "administrator"


def test_who_was_made_administrator_meanwhile_cannot_leave(
    contract_a: Contract, administrator: Membership, coordinator: Membership
) -> None:
    members.hand_over(membership=administrator, target_id=coordinator.id)
    assert coordinator.role == Role.COORDINATOR
    with pytest.raises(LastAdministrator):
        members.leave(membership=coordinator)
    assert roles(contract_a)["carol"] == "administrator"


def test_who_left_starts_nothing_and_history_stays(
    contract_a: Contract, bob: User, bobs_pool: Pool, end_user: Membership
) -> None:
    put(bobs_pool, "10")
    start(contract_a, bob)
    members.leave(membership=end_user)
    with pytest.raises(NotEnabled):
        start(contract_a, bob)
    assert (bob.jobs.count(), individual_pool(contract_id=contract_a.id, user_id=bob.pk)) == (1, bobs_pool)


def test_the_tick_for_shared_tokens_acts_at_once(
    contract_a: Contract, bob: User, shared_a: Pool, coordinator: Membership, end_user: Membership
) -> None:
    put(shared_a, "10")
    with pytest.raises(SharedUseNotAllowed):
        start(contract_a, bob, pool_id=shared_a.id)
    members.set_shared_use(membership=coordinator, target_id=end_user.id, allowed=True)
    assert start(contract_a, bob, pool_id=shared_a.id).pool == shared_a.id
    members.set_shared_use(membership=coordinator, target_id=end_user.id, allowed=False)
    with pytest.raises(SharedUseNotAllowed):
        start(contract_a, bob, pool_id=shared_a.id)
    assert AuditEvent.objects.filter(action__startswith="member.shared_use").count() == 2


def test_users_tick_nobody(end_user: Membership) -> None:
    with pytest.raises(Forbidden):
        members.set_shared_use(membership=end_user, target_id=end_user.id, allowed=True)


def test_rights_grow_with_the_role(administrator: Membership, coordinator: Membership, end_user: Membership) -> None:
    assert rights_of(None) == frozenset()
    assert rights_of(end_user) == {Right.OWN_USE}
    end_user.uses_shared = True
    assert rights_of(end_user) == {Right.OWN_USE, Right.SHARED_BALANCE}
    assert rights_of(administrator) == set(Right)
    assert rights_of(administrator) - rights_of(coordinator) == {
        Right.APPROVE_ORDERS,
        Right.NAME_COORDINATORS,
        Right.HAND_OVER,
        Right.API_CLIENTS,
        Right.CONTRACT_OPTIONS,
    }
    with pytest.raises(Forbidden):
        require(None, Right.OWN_USE)


def test_many_are_ticked_at_once_and_only_end_users_of_the_contract(
    contract_a: Contract, contract_b: Contract, mallory: User, coordinator: Membership, end_user: Membership, member
) -> None:
    others = [member(contract_b, mallory).id, coordinator.id]
    changed = members.set_shared_use_of_many(membership=coordinator, target_ids=[end_user.id, *others], allowed=True)
    assert changed == 1
    assert list(Membership.objects.filter(uses_shared=True)) == [end_user]
    assert AuditEvent.objects.get(action="member.shared_use_allowed").subject == "bob@example.com"
    with pytest.raises(Forbidden):
        members.set_shared_use_of_many(membership=end_user, target_ids=[end_user.id], allowed=False)


def test_who_is_taken_off_starts_nothing_and_history_stays(
    contract_a: Contract, bob: User, bobs_pool: Pool, coordinator: Membership, end_user: Membership
) -> None:
    put(bobs_pool, "10")
    start(contract_a, bob)
    members.remove(membership=coordinator, target_id=end_user.id)
    with pytest.raises(NotEnabled):
        start(contract_a, bob)
    assert bob.jobs.count() == 1
    removed = AuditEvent.objects.get(action="member.removed")
    assert (removed.actor, removed.subject) == (coordinator.user, "bob@example.com")


def test_a_coordinator_is_taken_off_by_the_administrator_alone(
    contract_a: Contract, administrator: Membership, coordinator: Membership
) -> None:
    second = add_member(contract=contract_a, user=make_user("conrad"), role=Role.COORDINATOR)
    with pytest.raises(Forbidden):
        members.remove(membership=coordinator, target_id=second.id)
    members.remove(membership=administrator, target_id=second.id)
    assert "conrad" not in roles(contract_a)


def test_nobody_takes_off_the_administrator_or_themselves(
    administrator: Membership, coordinator: Membership, contract_b: Contract, mallory: User, member
) -> None:
    for acting, target, refusal in (
        (coordinator, administrator, LastAdministrator),
        (coordinator, coordinator, InvalidRequest),
        (administrator, member(contract_b, mallory), NotFound),
    ):
        with pytest.raises(refusal):
            members.remove(membership=acting, target_id=target.id)
