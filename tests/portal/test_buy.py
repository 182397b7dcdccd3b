"""Buying tokens: buyers only, for the contract that was shown, at the price that was shown, once."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from ledger.balances import balance
from ledger.models import Contract, Order, OrderStatus, Pack, Pool
from ledger.orders import create_activation_code
from portal.limits import BENEFIT_ATTEMPTS
from tests.portal.conftest import SignIn, World
from tests.portal.pages import fields_of, page, text_of

STORE = "?pack=500&quantity=2&channel=store"
DIRECT = "?pack=100&quantity=1&channel=direct"


@pytest.fixture
def client(carol: User, contract_a: Contract, sign_in: SignIn) -> Client:
    """Carol, who has just given her password."""
    return sign_in(carol, fresh=True)


def test_carol_chooses_confirms_and_gets_a_receipt(client: Client, shared_a: Pool) -> None:
    chosen = client.get(page("buy") + STORE)
    assert chosen.url == page("confirm-order") + STORE
    confirm = client.get(chosen.url)
    for words in ("Atelier Alpha", "A-100", "1,000 tokens", "USD 2,970.00"):
        assert words in text_of(confirm)
    receipt = client.post(chosen.url, fields_of(confirm), follow=True)
    assert "Receipt" in text_of(receipt)
    assert "1,000 tokens" in text_of(receipt)
    assert balance(shared_a.id).available_mt == 1_000_000
    assert str(Order.objects.get().id) in text_of(client.get(page("orders")))


def test_a_double_click_buys_once(client: Client, shared_a: Pool) -> None:
    form = fields_of(client.get(page("confirm-order") + STORE))
    first, second = (client.post(page("confirm-order") + STORE, form) for _ in range(2))
    assert first.url == second.url
    assert Order.objects.count() == 1
    assert balance(shared_a.id).available_mt == 1_000_000


def test_the_password_is_asked_for_again_before_buying(carol: User, contract_a: Contract, sign_in: SignIn) -> None:
    client = sign_in(carol)
    asked = client.get(page("confirm-order") + STORE)
    assert asked.url.startswith("/accounts/reauthenticate/?next=")
    back = client.post(asked.url, {"password": "secret-carol"})
    assert back.url == page("confirm-order") + STORE
    assert client.get(back.url).status_code == 200


def test_an_order_sent_too_late_is_shown_again_after_the_password(
    carol: User, contract_a: Contract, sign_in: SignIn
) -> None:
    form = fields_of(sign_in(carol, fresh=True).get(page("confirm-order") + STORE))
    stale = sign_in(carol)
    asked = stale.post(page("confirm-order") + STORE, form)
    assert asked.url.startswith("/accounts/reauthenticate/")
    assert Order.objects.count() == 0
    done = stale.post(asked.url, {"password": "secret-carol"})
    assert done.url == page("confirm-order") + STORE
    assert Order.objects.count() == 0


def test_bob_is_refused_and_told_who_can_buy(contract_a: Contract, bob: User, sign_in: SignIn) -> None:
    refused = sign_in(bob, fresh=True).get(page("buy"))
    assert refused.status_code == 403
    assert "Only contract administrators and software coordinators can buy tokens" in text_of(refused)
    assert "alice@example.com" in text_of(refused)


def test_direct_sales_need_a_purchase_order_number(client: Client) -> None:
    confirm = client.get(page("confirm-order") + DIRECT)
    form = fields_of(confirm)
    assert "required" in text_of(client.post(page("confirm-order") + DIRECT, {**form, "purchase_order": ""}))
    receipt = client.post(page("confirm-order") + DIRECT, {**form, "purchase_order": "PO-7"}, follow=True)
    assert "PO-7" in text_of(receipt)


def test_a_price_that_changed_meanwhile_is_shown_before_it_is_paid(client: Client) -> None:
    form = fields_of(client.get(page("confirm-order") + STORE))
    Pack.objects.filter(code="500").update(price_cents=200_000)
    answer = client.post(page("confirm-order") + STORE, form)
    assert "The price has changed" in text_of(answer)
    assert "USD 4,000.00" in text_of(answer)
    assert Order.objects.count() == 0
    client.post(page("confirm-order") + STORE, fields_of(answer))
    assert Order.objects.get().price_cents == 400_000


def test_a_form_for_another_contract_buys_nothing(client: Client, contract_b: Contract) -> None:
    form = fields_of(client.get(page("confirm-order") + STORE)) | {"contract": str(contract_b.id)}
    assert "You switched to another contract" in text_of(client.post(page("confirm-order") + STORE, form))
    assert Order.objects.count() == 0


def test_an_activation_code_works_once(client: Client, shared_a: Pool) -> None:
    code = create_activation_code(pack=Pack.objects.get(code="100"), quantity=3)
    form = fields_of(client.get(page("redeem-code"))) | {"activation_code": f" {code.lower()} "}
    assert "300 tokens" in text_of(client.post(page("redeem-code"), form, follow=True))
    again = fields_of(client.get(page("redeem-code"))) | {"activation_code": code}
    assert "This activation code is not valid" in text_of(client.post(page("redeem-code"), again))
    assert balance(shared_a.id).available_mt == 300_000


def test_guessing_activation_codes_is_slowed_down(client: Client) -> None:
    for _ in range(BENEFIT_ATTEMPTS):
        form = fields_of(client.get(page("redeem-code"))) | {"activation_code": "GUESS"}
        assert client.post(page("redeem-code"), form).status_code == 200
    stopped = client.post(page("redeem-code"), form)
    assert stopped.status_code == 429
    assert "Too many attempts" in text_of(stopped)
    assert int(stopped["Retry-After"]) > 0


def test_an_order_over_the_limit_waits_for_alice(
    world: World, carol: User, alice: User, shared_a: Pool, sign_in: SignIn
) -> None:
    before = balance(shared_a.id).available_mt
    assert world.order.status == OrderStatus.AWAITING_APPROVAL
    address = page("approve-order", order_id=world.order.id)
    assert address not in text_of(sign_in(carol).get(page("order", order_id=world.order.id)))
    client = sign_in(alice, fresh=True)
    assert address in text_of(client.get(page("order", order_id=world.order.id)))
    for _ in range(2):
        client.post(address)
    assert balance(shared_a.id).available_mt == before + 500_000


def test_a_waiting_order_can_be_cancelled_a_fulfilled_one_not(
    world: World, carol: User, alice: User, sign_in: SignIn
) -> None:
    sign_in(carol).post(page("cancel-order", order_id=world.order.id))
    world.order.refresh_from_db()
    assert world.order.status == OrderStatus.CANCELLED
    late = sign_in(alice, fresh=True).post(page("approve-order", order_id=world.order.id), follow=True)
    assert "already been decided" in text_of(late)
