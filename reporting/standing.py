"""How pools stand: what was granted in their live lots, and what expires soon. For pages and mails; reads only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Min, Q, Sum
from django.db.models.functions import Coalesce

from ledger.balances import Balance, unexpired
from ledger.models import Lot
from reporting.charts import Arc, donut
from reporting.lots import ALERT_DAYS

GOOD, LOW, NONE = "good", "low", "none"


def is_low(available_mt: int, *, granted_mt: int) -> bool:
    """Tell whether of what was granted in the live lots 20 % or less is available.

    Source: DOMAIN, "green only while available exceeds 20 % of what was granted in the live lots".
    """
    return available_mt * 5 <= granted_mt


@dataclass(frozen=True, slots=True)
class Standing:
    """Milli-tokens of one pool: granted in live lots, spent ones included, and expiring within ALERT_DAYS.

    `expires_first_at` is when the first of those expire, if any do.
    """

    granted_mt: int = 0
    expiring_mt: int = 0
    expires_first_at: datetime | None = None

    def level(self, balance: Balance) -> str:
        """Return GOOD or LOW; NONE before the first token."""
        if not is_low(balance.available_mt, granted_mt=self.granted_mt):
            return GOOD
        return LOW if balance.total_mt else NONE


NOTHING: Final = Standing()


def standings(pool_ids: Collection[UUID], *, now: datetime) -> dict[UUID, Standing]:
    """Return how the pools with live lots stand at `now`, with one statement."""
    live = Lot.objects.filter(unexpired(now), pool_id__in=pool_ids)
    soon = Q(usable_until__lte=now + timedelta(days=ALERT_DAYS), exhausted=False, remaining_mt__gt=0)
    sums = (
        live.order_by()
        .values("pool_id")
        .annotate(
            granted_mt=Sum("amount_mt"),
            expiring_mt=Coalesce(Sum("remaining_mt", filter=soon), 0),
            expires_first_at=Min("usable_until", filter=soon),
        )
        .values_list("pool_id", "granted_mt", "expiring_mt", "expires_first_at")
    )
    return {pool_id: Standing(*figures) for pool_id, *figures in sums}


def arcs_of(balance: Balance) -> list[Arc]:
    """Return the donut of a balance."""
    parts = ("available", "held", "used", "expired")
    return donut([(name, getattr(balance, f"{name}_mt")) for name in parts])


def percent_of(balance: Balance) -> int:
    """Return how much of the total is available, as the ring shows it."""
    return 100 * balance.available_mt // balance.total_mt if balance.total_mt else 0
