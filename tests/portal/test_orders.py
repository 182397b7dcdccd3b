"""The order pages: drafts, approval by a second person, what each state says, and asking those who may buy."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledger import orders
from ledger.models import AuditEvent, Contract, Membership, Order, OrderStatus, Pack
from portal.limits import BENEFIT_ATTEMPTS
from portal.models import Notice
from tests.cast import fresh_key
from tests.portal.conftest import SignIn, World
from tests.portal.pages import fields_of, page, text_of

STORE = "?pack=500&quantity=2&channel=store"
ASKED = {"tokens": "300", "reason": "The bridge needs forty more studies."}


def buy(membership: Membership, count: int = 1) -> None:
    for _ in range(count):
        pack = Pack.objects.get(code="100")
        orders.place(idempotency=fresh_key(), membership=membership, pack=pack)


def test_a_draft_is_kept_found_again_and_ordered(carol: User, contract_a: Contract, sign_in: SignIn) -> None:
    client = sign_in(carol, fresh=True)
    form = fields_of(client.get(page("confirm-order") + STORE)) | {"do": "draft"}
    kept = client.post(page("confirm-order") + STORE, form, follow=True)
    assert "Nothing is ordered" in text_of(kept)
    draft = Order.objects.get()
    assert str(draft.id) in text_of(client.get(page("buy")))
    address = f"{page('confirm-order')}{STORE}&draft={draft.id}"
    assert address.replace("&", "&amp;") in text_of(kept)
    done = client.post(address, fields_of(client.get(address)), follow=True)
    assert "Receipt A-100-0001" in text_of(done)
    assert Order.objects.get().id == draft.id


def test_an_order_over_the_limit_waits_for_a_second_person(
    carol: User, alice: User, contract_a: Contract, sign_in: SignIn
) -> None:
    Contract.objects.update(approval_limit_cents=0, tax_rate_bp=1_900, tax_name="VAT")
    client = sign_in(carol, fresh=True)
    confirm = client.get(page("confirm-order") + STORE)
    assert "a second person, the administrator, approves it" in text_of(confirm)
    assert "USD 3,534.30" in text_of(confirm)
    waiting = text_of(client.post(page("confirm-order") + STORE, fields_of(confirm), follow=True))
    assert "Yes, approve it" not in waiting
    assert "a second person has to approve it" in waiting
    assert "Waiting for your approval" not in text_of(client.get(page("orders")))
    alices = sign_in(alice, fresh=True)
    assert "Waiting for your approval" in text_of(alices.get(page("orders")))
    order = Order.objects.get()
    done = alices.post(page("approve-order", order_id=order.id), follow=True)
    assert "Receipt A-100-0001" in text_of(done)


@pytest.mark.parametrize("status", OrderStatus.values)
def test_every_state_is_shown_with_its_words(world: World, alice: User, sign_in: SignIn, status: str) -> None:
    now = world.order.created_at
    given = {"fulfilled_at": now if status == "fulfilled" else None, "paid_at": now if status == "paid" else None}
    Order.objects.filter(id=world.order.id).update(status=status, **given)
    client = sign_in(alice)
    shown = text_of(client.get(page("order", order_id=world.order.id)))
    assert str(OrderStatus(status).label) in shown
    assert ("Cancel the order" in shown) == (status in ("awaiting_approval", "placed", "invoiced"))
    assert ("Approve this order?" in shown) == (status == "awaiting_approval")
    listed = text_of(client.get(page("orders"), {"status": status}))
    assert str(world.order.id) in listed


def test_an_empty_list_says_what_to_do_next(alice: User, contract_a: Contract, sign_in: SignIn) -> None:
    client = sign_in(alice)
    assert "Nothing was ordered yet" in text_of(client.get(page("orders")))
    assert "No order has this status" in text_of(client.get(page("orders") + "?status=paid"))
    Pack.objects.update(active=False)
    assert "No pack is on sale" in text_of(client.get(page("buy")))


def test_the_pages_of_buying_cost_few_statements_whatever_was_bought(
    alice: User, contract_a: Contract, sign_in: SignIn, member: Callable[..., Membership]
) -> None:
    client, alices = sign_in(alice, fresh=True), member(contract_a, alice)
    client.get("/")
    buy(alices)
    few = costs(client)
    buy(alices, 30)
    alices.contract.approval_limit_cents = 0
    buy(alices, 5)
    many = costs(client)
    assert max(few + many) <= 12
    assert few == many or max(many) <= 12


def costs(client: Client) -> list[int]:
    order = Order.objects.filter(status="fulfilled").latest("created_at")
    addresses = [
        *(page("buy"), page("orders"), page("order", order_id=order.id), page("options")),
        *(page("confirm-order") + STORE, page("redeem-code")),
    ]
    found = []
    for address in addresses:
        with CaptureQueriesContext(connection) as statements:
            assert client.get(address).status_code == 200
        found.append(len(statements))
    return found


def test_bob_asks_those_who_may_buy_and_they_get_a_mail(bob: User, contract_a: Contract, sign_in: SignIn) -> None:
    client = sign_in(bob)
    refused = client.get(page("buy"))
    assert refused.status_code == 403
    form = fields_of(refused) | ASKED
    for _ in range(2):
        done = client.post(page("ask-to-buy"), form, follow=True)
    assert "Your request is on its way to Alice, Carol" in text_of(done)
    mails = Notice.objects.filter(kind="tokens_wanted")
    assert {mail.user.username for mail in mails} == {"alice", "carol"}
    assert "300" in mails[0].body
    assert ASKED["reason"] in mails[0].body
    assert AuditEvent.objects.get(action="tokens.asked_for").actor == bob


def test_asking_is_slowed_down_and_incomplete_requests_are_shown_again(
    bob: User, contract_a: Contract, sign_in: SignIn
) -> None:
    client = sign_in(bob)
    assert "required" in text_of(client.post(page("ask-to-buy"), {"contract": str(contract_a.id)}))
    for _ in range(BENEFIT_ATTEMPTS):
        form = fields_of(client.get(page("ask-to-buy"))) | ASKED
        assert client.post(page("ask-to-buy"), form).status_code == 302
    form = fields_of(client.get(page("ask-to-buy"))) | ASKED
    assert client.post(page("ask-to-buy"), form).status_code == 429
