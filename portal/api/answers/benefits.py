"""Enablings of subscription benefits as answers show them."""

from typing import Any

from rest_framework import serializers

from ledger.models import Benefit, BenefitStatus, Service
from portal.api.answers.values import InstantShape, instant, instant_or_none, page_of


class BenefitAnswer(serializers.Serializer[Any]):
    """One user's enabling of one subscription's benefits."""

    id = serializers.UUIDField()
    contract = serializers.UUIDField()
    product = serializers.CharField(allow_null=True)
    user = serializers.CharField()
    status = serializers.ChoiceField(BenefitStatus.choices)
    reason = serializers.CharField()
    requested_at = InstantShape()
    decided_by = serializers.CharField(allow_null=True)
    decided_at = InstantShape(allow_null=True)


BenefitPage = page_of(BenefitAnswer)


class EligibleAnswer(serializers.Serializer[Any]):
    """A cloud service that enabled benefits open."""

    code = serializers.CharField()
    name = serializers.CharField()
    product = serializers.CharField()


class EnablingAnswer(serializers.Serializer[Any]):
    """What was enabled, or waits for a decision, and the services that are open now."""

    benefits = BenefitAnswer(many=True)
    services = EligibleAnswer(many=True)


def benefit(found: Benefit) -> dict[str, Any]:
    """Return an enabling's JSON; load it with its people and its subscription's product."""
    return {
        "id": str(found.id),
        "contract": str(found.contract_id),
        "product": found.subscription.product.name if found.subscription else None,
        "user": found.user.email,
        "status": found.status,
        "reason": found.reason,
        "requested_at": instant(found.requested_at),
        "decided_by": found.decided_by.email if found.decided_by else None,
        "decided_at": instant_or_none(found.decided_at),
    }


def enabling(benefits: list[Benefit], services: list[Service]) -> dict[str, Any]:
    """Return the JSON of an attempt to enable benefits."""
    return {
        "benefits": [benefit(found) for found in benefits],
        "services": [{"code": found.code, "name": found.name, "product": found.product.name} for found in services],
    }
