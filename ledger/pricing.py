"""Prices: which rate is in effect, and what a quantity costs by it. Source: DOMAIN, "Rate card"."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from ledger.models import Rate


def rates_at(at: datetime) -> QuerySet[Rate]:
    """Return the rate card as of an instant, with services and products: of each service the latest rate in effect."""
    in_effect = Rate.objects.filter(Q(effective_until=None) | Q(effective_until__gt=at), effective_from__lte=at)
    later = in_effect.filter(service=OuterRef("service"), effective_from__gt=OuterRef("effective_from"))
    rates = in_effect.exclude(Exists(later)).select_related("service__product")
    return rates.order_by("service__product__name", "service__name", "service_id")


def price_of(quantity_m: int, amount_mt: int, step_m: int, minimum_mt: int) -> int:
    """Return what a quantity (thousandths of the unit) costs by a rate's figures, in milli-tokens."""
    return max(minimum_mt, steps_of(quantity_m, step_m) * amount_mt)


def steps_of(quantity_m: int, step_m: int) -> int:
    """Return how many steps a quantity takes; every started one counts whole."""
    return -(-quantity_m // step_m)


def tax_of(price_cents: int, rate_bp: int) -> int:
    """Return the tax on a price in cents at a rate in hundredths of a per cent; half a cent is rounded up."""
    return (price_cents * rate_bp + 5_000) // 10_000
