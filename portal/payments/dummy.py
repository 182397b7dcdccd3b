"""A provider for demonstrations and tests: its page is one of this site's, and no money moves."""

import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from ledger.models import Order
from ledger.order_payments import Payment
from portal.payments.base import BadMessage

SIGNATURE: Final = "X-Dummy-Signature"


class Dummy:
    """Behaves as a real provider does: a page to pay on, then a signed message."""

    name = "dummy"

    def payment_address(self, order: Order, *, back: str) -> str:
        """Return the page that stands for the provider's."""
        return reverse("portal:dummy-payment", kwargs={"order_id": order.id})

    def withdraw(self, order: Order, *, back: str) -> None:
        """Do nothing: its page looks at the order."""

    def message(self, order: Order) -> tuple[bytes, dict[str, str]]:
        """Return the body and the headers by which the order is told to be paid."""
        told = {"order": str(order.id), "amount": order.total_cents, "currency": order.currency}
        body = json.dumps({**told, "reference": f"demo-{order.id.hex[-8:]}"}).encode()
        return body, {SIGNATURE: _sign(body)}

    def read(self, body: bytes, headers: Mapping[str, str]) -> Payment | None:
        """Return the payment of a message that this site made itself."""
        if not hmac.compare_digest(_sign(body).encode(), headers.get(SIGNATURE, "").encode()):
            raise BadMessage
        told = json.loads(body)
        return Payment(
            order_id=UUID(told["order"]),
            provider=self.name,
            reference=told["reference"],
            amount_cents=told["amount"],
            currency=told["currency"],
        )


def _sign(body: bytes) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), b"dummy payment " + body, sha256).hexdigest()
