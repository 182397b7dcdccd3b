"""The interface of a payment provider: where an order is paid, and how a message that it was is read and believed."""

from collections.abc import Mapping
from typing import Protocol

from ledger.models import Order
from ledger.order_payments import Payment


class ProviderError(Exception):
    """The provider could not be reached or refused; nothing was paid."""


class BadMessage(Exception):
    """A message that is not the provider's: unsigned, wrongly signed, too old or unreadable."""


class Provider(Protocol):
    """Takes money for orders. An order whose provider asks for none is delivered at once."""

    name: str

    def payment_address(self, order: Order, *, back: str) -> str:
        """Return where the buyer pays the order, before coming back to the address `back`. Safe to repeat.

        Raises:
            ProviderError: the provider could not be reached.
        """

    def withdraw(self, order: Order, *, back: str) -> None:
        """Let a given-up order not be paid any more, as far as that can be had; called with the same `back`.

        Raises:
            ProviderError: it could not be had. Money that comes all the same is noted, and an operator decides.
        """

    def read(self, body: bytes, headers: Mapping[str, str]) -> Payment | None:
        """Return the payment that a message tells of; None when it is about something else.

        Raises:
            BadMessage: it is not the provider's.
        """
