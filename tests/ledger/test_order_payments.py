"""Money for orders: the tokens arrive with it, exactly once, and never for an order that was given up."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from ledger.errors import AlreadyDecided, ContractExpired, InvalidRequest, NotFound
from ledger.ids import new_id
from ledger.models import AuditEvent, Contract, Lot, Membership, Order, Pack, Pool
from ledger.order_payments import Payment, deliver, receive, record_payment
from ledger.orders import approve, cancel, place
from ledger.verification import differences
from tests.cast import fresh_key
from tests.ledger.at_once import at_once
from tests.ledger.steps import figures


@pytest.fixture
def carols(contract_a: Contract, carol: User, member) -> Membership:
    return member(contract_a, carol)


def buy(membership: Membership, **wanted: object) -> Order:
    """Order one pack of 500 tokens (1,485.00), to be paid by card."""
    pack = Pack.objects.get(code="500")
    given = {"provider": "stripe", "pack": pack, **wanted}
    return place(idempotency=fresh_key(), membership=membership, **given).order


def money(order: Order, **otherwise: object) -> Payment:
    told = {"provider": "stripe", "reference": "pi_1", "amount_cents": order.total_cents, "currency": "usd"}
    return Payment(order_id=order.id, **told | otherwise)


def test_tokens_wait_for_the_money_and_arrive_with_it(carols: Membership, shared_a: Pool) -> None:
    order = buy(carols)
    assert (order.status, figures(shared_a)) == ("placed", (0, 0, 0, 0))
    paid = receive(money(order))
    assert (paid.status, paid.payment_reference, figures(shared_a)[0]) == ("fulfilled", "pi_1", 500)
    assert AuditEvent.objects.get(action="order.paid").detail == "pi_1"
    assert list(differences()) == []


def test_money_that_is_told_of_twice_buys_once(carols: Membership, shared_a: Pool) -> None:
    order = buy(carols)
    assert [receive(money(order)).status for _ in range(3)] == ["fulfilled"] * 3
    assert figures(shared_a)[0] == 500
    assert AuditEvent.objects.filter(action="order.paid").count() == 1


def test_an_order_paid_twice_is_noticed(carols: Membership, shared_a: Pool) -> None:
    order = buy(carols)
    for reference in ("pi_1", "pi_2", "pi_2"):
        receive(money(order, reference=reference))
    assert figures(shared_a)[0] == 500
    assert AuditEvent.objects.get(action="order.paid_again").detail == "pi_2"


@pytest.mark.django_db(transaction=True)
def test_money_that_is_told_of_four_times_at_once_buys_once(carols: Membership) -> None:
    order = buy(carols)
    assert at_once(*[lambda: receive(money(order)).status] * 4) == ["fulfilled"] * 4
    assert Lot.objects.count() == 1
    assert list(differences()) == []


@pytest.mark.django_db(transaction=True)
def test_money_and_a_cancelling_at_once_leave_tokens_or_a_note_for_the_operators(carols: Membership) -> None:
    order = buy(carols)
    answers = at_once(lambda: receive(money(order)).status, lambda: cancel(membership=carols, order_id=order.id).status)
    assert answers in (["fulfilled", "already_decided"], ["paid", "cancelled"])
    assert Lot.objects.count() == (1 if answers[0] == "fulfilled" else 0)
    assert list(differences()) == []


@pytest.mark.parametrize(
    ("otherwise", "refusal"),
    [
        ({"amount_cents": 1}, InvalidRequest),
        ({"currency": "eur"}, InvalidRequest),
        ({"provider": "invoice"}, NotFound),
        ({"order_id": new_id()}, NotFound),
    ],
)
def test_money_that_does_not_fit_the_order_is_refused(carols: Membership, otherwise, refusal) -> None:
    order = buy(carols)
    told = {"order_id": order.id, "provider": "stripe", "reference": "pi", "amount_cents": 148_500, "currency": "USD"}
    with pytest.raises(refusal):
        receive(Payment(**told | otherwise))
    assert Order.objects.get().status == "placed"


def test_an_order_that_waits_for_its_approval_cannot_be_paid(contract_a: Contract, carols: Membership) -> None:
    carols.contract.approval_limit_cents = 0
    order = buy(carols)
    with pytest.raises(InvalidRequest):
        receive(money(order))


def test_an_approved_order_is_paid_after_that(
    contract_a: Contract, carols: Membership, alice: User, member, shared_a: Pool
) -> None:
    carols.contract.approval_limit_cents = 0
    order = buy(carols)
    done = approve(idempotency=fresh_key(), membership=member(contract_a, alice), order_id=order.id).order
    assert (done.status, figures(shared_a)[0]) == ("placed", 0)
    assert receive(money(order)).status == "fulfilled"
    assert figures(shared_a)[0] == 500


def test_money_for_an_order_that_was_given_up_moves_nothing_until_an_operator_delivers_it(
    carols: Membership, olga: User, shared_a: Pool
) -> None:
    order = buy(carols)
    cancel(membership=carols, order_id=order.id)
    assert receive(money(order)).status == "paid"
    assert figures(shared_a)[0] == 0
    assert deliver(operator=olga, order_id=order.id).status == "fulfilled"
    assert figures(shared_a)[0] == 500
    with pytest.raises(AlreadyDecided):
        deliver(operator=olga, order_id=order.id)
    assert list(differences()) == []


def test_money_after_the_contracts_end_moves_nothing(carols: Membership, olga: User, shared_a: Pool) -> None:
    order = buy(carols)
    Contract.objects.filter(id=order.contract_id).update(ends_at=timezone.now() - timedelta(days=1))
    assert receive(money(order)).status == "paid"
    with pytest.raises(ContractExpired):
        deliver(operator=olga, order_id=order.id)
    assert figures(shared_a)[0] == 0


def test_an_invoice_brings_its_tokens_at_once_and_is_paid_later(carols: Membership, olga: User, shared_a: Pool) -> None:
    order = buy(carols, provider="invoice")
    assert (order.status, figures(shared_a)[0]) == ("fulfilled", 500)
    for _ in range(2):
        assert record_payment(operator=olga, order_id=order.id, reference="bank 7").paid_at is not None
    assert AuditEvent.objects.get(action="order.paid").actor == olga
    assert figures(shared_a)[0] == 500


def test_who_pays_first_gets_the_tokens_with_the_payment(carols: Membership, olga: User, shared_a: Pool) -> None:
    carols.contract.pays_first = True
    carols.contract.save()
    order = buy(carols, channel="direct", purchase_order="PO-7")
    assert (order.status, order.provider, figures(shared_a)[0]) == ("invoiced", "invoice", 0)
    for _ in range(2):
        assert record_payment(operator=olga, order_id=order.id, reference="bank 7").status == "fulfilled"
    assert figures(shared_a)[0] == 500


def test_only_invoices_are_paid_by_hand(carols: Membership, olga: User) -> None:
    with pytest.raises(NotFound):
        record_payment(operator=olga, order_id=buy(carols).id, reference="cash")
