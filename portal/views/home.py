"""Home: balances at a glance, and what needs this person."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ledger.models import Job
from ledger.rights import Right, rights_of
from portal.access import anybody_signed_in
from portal.job_lines import lines_of
from portal.membership import SignedInRequest
from portal.needs import needs_of
from portal.pools import PoolLine, pool_lines
from reporting.charts import Arc
from reporting.standing import LOW, NOTHING, Standing, arcs_of, percent_of, standings

RECENT = 5


@dataclass(frozen=True, slots=True)
class Card:
    """One pool at a glance."""

    pool: PoolLine
    standing: Standing

    @property
    def level(self) -> str:
        return self.standing.level(self.pool.balance)

    @property
    def is_low(self) -> bool:
        return self.level == LOW

    @property
    def percent(self) -> int:
        return percent_of(self.pool.balance)

    @property
    def arcs(self) -> list[Arc]:
        return arcs_of(self.pool.balance)


@require_safe
@anybody_signed_in
def home(request: SignedInRequest) -> HttpResponse:
    membership = request.membership
    if membership is None:
        return render(request, "portal/home_without_contract.html")
    pools = pool_lines(membership)
    standing = standings([pool.id for pool in pools], now=_as_of(pools))
    mine = Job.objects.filter(contract_id=membership.contract_id, user=request.user).select_related("service")
    context = {
        "pools_at_a_glance": pools,
        "cards": [Card(pool, standing.get(pool.id, NOTHING)) for pool in pools],
        "needs": needs_of(membership, pools, standing),
        "lines": list(lines_of(mine.order_by("-created_at", "-id")[:RECENT], request.user)),
        "may_buy": Right.BUY in rights_of(membership),
    }
    return render(request, "portal/home.html", context)


def _as_of(pools: list[PoolLine]) -> datetime:
    """Return the instant that the balances are true for."""
    return max((pool.balance.as_of for pool in pools), default=timezone.now()).astimezone(UTC)
