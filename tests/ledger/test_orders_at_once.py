"""Orders, approvals and activation codes that meet at the same moment."""

import pytest
from django.contrib.auth.models import User

from ledger.models import Contract, Lot, Membership, Order, Pack
from ledger.orders import approve, cancel, create_activation_code, place
from ledger.verification import differences
from tests.cast import fresh_key
from tests.ledger.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def carols(contract_a: Contract, carol: User, member) -> Membership:
    return member(contract_a, carol)


def test_a_code_used_at_once_on_two_contracts_works_on_one(
    carols: Membership, contract_b: Contract, mallory: User, member
) -> None:
    code = create_activation_code(pack=Pack.objects.get(code="100"))

    def use(membership: Membership) -> str:
        answer = place(idempotency=fresh_key(), membership=membership, channel="reseller", activation_code=code)
        return answer.order.status

    theirs = member(contract_b, mallory)
    answers = at_once(*[lambda buyer=buyer: use(buyer) for buyer in (carols, theirs, carols, theirs)])
    assert sorted(answers) == ["fulfilled", *["invalid_activation_code"] * 3]
    assert (Order.objects.count(), Lot.objects.count()) == (1, 1)
    assert list(differences()) == []


def test_a_code_sent_four_times_with_one_key_is_answered_four_times(carols: Membership) -> None:
    code, key = create_activation_code(pack=Pack.objects.get(code="100")), fresh_key()
    wanted = {"idempotency": key, "membership": carols, "channel": "reseller", "activation_code": code}
    answers = at_once(*[lambda: place(**wanted).order.id] * 4)
    assert answers == [Order.objects.get().id] * 4


def test_an_order_approved_and_cancelled_at_once_is_one_of_both(
    carols: Membership, contract_a: Contract, alice: User, member
) -> None:
    Contract.objects.update(approval_limit_cents=0)
    alices = member(contract_a, alice)
    carols.contract.refresh_from_db()
    waiting = place(idempotency=fresh_key(), membership=carols, pack=Pack.objects.get(code="100")).order
    answers = at_once(
        lambda: approve(idempotency=fresh_key(), membership=alices, order_id=waiting.id).order.status,
        lambda: approve(idempotency=fresh_key(), membership=alices, order_id=waiting.id).order.status,
        lambda: cancel(membership=carols, order_id=waiting.id).status,
    )
    is_fulfilled = Order.objects.get().status == "fulfilled"
    assert answers.count("already_decided") == 2
    assert Lot.objects.count() == (1 if is_fulfilled else 0)
    assert list(differences()) == []
