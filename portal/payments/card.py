"""Card payments through Stripe Checkout: a session per order, and signed messages when one was paid.

Loaded only where PAYMENT_PROVIDER says so. Source: Stripe's documentation, "Fulfill orders", and its Python library.
"""

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import stripe
from django.conf import settings

from ledger.models import Order
from ledger.order_payments import Payment
from portal.payments.base import BadMessage, ProviderError

PAID_EVENTS: Final = ("checkout.session.completed", "checkout.session.async_payment_succeeded")
SIGNATURE: Final = "Stripe-Signature"
PATIENCE_S: Final = 8
SITE: Final = "counting-house"


class StripeCheckout:
    """Stripe, with the site's own keys. `api_base` is for tests, which ask a server of their own."""

    name = "stripe"

    def __init__(self, *, secret_key: str = "", webhook_secret: str = "", api_base: str = "") -> None:
        self._webhook_secret = webhook_secret or settings.STRIPE_WEBHOOK_SECRET
        bases: Any = {"api": api_base} if api_base else None
        self._client = stripe.StripeClient(
            secret_key or settings.STRIPE_SECRET_KEY,
            base_addresses=bases,
            max_network_retries=1,
            http_client=stripe.RequestsClient(timeout=PATIENCE_S),
        )

    def payment_address(self, order: Order, *, back: str) -> str:
        """Return the address of the order's Checkout session; asked again, Stripe answers with the same one."""
        session = self._session(order, back)
        if not session.url:
            raise ProviderError("Stripe gave no address to pay at.")
        address: str = session.url
        return address

    def withdraw(self, order: Order, *, back: str) -> None:
        """Let the order's session expire at once."""
        session = self._session(order, back)
        try:
            self._client.v1.checkout.sessions.expire(session.id)
        except stripe.StripeError as error:
            raise ProviderError(str(error)) from error

    def _session(self, order: Order, back: str) -> Any:
        """Return the order's session: the order's id is the key under which Stripe makes it once."""
        key = f"{SITE}:{order.id}"
        try:
            return self._client.v1.checkout.sessions.create(_wanted(order, back), {"idempotency_key": key})
        except stripe.StripeError as error:
            raise ProviderError(str(error)) from error

    def read(self, body: bytes, headers: Mapping[str, str]) -> Payment | None:
        """Return the payment of a paid session of ours."""
        try:
            stripe.Webhook.construct_event(body, headers.get(SIGNATURE), self._webhook_secret)
            event: Any = json.loads(body)
            return _payment(event["data"]["object"]) if event["type"] in PAID_EVENTS else None
        except (KeyError, TypeError, ValueError, stripe.SignatureVerificationError) as error:
            raise BadMessage from error


def _payment(session: dict[str, Any]) -> Payment | None:
    """Return the payment of a session; None for those of other sites on the same account, and before the money."""
    if (session.get("metadata") or {}).get("site") != SITE or session["payment_status"] != "paid":
        return None
    return Payment(
        order_id=UUID(session["client_reference_id"]),
        provider=StripeCheckout.name,
        reference=str(session.get("payment_intent") or session["id"]),
        amount_cents=session["amount_total"],
        currency=session["currency"],
    )


def _wanted(order: Order, back: str) -> Any:
    """Return what Stripe is to ask for: the packs, and the tax as a line of its own, in cents."""
    lines = [_line(order, f"{order.pack.name} ({order.contract.name})", order.pack_cents, order.quantity)]
    if order.tax_cents:
        lines.append(_line(order, order.tax_name or "Tax", order.tax_cents, 1))
    return {
        "mode": "payment",
        "client_reference_id": str(order.id),
        "customer_email": order.ordered_by.email,
        "metadata": {"site": SITE, "order": order.reference},
        "line_items": lines,
        "success_url": f"{back}?paid",
        "cancel_url": back,
    }


def _line(order: Order, name: str, cents: int, quantity: int) -> dict[str, Any]:
    price = {"currency": order.currency.lower(), "unit_amount": cents, "product_data": {"name": name}}
    return {"price_data": price, "quantity": quantity}
