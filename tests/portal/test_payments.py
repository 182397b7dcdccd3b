"""Payment providers: Stripe with messages that the test signs itself, the dummy, and what is not believed."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest
import stripe
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import Client

from ledger.balances import balance
from ledger.models import Contract, Lot, Membership, Order, Pack, Pool
from ledger.orders import place
from portal.payments.base import ProviderError
from portal.payments.card import StripeCheckout
from portal.payments.checks import require_settings
from portal.payments.providers import provider_named
from tests.cast import fresh_key
from tests.ledger.at_once import at_once
from tests.portal.conftest import SignIn
from tests.portal.pages import page, text_of

SECRET = "whsec_of_the_test"
HOOK = "/payments/stripe/"


@pytest.fixture
def by_stripe(settings: LazySettings) -> None:
    settings.PAYMENT_PROVIDER = "stripe"
    settings.STRIPE_SECRET_KEY = "sk_of_the_test"
    settings.STRIPE_WEBHOOK_SECRET = SECRET


@pytest.fixture
def order(by_stripe: None, contract_a: Contract, carol: User, member) -> Order:
    """Carol's order of two packs of 100 tokens, to be paid by card."""
    Contract.objects.update(tax_rate_bp=1_900, tax_name="VAT")
    membership: Membership = member(contract_a, carol)
    pack = Pack.objects.get(code="100")
    return place(idempotency=fresh_key(), membership=membership, pack=pack, quantity=2, provider="stripe").order


def event(order: Order, **otherwise: object) -> dict[str, object]:
    """What Stripe says of a paid session."""
    session = {
        "id": "cs_1",
        "object": "checkout.session",
        "client_reference_id": str(order.id),
        "metadata": {"site": "counting-house"},
        "payment_status": "paid",
        "payment_intent": "pi_1",
        "amount_total": order.total_cents,
        "currency": "usd",
    }
    kind = otherwise.pop("type", "checkout.session.completed")
    return {"id": "evt_1", "object": "event", "type": kind, "data": {"object": session | otherwise}}


def told(what: dict[str, object], *, secret: str = SECRET, at: int | None = None) -> HttpResponse:
    """Send it as Stripe does, signed."""
    body = json.dumps(what)
    signature = stripe.WebhookSignature.generate_signature_header(body, secret, at)
    client = Client(enforce_csrf_checks=True, headers={"Stripe-Signature": signature})
    return client.post(HOOK, body, content_type="application/json")


def test_a_signed_message_lets_the_tokens_arrive_once(order: Order, shared_a: Pool) -> None:
    assert [told(event(order)).status_code for _ in range(2)] == [200, 200]
    order.refresh_from_db()
    assert (order.status, order.payment_reference) == ("fulfilled", "pi_1")
    assert balance(shared_a.id).available_mt == 200_000


@pytest.mark.django_db(transaction=True)
def test_two_messages_at_once_let_the_tokens_arrive_once(order: Order) -> None:
    assert at_once(*[lambda: told(event(order)).status_code] * 2) == [200, 200]
    assert Lot.objects.count() == 1


def test_what_stripe_did_not_sign_or_signed_long_ago_is_not_believed(order: Order) -> None:
    body = json.dumps(event(order))
    client = Client()
    assert client.post(HOOK, body, content_type="application/json").status_code == 400
    assert told(event(order), secret="whsec_of_another").status_code == 400
    assert told(event(order), at=1_600_000_000).status_code == 400
    assert client.post(HOOK, b"\xff\x00", content_type="text/plain").status_code == 400
    assert Order.objects.get().status == "placed"


def test_a_message_about_something_else_changes_nothing(order: Order) -> None:
    assert told(event(order, type="invoice.paid")).status_code == 200
    assert told(event(order, payment_status="unpaid")).status_code == 200
    assert told(event(order, metadata={"site": "another"})).status_code == 200
    assert Order.objects.get().status == "placed"


def test_a_payment_over_another_amount_is_refused_aloud(order: Order) -> None:
    assert told(event(order, amount_total=1)).status_code == 409
    assert Order.objects.get().status == "placed"


def test_nobody_tells_a_site_of_a_provider_that_it_does_not_have(contract_a: Contract) -> None:
    assert Client().post(HOOK, "{}", content_type="application/json").status_code == 404
    assert Client().post("/payments/invoice/", "{}", content_type="application/json").status_code == 400
    assert provider_named("dummy") is None


class Stripe(BaseHTTPRequestHandler):
    """Answers on loopback as Stripe's API does, and remembers what it was asked."""

    asked: list[tuple[dict[str, str], dict[str, list[str]]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.asked.append((dict(self.headers), parse_qs(body) | {"path": [self.path]}))
        answer = {"id": "cs_1", "object": "checkout.session", "url": "https://checkout.example/cs_1"}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def api() -> Iterator[str]:
    Stripe.asked.clear()
    server = HTTPServer(("127.0.0.1", 0), Stripe)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_stripe_is_asked_for_the_whole_total_once_per_order(order: Order, api: str) -> None:
    checkout = StripeCheckout(secret_key="sk_of_the_test", webhook_secret=SECRET, api_base=api)
    address = checkout.payment_address(order, back="https://site.example/order/")
    assert address == "https://checkout.example/cs_1"
    ((headers, asked),) = Stripe.asked
    amounts = [int(value[0]) for name, value in sorted(asked.items()) if name.endswith("[unit_amount]")]
    assert amounts == [30_000, 11_400]
    assert asked["line_items[0][quantity]"] == ["2"]
    assert 2 * amounts[0] + amounts[1] == order.total_cents
    assert asked["client_reference_id"] == [str(order.id)]
    assert headers["Idempotency-Key"] == f"counting-house:{order.id}"


def test_an_order_that_is_given_up_cannot_be_paid_at_stripe_any_more(order: Order, api: str) -> None:
    checkout = StripeCheckout(secret_key="sk_of_the_test", webhook_secret=SECRET, api_base=api)
    checkout.withdraw(order, back="https://site.example/order/")
    paths = [asked["path"][0] for _, asked in Stripe.asked]
    assert paths == ["/v1/checkout/sessions", "/v1/checkout/sessions/cs_1/expire"]


def test_a_stripe_that_is_away_is_said_and_nothing_is_lost(order: Order, carol: User, sign_in: SignIn) -> None:
    nobody = StripeCheckout(secret_key="sk", webhook_secret=SECRET, api_base="http://127.0.0.1:9")
    with pytest.raises(ProviderError):
        nobody.payment_address(order, back="https://site.example/")
    assert Order.objects.get().status == "placed"


def test_the_dummy_is_paid_on_its_page_and_brings_the_tokens(
    settings: LazySettings, contract_a: Contract, carol: User, sign_in: SignIn, shared_a: Pool
) -> None:
    settings.PAYMENT_PROVIDER = "dummy"
    client = sign_in(carol, fresh=True)
    store = f"{page('confirm-order')}?pack=100&quantity=1&channel=store"
    shown = client.get(store)
    form = {name: shown.context["form"][name].value() for name in ("key", "contract")}
    placed = client.post(store, {**form, "total_cents": "30000"}, follow=True)
    assert "Pay USD 300.00" in text_of(placed)
    order = Order.objects.get()
    pay = client.get(page("pay-order", order_id=order.id), follow=True)
    assert "no money moves" in text_of(pay)
    receipt = client.post(page("dummy-payment", order_id=order.id), follow=True)
    assert "Receipt" in text_of(receipt)
    assert balance(shared_a.id).available_mt == 100_000
    forged = Client().post("/payments/dummy/", b"{}", content_type="application/json")
    assert forged.status_code == 400


@pytest.mark.parametrize(
    "wrong", [{"PAYMENT_PROVIDER": "cowries"}, {"PAYMENT_PROVIDER": "dummy"}, {"PAYMENT_PROVIDER": "stripe"}]
)
def test_a_site_that_could_take_no_money_does_not_start(settings: LazySettings, wrong: dict[str, str]) -> None:
    require_settings()
    for name, value in wrong.items():
        setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match="PAYMENT_PROVIDER"):
        require_settings()
