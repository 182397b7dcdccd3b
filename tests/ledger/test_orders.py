"""Buying tokens: who may, when they arrive, for how long, and that each order is one lot."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from ledger.contracts import add_member
from ledger.errors import (
    AlreadyDecided,
    BuyersOnly,
    ContractExpired,
    Forbidden,
    InvalidActivationCode,
    InvalidRequest,
    NotFound,
    OwnDecision,
)
from ledger.ids import new_id
from ledger.models import ActivationCode, AuditEvent, Contract, Lot, Membership, Order, Pack, Pool, Role
from ledger.orders import OrderAnswer, approve, cancel, create_activation_code, place
from tests.cast import fresh_key
from tests.ledger.steps import START, day, figures

pytestmark = pytest.mark.usefixtures("sound_books")


@pytest.fixture
def alices(contract_a: Contract, alice: User, member) -> Membership:
    return member(contract_a, alice)


@pytest.fixture
def carols(contract_a: Contract, carol: User, member) -> Membership:
    return member(contract_a, carol)


def buy(membership: Membership, *, pack: str | None = "500", **wanted: object) -> OrderAnswer:
    """Order one pack of 500 tokens (1,485.00) from the store."""
    values = {"idempotency": fresh_key(), "at": START, "pack": Pack.objects.get(code=pack) if pack else None} | wanted
    return place(membership=membership, **values)


def limit(membership: Membership, cents: int) -> None:
    """Let orders above this price need an approval."""
    membership.contract.approval_limit_cents = cents
    membership.contract.save()


def test_an_order_is_one_lot_of_the_shared_pool_at_once(carols: Membership, carol: User, shared_a: Pool) -> None:
    order = buy(carols, quantity=2).order
    assert (order.status, order.amount_mt, order.price_cents, order.ordered_by) == (
        "fulfilled",
        1_000_000,
        297_000,
        carol,
    )
    lot = Lot.objects.get()
    assert (lot.pool, lot.source, lot.amount_mt) == (shared_a, "purchase", 1_000_000)
    event = AuditEvent.objects.get(action="order.placed")
    assert (event.subject, event.actor, event.at) == (str(order.id), carol, START)


def test_only_administrators_and_coordinators_buy_and_others_are_told_who_they_are(
    contract_a: Contract, bob: User, member
) -> None:
    with pytest.raises(BuyersOnly) as refusal:
        buy(member(contract_a, bob))
    named = refusal.value.extra["administrators"]
    assert [(person["name"], person["role"]) for person in named] == [
        ("Alice", "administrator"),
        ("Carol", "coordinator"),
    ]


@pytest.mark.parametrize(
    ("ends_at", "expires_at"),
    [
        (None, datetime(2027, 1, 1, tzinfo=UTC)),
        (day(90), day(90)),
        (datetime(2030, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_bought_tokens_expire_after_12_months_or_with_the_contract(alices: Membership, ends_at, expires_at) -> None:
    alices.contract.ends_at = ends_at
    alices.contract.save()
    buy(alices)
    assert Lot.objects.get().expires_at == expires_at


@pytest.mark.parametrize("cents", [None, 0])
def test_nothing_is_bought_for_a_contract_that_has_ended(alices: Membership, cents: int | None) -> None:
    alices.contract.ends_at, alices.contract.approval_limit_cents = START, cents
    alices.contract.save()
    with pytest.raises(ContractExpired):
        buy(alices)
    assert not Order.objects.exists()


def test_the_same_key_buys_once_and_answers_as_it_did_first(
    carols: Membership, alices: Membership, shared_a: Pool
) -> None:
    limit(carols, 100_000)
    key = fresh_key()
    first = buy(carols, idempotency=key)
    approve(idempotency=fresh_key(), membership=alices, order_id=first.order.id, at=START)
    again = buy(carols, idempotency=key)
    assert (first.replayed, again.replayed, again.order) == (False, True, first.order)
    assert (again.order.status, again.order.fulfilled_at, again.order.approved_by) == ("awaiting_approval", None, None)
    assert Order.objects.get().status == "fulfilled"
    assert figures(shared_a, START) == (500, 0, 0, 0)


def test_up_to_the_limit_tokens_arrive_and_above_it_they_wait(carols: Membership, shared_a: Pool) -> None:
    limit(carols, 148_500)
    assert buy(carols).order.status == "fulfilled"
    limit(carols, 148_499)
    assert buy(carols).order.status == "awaiting_approval"
    assert figures(shared_a, START) == (500, 0, 0, 0)


def test_the_administrator_approves_and_the_tokens_arrive_once(
    carols: Membership, alices: Membership, alice: User, shared_a: Pool
) -> None:
    limit(carols, 0)
    waiting, key = buy(carols).order, fresh_key()
    answers = [approve(idempotency=key, membership=alices, order_id=waiting.id, at=day(1)) for _ in range(2)]
    assert [(answer.order.status, answer.order.approved_by, answer.replayed) for answer in answers] == [
        ("fulfilled", alice, False),
        ("fulfilled", alice, True),
    ]
    with pytest.raises(AlreadyDecided):
        approve(idempotency=fresh_key(), membership=alices, order_id=waiting.id, at=day(1))
    assert figures(shared_a, day(1)) == (500, 0, 0, 0)
    assert Lot.objects.get().expires_at == datetime(2027, 1, 2, tzinfo=UTC)
    assert AuditEvent.objects.get(action="order.approved").at == day(1)


def test_coordinators_do_not_approve_and_nobody_approves_their_own(carols: Membership, alices: Membership) -> None:
    limit(alices, 0)
    carols_order, alices_order = buy(carols).order, buy(alices).order
    with pytest.raises(Forbidden):
        approve(idempotency=fresh_key(), membership=carols, order_id=carols_order.id)
    with pytest.raises(OwnDecision):
        approve(idempotency=fresh_key(), membership=alices, order_id=alices_order.id)


def test_a_lone_administrator_approves_their_own_and_the_audit_log_says_so(
    contract_b: Contract, mallory: User, bob: User, member
) -> None:
    add_member(contract=contract_b, user=bob)
    lone = member(contract_b, mallory)
    limit(lone, 0)
    waiting = buy(lone).order
    assert approve(idempotency=fresh_key(), membership=lone, order_id=waiting.id, at=START).order.status == "fulfilled"
    assert "own order" in AuditEvent.objects.get(action="order.approved").detail
    Membership.objects.filter(user=bob).update(role=Role.COORDINATOR)
    with pytest.raises(OwnDecision):
        approve(idempotency=fresh_key(), membership=lone, order_id=buy(lone).order.id)


def test_orders_of_another_contract_are_not_found(
    carols: Membership, contract_b: Contract, mallory: User, member
) -> None:
    limit(carols, 0)
    waiting = buy(carols).order
    theirs = member(contract_b, mallory)
    with pytest.raises(NotFound):
        approve(idempotency=fresh_key(), membership=theirs, order_id=waiting.id)
    with pytest.raises(NotFound):
        cancel(membership=theirs, order_id=waiting.id)
    with pytest.raises(NotFound):
        cancel(membership=carols, order_id=new_id())


def test_an_order_that_waits_can_be_cancelled_and_is_not_approved_then(
    carols: Membership, alices: Membership, shared_a: Pool
) -> None:
    limit(carols, 0)
    waiting = buy(carols).order
    for _ in range(2):
        assert cancel(membership=carols, order_id=waiting.id).status == "cancelled"
    assert AuditEvent.objects.filter(action="order.cancelled").count() == 1
    with pytest.raises(AlreadyDecided):
        approve(idempotency=fresh_key(), membership=alices, order_id=waiting.id)
    assert figures(shared_a) == (0, 0, 0, 0)


def test_tokens_that_have_arrived_are_not_cancelled(carols: Membership) -> None:
    order = buy(carols).order
    with pytest.raises(AlreadyDecided):
        cancel(membership=carols, order_id=order.id)


def test_an_activation_code_brings_its_pack_once(carols: Membership, alices: Membership, shared_a: Pool) -> None:
    code, key = create_activation_code(pack=Pack.objects.get(code="1000"), quantity=2), fresh_key()
    wanted = {"pack": None, "channel": "reseller", "activation_code": f" {code.lower()} "}
    for replayed in (False, True):
        answer = buy(carols, idempotency=key, **wanted)
        assert (answer.order.amount_mt, answer.order.price_cents, answer.replayed) == (2_000_000, 0, replayed)
    with pytest.raises(InvalidActivationCode) as used:
        buy(alices, **wanted)
    with pytest.raises(InvalidActivationCode) as unknown:
        buy(alices, **wanted | {"activation_code": "AAAA-BBBB"})
    assert used.value.detail == unknown.value.detail
    assert figures(shared_a, START) == (2_000, 0, 0, 0)
    assert code not in ActivationCode.objects.values_list("code_hash", flat=True)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": 1_001}, "quantity"),
        ({"pack": None}, "pack"),
        ({"channel": "carrier pigeon"}, "channel"),
        ({"channel": "direct"}, "purchase_order"),
        ({"channel": "direct", "purchase_order": " "}, "purchase_order"),
        ({"channel": "direct", "purchase_order": "x" * 101}, "purchase_order"),
        ({"channel": "direct", "purchase_order": "a\x00"}, "purchase_order"),
    ],
)
def test_what_cannot_be_ordered_is_refused_by_name(carols: Membership, wanted, field: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        buy(carols, **wanted)
    assert refusal.value.field == field


@pytest.mark.parametrize("code", ["", "\ud800", "x" * 1_000])
def test_a_code_that_cannot_be_is_not_valid(carols: Membership, code: str) -> None:
    with pytest.raises(InvalidActivationCode):
        buy(carols, pack=None, channel="reseller", activation_code=code)


def test_packs_that_are_not_sold_any_more_are_refused(carols: Membership) -> None:
    Pack.objects.update(active=False)
    with pytest.raises(InvalidRequest):
        buy(carols)


def test_direct_sales_note_the_purchase_order(carols: Membership) -> None:
    assert buy(carols, channel="direct", purchase_order=" PO-7 ").order.purchase_order == "PO-7"
