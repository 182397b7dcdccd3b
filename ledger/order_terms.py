"""What can be ordered, and what it costs a contract. For ledger/orders.py, and for pages that show it beforehand."""

from typing import Final
from uuid import UUID

from ledger.errors import InvalidRequest
from ledger.ids import new_id
from ledger.models import Channel, Membership, Order, Pack
from ledger.order_states import INVOICE
from ledger.pricing import tax_of
from ledger.texts import check_text

QUANTITY_LIMIT: Final = 1000


def new_order(
    membership: Membership,
    pack: Pack | None,
    quantity: int,
    channel: str,
    purchase_order: str,
    *,
    order_id: UUID | None,
    is_draft: bool = False,
) -> Order:
    """Return an order, not saved and without its price.

    Raises:
        InvalidRequest: the pack, the quantity, the channel or the purchase order number.
    """
    if channel not in Channel:
        raise InvalidRequest("Buy in the store, through a reseller or by direct sales.", field="channel")
    purchase_order = check_text(purchase_order, field="purchase_order", limit=100)
    if channel == Channel.DIRECT and not purchase_order and not is_draft:
        raise InvalidRequest("Direct sales need your purchase order number.", field="purchase_order")
    if not 1 <= quantity <= QUANTITY_LIMIT:
        raise InvalidRequest(f"Order 1 to {QUANTITY_LIMIT} packs.", field="quantity")
    if channel != Channel.RESELLER and (pack is None or not pack.active):
        raise InvalidRequest("Choose a pack.", field="pack")
    return Order(
        id=order_id or new_id(),
        contract=membership.contract,
        pack=pack,
        quantity=quantity,
        channel=channel,
        purchase_order=purchase_order,
        ordered_by=membership.user,
    )


def price_order(order: Order, provider: str, *, free: bool) -> None:
    """Set what the order costs: today's price, and the contract's tax on it. A reseller was paid already."""
    order.amount_mt = order.pack.amount_mt * order.quantity
    order.price_cents = 0 if free else order.pack.price_cents * order.quantity
    order.currency = order.pack.currency
    order.tax_rate_bp, order.tax_name = order.contract.tax_rate_bp, order.contract.tax_name
    order.tax_cents = tax_of(order.price_cents, order.tax_rate_bp)
    order.provider = "" if free else INVOICE if order.channel == Channel.DIRECT else provider


def is_over_limit(order: Order) -> bool:
    """Return whether an administrator has to approve the order: its price before tax is above the contract's limit."""
    limit = order.contract.approval_limit_cents
    return limit is not None and order.price_cents > limit
