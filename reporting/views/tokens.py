"""Individual Tokens, Shared Tokens, Token events and Expiring: what pools have, what happened, what they will lose.

Source: InfraWorks seed, "You can click on a category, such as Individual Tokens or Shared Tokens".
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from ledger.models import Pool
from ledger.rights import Right
from reporting.access import ReportingRequest, Viewer, for_members
from reporting.event_filters import read_event_filter
from reporting.events import read_events
from reporting.expiring import read_expiring
from reporting.links import kinds_of, presets_of
from reporting.tokens import Pools, read_pool, read_pools
from reporting.views.common import kept_by, number, page, uuid
from reporting.views.pools import choose_pool
from reporting.views.usage import today


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Send who clicks on Reporting to their own tokens."""
    return redirect("reporting:individual-tokens")


@require_safe
@for_members(Right.OWN_USE)
def individual_tokens(request: ReportingRequest, viewer: Viewer) -> HttpResponse:
    """Show the viewer's own pool on the contract; there is none before the first token."""
    pools = read_pools(viewer)
    return _pool_page(request, viewer, pools, pools.own, tab="individual-tokens")


@require_safe
@for_members(Right.SHARED_BALANCE)
def shared_tokens(request: ReportingRequest, viewer: Viewer) -> HttpResponse:
    """Show the contract's pool to who may use or administer it."""
    pools = read_pools(viewer)
    return _pool_page(request, viewer, pools, pools.shared, tab="shared-tokens")


@require_safe
@for_members(Right.OWN_USE)
def token_events(request: ReportingRequest, viewer: Viewer) -> HttpResponse:
    """Show what changed a pool: granted, purchased, allocated, expired, adjusted and refunded tokens."""
    pools = read_pools(viewer)
    pool, choices = choose_pool(viewer, pools, uuid(request, "pool"))
    chosen = read_event_filter(request.GET, today=today(), pool=pool.pk if pool else None)
    before = number(request, "before")
    found = None
    if pool and not chosen.errors:
        found = read_events(pool, viewer, before=before, kinds=chosen.kinds, period=chosen.period())
    context = {
        "filter": chosen,
        "pool": pool,
        "pools": choices,
        "presets": presets_of(chosen, today()),
        "kinds": kinds_of(chosen),
        "has_shared": pools.has_shared_tokens,
        "events": found,
        "query": chosen.query(),
    }
    status = 400 if chosen.errors else 200
    return page(request, viewer, "events", context, tab="token-events", status=status, kept=kept_by(viewer))


@require_safe
@for_members(Right.OWN_USE)
def expiring(request: ReportingRequest, viewer: Viewer) -> HttpResponse:
    """Show the lots that will expire, soonest first: of one's pools, or of everyone's on the contract."""
    everyone = viewer.sees_everyone and request.GET.get("scope", "contract") == "contract"
    context = {"everyone": everyone, "expiring": read_expiring(viewer, everyone=everyone)}
    return page(request, viewer, "expiring", context, tab="expiring", kept=kept_by(viewer))


def _pool_page(request: ReportingRequest, viewer: Viewer, pools: Pools, pool: Pool | None, *, tab: str) -> HttpResponse:
    context = {
        "pool": pool,
        "is_shared": tab == "shared-tokens",
        "has_shared": pools.has_shared_tokens,
        "report": read_pool(pool, pools.balances[pool.pk], viewer) if pool else None,
        "events": read_events(pool, viewer, before=number(request, "before")) if pool else None,
        "all_query": f"pool={pool.pk}&range=all" if pool else "",
    }
    return page(request, viewer, "tokens", context, tab=tab)
