"""What expires: lots with tokens left and an expiry, soonest first, and how much within some days. Reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from ledger.models import SPENDING_ORDER, Lot, PoolKind
from reporting.access import Viewer
from reporting.lots import LotLine, line_of

HORIZONS_DAYS: Final = (7, 30, 90, 365)
SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Due:
    """Milli-tokens that expire within so many days."""

    days: int
    amount_mt: int


@dataclass(frozen=True, slots=True)
class Expiring:
    """The answer as of an instant."""

    due: tuple[Due, ...]
    lots: tuple[LotLine, ...]
    has_more: bool
    as_of: datetime


def read_expiring(viewer: Viewer, *, everyone: bool) -> Expiring:
    """Return what expires of the viewer's pools, or of all pools of the contract, with two statements."""
    now = timezone.now()
    lots = _lots(viewer, now, everyone=everyone)
    sums = {f"in_{days}": _sum_within(now, days) for days in HORIZONS_DAYS}
    due = lots.order_by().aggregate(**sums)
    found = list(lots.select_related("pool__user").order_by(*SPENDING_ORDER)[: SHOWN + 1])
    return Expiring(
        due=tuple(Due(days, due[f"in_{days}"]) for days in HORIZONS_DAYS),
        lots=tuple(line_of(lot, now) for lot in found[:SHOWN]),
        has_more=len(found) > SHOWN,
        as_of=now,
    )


def _sum_within(now: datetime, days: int) -> Coalesce:
    return Coalesce(Sum("remaining_mt", filter=Q(usable_until__lte=now + timedelta(days=days))), 0)


def _lots(viewer: Viewer, now: datetime, *, everyone: bool) -> QuerySet[Lot]:
    seen = Q()
    if not everyone:
        seen = Q(pool__user_id=viewer.user_id)
        if viewer.sees_shared:
            seen |= Q(pool__kind=PoolKind.SHARED)
    return Lot.objects.filter(seen, contract_id=viewer.contract_id, exhausted=False, usable_until__gt=now)
