"""Individual Tokens and Shared Tokens: what a pool has, when it expires, what happened to it.

Source: InfraWorks seed, "You can click on a category, such as Individual Tokens or Shared Tokens".
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from ledger.models import Pool
from ledger.rights import Right
from reporting.access import ReportingRequest, Viewer, for_members
from reporting.events import read_events
from reporting.tokens import Pools, read_pool, read_pools
from reporting.views.common import number, page


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


def _pool_page(request: ReportingRequest, viewer: Viewer, pools: Pools, pool: Pool | None, *, tab: str) -> HttpResponse:
    context = {
        "pool": pool,
        "is_shared": tab == "shared-tokens",
        "has_shared": pools.has_shared_tokens,
        "report": read_pool(pool, viewer) if pool else None,
        "events": read_events(pool, viewer, before=number(request, "before")) if pool else None,
    }
    return page(request, viewer, "tokens", context, tab=tab)
