"""Services, rates and packs as answers show them: the rate card."""

from typing import Any

from rest_framework import serializers

from ledger.models import Category, Pack, Rate, RefundPolicy, Service
from portal.api.answers.values import AmountShape, InstantShape, amount, instant, instant_or_none, money, page_of


class RateAnswer(serializers.Serializer[Any]):
    """A price: `amount` per started `step`, at least `minimum`."""

    id = serializers.UUIDField()
    service = serializers.CharField()
    unit = serializers.CharField()
    amount = AmountShape()
    step = AmountShape(help_text="How much of the unit one step covers.")
    minimum = AmountShape()
    covered_by = serializers.CharField(help_text="Why the price is zero, where it is.")
    source = serializers.CharField(  # type: ignore[assignment]  # a field takes the name over
        help_text="Where the figure comes from: seed, help or demo."
    )
    effective_from = InstantShape()
    effective_until = InstantShape(allow_null=True)


RatePage = page_of(RateAnswer)


def rate(found: Rate) -> dict[str, Any]:
    """Return a rate's JSON; load it with its service."""
    return {
        "id": str(found.id),
        "service": found.service.code,
        "unit": found.service.unit,
        "amount": amount(found.amount_mt),
        "step": amount(found.step_m),
        "minimum": amount(found.minimum_mt),
        "covered_by": found.covered_by,
        "source": found.source,
        "effective_from": instant(found.effective_from),
        "effective_until": instant_or_none(found.effective_until),
    }


class ServiceAnswer(serializers.Serializer[Any]):
    """A cloud service that is charged per unit, with its rate at the instant asked for."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    product = serializers.CharField()
    category = serializers.ChoiceField(Category.choices)
    unit = serializers.CharField()
    refund_policy = serializers.ChoiceField(RefundPolicy.choices)
    hold_timeout_s = serializers.IntegerField(allow_null=True)
    rate = RateAnswer(allow_null=True)


ServicePage = page_of(ServiceAnswer)


def service(found: Service, its_rate: Rate | None) -> dict[str, Any]:
    """Return a service's JSON; load it with its product."""
    return {
        "id": str(found.id),
        "code": found.code,
        "name": found.name,
        "product": found.product.name,
        "category": found.category,
        "unit": found.unit,
        "refund_policy": found.refund_policy,
        "hold_timeout_s": found.hold_timeout_s,
        "rate": rate(its_rate) if its_rate else None,
    }


class PackAnswer(serializers.Serializer[Any]):
    """A number of tokens that can be bought at a price."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    amount = AmountShape()
    price = serializers.CharField()
    currency = serializers.CharField()


PackPage = page_of(PackAnswer)


def pack(found: Pack) -> dict[str, Any]:
    """Return a pack's JSON."""
    return {
        "id": str(found.id),
        "code": found.code,
        "name": found.name,
        "amount": amount(found.amount_mt),
        "price": money(found.price_cents),
        "currency": found.currency,
    }
