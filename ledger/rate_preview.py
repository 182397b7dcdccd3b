"""What a rate card would have cost in a month that has passed: the jobs as they were, at other rates. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Sum

from ledger.models import Job, Service
from ledger.pricing import price_of, rates_at


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a rate: milli-tokens for each started step (thousandths of the unit), at least `minimum_mt`."""

    amount_mt: int
    step_m: int
    minimum_mt: int


@dataclass(slots=True)
class Line:
    """One service in a period: its charged jobs, what they cost (milli-tokens), and what they would have."""

    service: Service
    jobs: int = 0
    quantity_m: int = 0
    then_mt: int = 0
    now_mt: int = 0
    has_rate: bool = True

    @property
    def difference_mt(self) -> int:
        """What more it would have cost; below zero, less."""
        return self.now_mt - self.then_mt

    @property
    def per_cent(self) -> float | None:
        """The difference in per cent of what it cost; None where it cost nothing."""
        return 100 * self.difference_mt / self.then_mt if self.then_mt else None


NOTHING: Final[Mapping[UUID, Figures]] = {}


def preview(*, start: datetime, end: datetime, at: datetime, instead: Mapping[UUID, Figures] = NOTHING) -> list[Line]:
    """Return a line for each service that was charged between `start` and `end`, at the rates in effect at `at`.

    `instead` are figures that replace a service's rate. Counted are jobs that were started in the period and had a
    result, at their whole price and before refunds, of all contracts together.
    """
    card = {rate.service_id: Figures(rate.amount_mt, rate.step_m, rate.minimum_mt) for rate in rates_at(at)}
    card |= instead
    lines = {service.id: Line(service) for service in Service.objects.select_related("product")}
    charged = Job.objects.filter(created_at__gte=start, created_at__lt=end, first_result_at__isnull=False)
    found = charged.order_by().values_list("service_id", "quantity_m").annotate(Count("pk"), Sum("price_mt"))
    for service_id, quantity_m, jobs, price_mt in found:
        line, figures = lines[service_id], card.get(service_id)
        line.jobs += jobs
        line.quantity_m += quantity_m * jobs
        line.then_mt += price_mt
        line.has_rate = figures is not None
        if figures:
            line.now_mt += jobs * price_of(quantity_m, figures.amount_mt, figures.step_m, figures.minimum_mt)
    return [line for line in lines.values() if line.jobs]
