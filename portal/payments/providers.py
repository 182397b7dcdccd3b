"""Which provider takes the store's money, and what is done with a message of one. For pages and the API."""

from collections.abc import Mapping
from typing import Any, Final

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from ledger import order_payments
from ledger.models import Order
from ledger.order_states import INVOICE
from portal.payments.base import Provider, ProviderError

# By name, because Stripe's library is large and few sites need it.
PROVIDERS: Final = {
    INVOICE: "portal.payments.invoice.Invoice",
    "dummy": "portal.payments.dummy.Dummy",
    "stripe": "portal.payments.card.StripeCheckout",
}
log = structlog.get_logger(__name__)


def store_provider() -> str:
    """Return the name of who takes the store's money."""
    return settings.PAYMENT_PROVIDER


def provider_named(name: str) -> Provider | None:
    """Return a provider that this site works with: the store's, and invoices always."""
    if name not in (INVOICE, settings.PAYMENT_PROVIDER):
        return None
    made: Any = import_string(PROVIDERS[name])
    provider: Provider = made()
    return provider


def withdraw(order: Order, *, back: str) -> None:
    """Tell the provider of a given-up order that nobody shall pay it; a provider who is away is only logged."""
    provider = provider_named(order.provider)
    if provider is None:
        return
    try:
        provider.withdraw(order, back=back)
    except ProviderError as error:
        log.warning("payment.not_withdrawn", order=str(order.id), error=str(error))


def receive(provider: Provider, body: bytes, headers: Mapping[str, str]) -> Order | None:
    """Believe a provider's message, if it is one, and let what it paid arrive; None when it is about nothing of ours.

    Raises:
        BadMessage: it is not the provider's.
        NotFound: there is no such order.
        InvalidRequest: the payment does not fit the order.
        LedgerBusy: the provider shall tell it again.
    """
    payment = provider.read(body, headers)
    if payment is None:
        return None
    order = order_payments.receive(payment)
    log.info("order.paid", order=str(order.id), provider=provider.name, status=order.status)
    return order
