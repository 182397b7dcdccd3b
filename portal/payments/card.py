"""Card payments through Stripe Checkout: a session per order, and signed messages when one was paid.

Loaded only where PAYMENT_PROVIDER says so. Source: Stripe's documentation, "Fulfill orders", and its Python library.
"""

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
SITE: Final = "counting-house"


class StripeCheckout:
    """Stripe, with the site's own keys. `api_base` is for tests, which ask a server of their own."""

    name = "stripe"

    def __init__(self, *, secret_key: str = "", webhook_secret: str = "", api_base: str = "") -> None:
        self._webhook_secret = webhook_secret or settings.STRIPE_WEBHOOK_SECRET
        bases: Any = {"api": api_base} if api_base else None
        self._client = stripe.StripeClient(
            secret_key or settings.STRIPE_SECRET_KEY, base_addresses=bases, max_network_retries=2
        )

    def payment_address(self, order: Order, *, back: str) -> str:
        """Return the address of the order's Checkout session; asked again, Stripe answers with the same one."""
        try:
            session = self._client.v1.checkout.sessions.create(
                _session(order, back), {"idempotency_key": f"{SITE}:{order.id}"}
            )
        except stripe.StripeError as error:
            raise ProviderError(str(error)) from error
        if not session.url:
            raise ProviderError("Stripe gave no address to pay at.")
        return session.url

    def read(self, body: bytes, headers: Mapping[str, str]) -> Payment | None:
        """Return the payment of a paid session of ours."""
        try:
            event = stripe.Webhook.construct_event(body, headers.get(SIGNATURE), self._webhook_secret)
        except (ValueError, stripe.SignatureVerificationError) as error:
            raise BadMessage from error
        session: Any = event.data.object
        ours = event.type in PAID_EVENTS and (session.metadata or {}).get("site") == SITE
        if not ours or session.payment_status != "paid":
            return None
        return Payment(
            order_id=UUID(session.client_reference_id),
            provider=self.name,
            reference=str(session.payment_intent or session.id),
            amount_cents=session.amount_total,
            currency=session.currency,
        )


def _session(order: Order, back: str) -> Any:
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
