"""The life of an order: each legal move and no other, drafts, tax, and orders that lapse."""

from datetime import timedelta
from itertools import product

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from ledger.errors import AlreadyDecided, BuyersOnly, Conflict, NotFound, OrderExpired
from ledger.ids import new_id
from ledger.models import AuditEvent, Contract, Membership, Order, OrderStatus, Pack, Pool
from ledger.order_states import MOVES, change, expire_orders
from ledger.orders import approve, cancel, place, save_draft, to_approve, to_pay
from ledger.pricing import tax_of
from tests.cast import fresh_key
from tests.ledger.steps import figures

pytestmark = pytest.mark.usefixtures("sound_books")
NEEDS = {"fulfilled": ("fulfilled_at",), "paid": ("paid_at",)}


@pytest.fixture
def alices(contract_a: Contract, alice: User, member) -> Membership:
    return member(contract_a, alice)


@pytest.fixture
def carols(contract_a: Contract, carol: User, member) -> Membership:
    return member(contract_a, carol)


def buy(membership: Membership, **wanted: object) -> Order:
    """Order one pack of 500 tokens (1,485.00) now."""
    return place(idempotency=fresh_key(), membership=membership, pack=Pack.objects.get(code="500"), **wanted).order


def draft(membership: Membership) -> Order:
    pack = Pack.objects.get(code="500")
    return save_draft(membership=membership, draft_id=new_id(), pack=pack, quantity=2, channel="store")


def limit(membership: Membership, cents: int) -> None:
    membership.contract.approval_limit_cents = cents
    membership.contract.save()


@pytest.mark.parametrize(("source", "target"), [*product(OrderStatus.values, repeat=2)])
def test_an_order_moves_where_the_table_says_and_nowhere_else(carols: Membership, source: str, target: str) -> None:
    order = draft(carols)
    now = timezone.now()
    Order.objects.filter(id=order.id).update(status=source, **dict.fromkeys(NEEDS.get(source, ()), now))
    order.refresh_from_db()
    order.status, order.fulfilled_at, order.paid_at = target, now if target == "fulfilled" else None, now
    if target in MOVES[source]:
        change(order, ("fulfilled_at", "paid_at"))
    else:
        with pytest.raises(Conflict):
            change(order, ("fulfilled_at", "paid_at"))
    assert Order.objects.get().status == (target if target in MOVES[source] else source)
    Order.objects.all().delete()


def test_a_draft_orders_nothing_and_becomes_the_order_later(carols: Membership, shared_a: Pool) -> None:
    kept = draft(carols)
    assert (kept.status, kept.number, kept.price_cents) == ("draft", None, 297_000)
    assert figures(shared_a) == (0, 0, 0, 0)
    Pack.objects.update(price_cents=100)
    order = buy(carols, quantity=2, draft_id=kept.id)
    assert (order.id, order.status, order.price_cents, order.number) == (kept.id, "fulfilled", 200, 1)
    with pytest.raises(AlreadyDecided):
        buy(carols, draft_id=kept.id)


def test_keeping_a_draft_twice_keeps_it_once(carols: Membership) -> None:
    draft_id, pack = new_id(), Pack.objects.get(code="500")
    for _ in range(2):
        save_draft(membership=carols, draft_id=draft_id, pack=pack, quantity=1, channel="direct")
    assert Order.objects.get().id == draft_id
    assert AuditEvent.objects.filter(action="order.drafted").count() == 1


def test_a_draft_is_thrown_away_and_is_not_ordered_then(carols: Membership) -> None:
    kept = draft(carols)
    assert cancel(membership=carols, order_id=kept.id).status == "cancelled"
    with pytest.raises(AlreadyDecided):
        buy(carols, draft_id=kept.id)


def test_end_users_keep_no_drafts_and_nobody_takes_anothers(
    contract_a: Contract, bob: User, carols: Membership, contract_b: Contract, mallory: User, member
) -> None:
    with pytest.raises(BuyersOnly):
        draft(member(contract_a, bob))
    kept, theirs = draft(carols), member(contract_b, mallory)
    with pytest.raises(NotFound):
        buy(theirs, draft_id=kept.id)
    with pytest.raises(NotFound):
        save_draft(membership=theirs, draft_id=kept.id, pack=kept.pack, quantity=1, channel="store")


def test_orders_are_counted_per_contract(
    carols: Membership, alices: Membership, contract_b: Contract, mallory: User, member
) -> None:
    draft(carols)
    references = [buy(buyer).reference for buyer in (carols, alices, member(contract_b, mallory), carols)]
    assert references == ["A-100-0001", "A-100-0002", "B-200-0001", "A-100-0003"]


def test_the_contracts_tax_is_added_and_kept_with_the_order(carols: Membership) -> None:
    Contract.objects.update(tax_rate_bp=1_900, tax_name="VAT")
    carols.contract.refresh_from_db()
    order = buy(carols)
    Contract.objects.update(tax_rate_bp=0, tax_name="")
    order.refresh_from_db()
    assert (order.price_cents, order.tax_cents, order.total_cents) == (148_500, 28_215, 176_715)
    assert (order.tax_name, order.tax_rate_bp) == ("VAT", 1_900)


@pytest.mark.parametrize(
    ("cents", "rate", "tax"), [(0, 1900, 0), (100, 1900, 19), (250, 770, 19), (250, 780, 20), (1, 5000, 1)]
)
def test_tax_is_rounded_to_cents_half_up(cents: int, rate: int, tax: int) -> None:
    assert tax_of(cents, rate) == tax


def test_an_order_waits_for_its_approval_for_30_days(carols: Membership, alices: Membership, shared_a: Pool) -> None:
    limit(carols, 0)
    waiting = buy(carols)
    assert waiting.expires_at is not None
    assert waiting.expires_at - waiting.created_at == timedelta(days=30)
    Order.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(OrderExpired):
        approve(idempotency=fresh_key(), membership=alices, order_id=waiting.id)
    assert figures(shared_a) == (0, 0, 0, 0)


def test_what_nobody_approved_paid_or_ordered_lapses_and_what_was_invoiced_does_not(carols: Membership) -> None:
    kept, to_be_paid = draft(carols), buy(carols, provider="stripe")
    carols.contract.pays_first = True
    invoiced = buy(carols)
    limit(carols, 0)
    waiting = buy(carols)
    assert expire_orders(at=timezone.now() + timedelta(days=1)) == 0
    assert expire_orders(at=timezone.now() + timedelta(days=3)) == 1
    assert expire_orders(at=timezone.now() + timedelta(days=31)) == 2
    found = {order.id: order.status for order in Order.objects.all()}
    assert {found[order.id] for order in (kept, to_be_paid, waiting)} == {"expired"}
    assert found[invoiced.id] == "invoiced"
    assert AuditEvent.objects.filter(action="order.expired", actor=None).count() == 3
    with pytest.raises(OrderExpired):
        cancel(membership=carols, order_id=waiting.id)


def test_who_has_something_to_approve_or_pay_is_told_just_that(carols: Membership, alices: Membership) -> None:
    limit(carols, 0)
    limit(alices, 0)
    theirs, own = buy(carols), buy(alices)
    assert [order.id for order in to_approve(alices)] == [theirs.id]
    assert not to_approve(carols).exists()
    Membership.objects.filter(id=carols.id).update(role="end_user")
    assert {order.id for order in to_approve(alices)} == {theirs.id, own.id}
    limit(alices, 10**9)
    card = buy(alices, provider="stripe")
    assert [order.id for order in to_pay(alices)] == [card.id]
