"""Subscriptions for the tests of gifts and benefits."""

from datetime import datetime

from django.contrib.auth.models import User

from ledger.models import Contract, GiftRule, Product, Seat, Subscription
from tests.ledger.steps import START


def subscribe(
    contract: Contract,
    *users: User | None,
    length: str = "annual",
    product: str = "InfraWorks",
    serial_number: str = "SN-1",
    starts_at: datetime = START,
    ends_at: datetime | None = None,
) -> Subscription:
    """Subscribe the contract to a product, with a seat for each of `users`; None is a free seat."""
    subscription = Subscription.objects.create(
        contract=contract,
        product=Product.objects.get(name=product),
        rule=GiftRule.objects.get(length=length),
        serial_number=serial_number,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    for number, user in enumerate(users, start=1):
        Seat.objects.create(subscription=subscription, number=number, user=user)
    return subscription
