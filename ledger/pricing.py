"""Prices: which rate is in effect, and what a quantity costs by it. Source: DOMAIN, "Rate card"."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from ledger.errors import NotFound
from ledger.models import Rate, Service


def rates_at(at: datetime) -> QuerySet[Rate]:
    """Return the rate card as of an instant, with services and products."""
    in_effect = Q(effective_until__isnull=True) | Q(effective_until__gt=at)
    rates = Rate.objects.filter(in_effect, effective_from__lte=at).select_related("service__product")
    return rates.order_by("service__product__name", "service__name", "service_id")


def rate_at(*, service_id: UUID, at: datetime) -> Rate:
    """Return the service's rate in effect at an instant.

    Raises:
        NotFound: the service had no rate then.
    """
    rate = rates_at(at).filter(service_id=service_id).order_by("-effective_from").first()
    if rate is None:
        raise NotFound("This service has no rate at that time.", field="service")
    return rate


def price_mt(*, rate: Rate, quantity_m: int) -> int:
    """Return what a quantity (thousandths of the unit) costs in milli-tokens: every started step counts whole."""
    return price_of(quantity_m, rate.amount_mt, rate.step_m, rate.minimum_mt)


def price_of(quantity_m: int, amount_mt: int, step_m: int, minimum_mt: int) -> int:
    """Return the price in milli-tokens by a rate's figures."""
    steps = -(-quantity_m // step_m)
    return max(minimum_mt, steps * amount_mt)


def find_service(code_or_id: str) -> Service:
    """Return the active service with this code or id.

    Raises:
        NotFound: there is none.
    """
    wanted = Q(code=code_or_id)
    with suppress(ValueError):
        wanted |= Q(id=UUID(code_or_id))
    service = Service.objects.filter(wanted, active=True).select_related("product").first()
    if service is None:
        raise NotFound("There is no such service.", field="service")
    return service
