"""Orders as answers show them."""

from typing import Any

from rest_framework import serializers

from ledger.models import Channel, Order, OrderStatus
from portal.api.answers.values import AmountShape, InstantShape, amount, instant, instant_or_none, money, page_of


class OrderAnswer(serializers.Serializer[Any]):
    """A purchase of packs; once `fulfilled`, its tokens are in the contract's shared pool."""

    id = serializers.UUIDField()
    contract = serializers.UUIDField()
    pack = serializers.CharField()
    quantity = serializers.IntegerField()
    amount = AmountShape()
    price = serializers.CharField()
    tax = serializers.CharField(help_text="On the price; `total` is what is paid.")
    total = serializers.CharField()
    currency = serializers.CharField()
    channel = serializers.ChoiceField(Channel.choices)
    purchase_order = serializers.CharField()
    status = serializers.ChoiceField(OrderStatus.choices)
    ordered_by = serializers.CharField()
    approved_by = serializers.CharField(allow_null=True)
    created_at = InstantShape()
    fulfilled_at = InstantShape(allow_null=True)
    cancelled_at = InstantShape(allow_null=True)


OrderPage = page_of(OrderAnswer)


def order(found: Order) -> dict[str, Any]:
    """Return an order's JSON; load it with its pack and its people."""
    return {
        "id": str(found.id),
        "contract": str(found.contract_id),
        "pack": found.pack.code,
        "quantity": found.quantity,
        "amount": amount(found.amount_mt),
        "price": money(found.price_cents),
        "tax": money(found.tax_cents),
        "total": money(found.total_cents),
        "currency": found.currency,
        "channel": found.channel,
        "purchase_order": found.purchase_order,
        "status": found.status,
        "ordered_by": found.ordered_by.email,
        "approved_by": found.approved_by.email if found.approved_by else None,
        "created_at": instant(found.created_at),
        "fulfilled_at": instant_or_none(found.fulfilled_at),
        "cancelled_at": instant_or_none(found.cancelled_at),
    }
