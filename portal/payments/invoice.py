"""Payment by invoice: nothing is paid here. An operator records later that the money came."""

from collections.abc import Mapping

from ledger.models import Order
from ledger.order_payments import Payment
from ledger.order_states import INVOICE
from portal.payments.base import BadMessage, ProviderError


class Invoice:
    """The provider that is always there, and the default."""

    name = INVOICE

    def payment_address(self, order: Order, *, back: str) -> str:
        """Refuse: an invoice has no page where it is paid."""
        raise ProviderError("Invoices are paid outside this site.")

    def withdraw(self, order: Order, *, back: str) -> None:
        """Do nothing: there is no page to close."""

    def read(self, body: bytes, headers: Mapping[str, str]) -> Payment | None:
        """Refuse: nobody sends messages about invoices."""
        raise BadMessage
