"""Buying tokens: buyers only, once, approved where the contract says so."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from ledger.models import Contract, Order, Pack, Pool
from ledger.orders import create_activation_code
from tests.api.caller import Api, ok, problem

HUNDRED = {"pack": "100", "channel": "store"}
NO_ORDER = "0190a000-0000-7000-8000-000000000000"


@pytest.fixture
def limited(contract_a: Contract) -> Contract:
    """Orders above 500.00 need the administrator's approval."""
    contract_a.approval_limit_cents = 50_000
    contract_a.save()
    return contract_a


def test_an_order_becomes_tokens_of_the_shared_pool_exactly_once(as_carol: Api, shared_a: Pool, carol: User) -> None:
    order = ok(as_carol.post("/orders", {**HUNDRED, "quantity": 2}, key="once"), 201)
    assert (order["status"], order["amount"], order["price"], order["ordered_by"]) == (
        "fulfilled",
        "200",
        "600.00",
        carol.email,
    )
    again = as_carol.post("/orders", {**HUNDRED, "quantity": 2}, key="once")
    assert (ok(again, 201), again["Idempotent-Replayed"]) == (order, "true")
    assert ok(as_carol.get(f"/pools/{shared_a.id}"))["available"] == "200"
    assert ok(as_carol.get(f"/orders/{order['id']}")) == order
    assert ok(as_carol.get("/orders"))["results"] == [order]


def test_who_may_not_buy_is_told_who_may(as_bob: Api, alice: User) -> None:
    refused = problem(as_bob.post("/orders", HUNDRED), 403, "buyers_only")
    assert alice.email in str(refused["administrators"])


def test_a_pack_is_named_by_code_or_id(as_alice: Api) -> None:
    pack = ok(as_alice.get("/packs"))["results"][0]
    assert ok(as_alice.post("/orders", {**HUNDRED, "pack": pack["id"]}), 201)["pack"] == pack["code"]
    problem(as_alice.post("/orders", {**HUNDRED, "pack": "pack-1"}), 404, "not_found")
    assert "pack" in problem(as_alice.post("/orders", {"channel": "store"}), 400, "invalid")["errors"]


def test_direct_sales_need_a_purchase_order(as_alice: Api) -> None:
    refused = problem(as_alice.post("/orders", {**HUNDRED, "channel": "direct"}), 400, "invalid")
    assert list(refused["errors"]) == ["purchase_order"]
    order = ok(as_alice.post("/orders", {**HUNDRED, "channel": "direct", "purchase_order": "PO 7"}), 201)
    assert order["purchase_order"] == "PO 7"


def test_an_activation_code_works_once(as_alice: Api) -> None:
    code = create_activation_code(pack=Pack.objects.get(code="500"))
    body = {"channel": "reseller", "activation_code": code}
    assert ok(as_alice.post("/orders", body), 201)["amount"] == "500"
    used = problem(as_alice.post("/orders", body), 400, "invalid_activation_code")
    unknown = problem(as_alice.post("/orders", {**body, "activation_code": "AAAA"}), 400, "invalid_activation_code")
    assert used == unknown


def test_an_order_over_the_limit_waits_for_the_administrator(
    limited: Contract, as_carol: Api, as_alice: Api, shared_a: Pool
) -> None:
    order = ok(as_carol.post("/orders", {**HUNDRED, "quantity": 2}), 201)
    assert order["status"] == "awaiting_approval"
    problem(as_carol.post(f"/orders/{order['id']}/approve"), 403, "forbidden")
    approved = ok(as_alice.post(f"/orders/{order['id']}/approve", key="once"))
    assert (approved["status"], approved["approved_by"]) == ("fulfilled", "alice@example.com")
    assert ok(as_alice.post(f"/orders/{order['id']}/approve", key="once")) == approved
    problem(as_alice.post(f"/orders/{order['id']}/approve"), 409, "already_decided")
    assert ok(as_alice.get(f"/pools/{shared_a.id}"))["available"] == "200"


def test_nobody_approves_an_order_of_their_own(limited: Contract, as_alice: Api) -> None:
    order = ok(as_alice.post("/orders", {**HUNDRED, "quantity": 2}), 201)
    problem(as_alice.post(f"/orders/{order['id']}/approve"), 403, "own_decision")


def test_a_waiting_order_may_be_cancelled(limited: Contract, as_carol: Api, as_alice: Api) -> None:
    order = ok(as_carol.post("/orders", {**HUNDRED, "quantity": 2}), 201)
    assert ok(as_carol.post(f"/orders/{order['id']}/cancel", key=None))["status"] == "cancelled"
    assert ok(as_carol.post(f"/orders/{order['id']}/cancel", key=None))["status"] == "cancelled"
    problem(as_alice.post(f"/orders/{order['id']}/approve"), 409, "already_decided")
    assert ok(as_alice.get("/orders", status="cancelled"))["results"][0]["id"] == order["id"]


def test_a_service_client_orders_for_a_buyer_and_decides_nothing(
    limited: Contract, as_desktop: Api, bob: User, carol: User
) -> None:
    problem(as_desktop.post("/orders", HUNDRED), 400, "user_required")
    problem(as_desktop.post("/orders", {**HUNDRED, "user": bob.email}), 403, "buyers_only")
    order = ok(as_desktop.post("/orders", {**HUNDRED, "quantity": 2, "user": carol.email}), 201)
    problem(as_desktop.post(f"/orders/{order['id']}/approve"), 403, "forbidden")


def test_other_contracts_orders_are_none(as_alice: Api, as_mallory: Api, as_bob: Api) -> None:
    order = ok(as_alice.post("/orders", HUNDRED), 201)
    for caller in (as_mallory, as_bob):
        for call in (caller.get, lambda path, caller=caller: caller.post(path + "/approve")):
            there, nowhere = call(f"/orders/{order['id']}"), call(f"/orders/{NO_ORDER}")
            problem(there, 404, "not_found")
            assert there.content == nowhere.content
        assert ok(caller.get("/orders"))["results"] == []


def test_a_browser_buys_only_after_a_fresh_sign_in(contract_a: Contract, alice: User) -> None:
    browser = Client()
    browser.force_login(alice)
    problem(Api(client=browser).post("/orders", HUNDRED), 403, "reauthentication_required")
    browser.post("/accounts/reauthenticate/", {"password": "secret-alice"})
    ok(Api(client=browser).post("/orders", HUNDRED), 201)


def test_a_browser_approves_only_after_a_fresh_sign_in(limited: Contract, as_carol: Api, alice: User) -> None:
    order = ok(as_carol.post("/orders", {**HUNDRED, "quantity": 2}), 201)
    browser = Client()
    browser.force_login(alice)
    approve = f"/orders/{order['id']}/approve"
    problem(Api(client=browser).post(approve), 403, "reauthentication_required")
    browser.post("/accounts/reauthenticate/", {"password": "secret-alice"})
    assert ok(Api(client=browser).post(approve))["status"] == "fulfilled"


def test_an_order_shows_its_tax_and_what_is_paid_in_all(contract_a: Contract, as_carol: Api) -> None:
    Contract.objects.update(tax_rate_bp=1_900)
    order = ok(as_carol.post("/orders", HUNDRED), 201)
    assert (order["price"], order["tax"], order["total"]) == ("300.00", "57.00", "357.00")


def test_an_order_that_waited_too_long_is_not_approved(limited: Contract, as_carol: Api, as_alice: Api) -> None:
    order = ok(as_carol.post("/orders", {**HUNDRED, "quantity": 2}), 201)
    Order.objects.update(expires_at=timezone.now())
    problem(as_alice.post(f"/orders/{order['id']}/approve"), 409, "order_expired")
