"""Enabling subscription benefits by contract number and serial number. Source: DOMAIN, section 4."""

import pytest
from django.contrib.auth.models import User

from ledger import benefits, members
from ledger.benefits import approve, eligible_services, refuse, request_enabling
from ledger.errors import (
    AlreadyDecided,
    ContractExpired,
    EmailNotVerified,
    Forbidden,
    LedgerError,
    NoFreeSeat,
    NoSuchSubscription,
    NotFound,
    ProductExcluded,
)
from ledger.models import AuditEvent, Benefit, Contract, Membership, Pool, Seat, Subscription
from tests.ledger.steps import day, figures
from tests.ledger.subscriptions import subscribe

pytestmark = pytest.mark.usefixtures("sound_books")


@pytest.fixture
def subscription(contract_a: Contract) -> Subscription:
    """Contract A-100's InfraWorks with serial number SN-1 and one free seat."""
    return subscribe(contract_a, None)


def ask(user: User, contract_number: str = "A-100", serial_number: str = "SN-1", *, verified: bool = True) -> Benefit:
    return request_enabling(
        user=user, email_verified=verified, contract_number=contract_number, serial_number=serial_number, at=day(1)
    )


@pytest.fixture
def waiting(subscription: Subscription, stranger: User) -> Benefit:
    """A stranger's request that nobody has decided on."""
    return ask(stranger)


def test_matching_numbers_wait_for_an_approval(waiting: Benefit, stranger: User) -> None:
    assert waiting.status == "pending"
    assert not stranger.memberships.exists()
    assert Seat.objects.get().user is None


def test_an_approval_binds_the_user_assigns_a_seat_and_grants_the_gift(
    waiting: Benefit, contract_a: Contract, carol: User, stranger: User, member
) -> None:
    enabled = approve(membership=member(contract_a, carol), benefit_id=waiting.id, at=day(2))
    assert (enabled.status, enabled.decided_by, enabled.decided_at) == ("enabled", carol, day(2))
    membership = member(contract_a, stranger)
    assert (membership.role, membership.enabled_at, membership.uses_shared) == ("end_user", day(2), False)
    assert Seat.objects.get().user == stranger
    assert figures(stranger.pools.get())[0] == 100
    events = AuditEvent.objects.order_by("at").values_list("action", "subject", "at")
    address = "stranger@example.com"
    assert list(events) == [("benefit.requested", address, day(1)), ("benefit.enabled", address, day(2))]


def test_approving_twice_is_approving_once(
    waiting: Benefit, contract_a: Contract, carol: User, stranger: User, member
) -> None:
    for _ in range(2):
        assert approve(membership=member(contract_a, carol), benefit_id=waiting.id).status == "enabled"
    assert figures(stranger.pools.get())[0] == 100
    assert AuditEvent.objects.filter(action="benefit.enabled").count() == 1


def test_a_refusal_gives_its_reason_and_a_new_request_may_follow(
    waiting: Benefit, contract_a: Contract, alice: User, stranger: User, member
) -> None:
    refused = refuse(membership=member(contract_a, alice), benefit_id=waiting.id, reason="Not one of us.", at=day(2))
    assert (refused.status, refused.reason, refused.decided_by) == ("refused", "Not one of us.", alice)
    assert not stranger.memberships.exists()
    again = ask(stranger)
    assert (again.status, again.id == waiting.id) == ("pending", False)


def test_what_was_decided_is_not_decided_otherwise(
    waiting: Benefit, contract_a: Contract, alice: User, carol: User, stranger: User, member
) -> None:
    refuse(membership=member(contract_a, alice), benefit_id=waiting.id)
    with pytest.raises(AlreadyDecided):
        approve(membership=member(contract_a, carol), benefit_id=waiting.id)
    second = ask(stranger)
    approve(membership=member(contract_a, carol), benefit_id=second.id)
    with pytest.raises(AlreadyDecided):
        refuse(membership=member(contract_a, alice), benefit_id=second.id)
    assert Benefit.objects.get(id=second.id).status == "enabled"


def test_users_decide_nothing_and_other_contracts_see_nothing(
    waiting: Benefit, contract_a: Contract, contract_b: Contract, bob: User, mallory: User, member
) -> None:
    for verb in (approve, refuse):
        with pytest.raises(Forbidden):
            verb(membership=member(contract_a, bob), benefit_id=waiting.id)
        with pytest.raises(NotFound):
            verb(membership=member(contract_b, mallory), benefit_id=waiting.id)


@pytest.mark.parametrize(
    "numbers",
    [("A-100", "SN-2"), ("A-101", "SN-1"), ("B-200", "SN-1"), ("", ""), ("A-100\x00", "SN-1"), ("A-100", "\ud800")],
)
def test_numbers_that_match_nothing_are_refused_in_one_wording(
    subscription: Subscription, contract_b: Contract, stranger: User, numbers: tuple[str, str]
) -> None:
    with pytest.raises(NoSuchSubscription) as refusal:
        ask(stranger, *numbers)
    assert (refusal.value.detail, refusal.value.field, refusal.value.extra) == (NoSuchSubscription.title, None, {})


def test_blanks_around_the_numbers_do_not_matter(subscription: Subscription, stranger: User) -> None:
    assert ask(stranger, " A-100 ", "\tSN-1\n").status == "pending"


def ended_contract(subscription: Subscription) -> None:
    Contract.objects.filter(id=subscription.contract_id).update(ends_at=day(1))


def ended_subscription(subscription: Subscription) -> None:
    Subscription.objects.update(ends_at=day(1))


def excluded_product(subscription: Subscription) -> None:
    subscription.product.has_benefits = False
    subscription.product.save()


def taken_seat(subscription: Subscription) -> None:
    Seat.objects.update(user=User.objects.get(username="bob"))


CASES = [
    (ended_contract, ContractExpired),
    (ended_subscription, ContractExpired),
    (excluded_product, ProductExcluded),
    (taken_seat, NoFreeSeat),
]


@pytest.mark.parametrize(("happens", "error"), CASES)
def test_every_other_refusal_has_its_own_code(
    subscription: Subscription, stranger: User, happens, error: type[LedgerError]
) -> None:
    happens(subscription)
    with pytest.raises(error):
        ask(stranger)
    assert not Benefit.objects.exists()


@pytest.mark.parametrize(("happens", "error"), CASES)
def test_what_happened_since_the_request_is_seen_at_the_approval(
    waiting: Benefit, contract_a: Contract, carol: User, stranger: User, member, happens, error: type[LedgerError]
) -> None:
    happens(Subscription.objects.select_related("product").get())
    with pytest.raises(error):
        approve(membership=member(contract_a, carol), benefit_id=waiting.id, at=day(2))
    assert Benefit.objects.get().status == "pending"
    assert not stranger.memberships.exists()


def test_an_address_that_is_not_verified_comes_first(stranger: User) -> None:
    with pytest.raises(EmailNotVerified):
        ask(stranger, "no", "such", verified=False)


def test_asking_again_is_answered_the_same(
    waiting: Benefit, contract_a: Contract, carol: User, stranger: User, member
) -> None:
    assert ask(stranger) == waiting
    approve(membership=member(contract_a, carol), benefit_id=waiting.id)
    again = ask(stranger)
    assert (again, again.status) == (waiting, "enabled")


def test_who_is_enabled_already_gets_another_subscription_at_once(
    subscription: Subscription, bob: User, bobs_pool: Pool
) -> None:
    assert ask(bob).status == "enabled"
    assert Seat.objects.get().user == bob
    assert figures(bobs_pool)[0] == 100


def test_enabling_never_ticks_the_use_of_shared_tokens(
    waiting: Benefit, contract_a: Contract, carol: User, stranger: User, bob: User, member
) -> None:
    approve(membership=member(contract_a, carol), benefit_id=waiting.id)
    assert not Membership.objects.filter(uses_shared=True).exists()


def test_who_left_can_come_back(contract_a: Contract, bob: User, carol: User, bobs_pool: Pool, member) -> None:
    subscribe(contract_a, None)
    ask(bob)
    members.leave(membership=member(contract_a, bob))
    assert Seat.objects.get().user is None
    again = ask(bob)
    assert again.status == "pending"
    approve(membership=member(contract_a, carol), benefit_id=again.id)
    assert Seat.objects.get().user == bob
    assert figures(bobs_pool)[0] == 100


@pytest.mark.parametrize("reason", ["x" * 501, "a\x00b"])
def test_a_reason_that_cannot_be_kept_is_refused(
    waiting: Benefit, contract_a: Contract, carol: User, member, reason
) -> None:
    with pytest.raises(LedgerError) as refusal:
        refuse(membership=member(contract_a, carol), benefit_id=waiting.id, reason=reason)
    assert refusal.value.field == "reason"


def test_the_services_of_the_products_subscribed_to_are_eligible(contract_a: Contract) -> None:
    subscribe(contract_a)
    subscribe(contract_a, product="Fusion", serial_number="SN-2", ends_at=day(1))
    subscribe(contract_a, product="InfraWorks 360 LT", serial_number="SN-3")
    found = {service.product.name for service in eligible_services(contract_a.id)}
    assert found == {"InfraWorks"}
    assert benefits.eligible_services(contract_a.id).count() == 4
