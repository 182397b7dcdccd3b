"""Behind a figure: the jobs that were charged or refunded, and the ledger entries behind a job."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from ledger.models import Job, Pool, PoolKind
from ledger.rights import Right
from reporting.access import ReportingRequest, Viewer, for_members
from reporting.filters import UsageFilter
from reporting.journal import Page, read_charges, read_entries, read_entries_of_job
from reporting.tables import presets_of, removals_of, scopes_of
from reporting.usage import usage
from reporting.views.common import number, page
from reporting.views.usage import asked_for, today


@require_safe
@for_members(Right.OWN_USE)
def jobs(request: ReportingRequest, viewer: Viewer) -> HttpResponse:
    """Show the charges and refunds that a figure of the usage page adds up."""
    chosen = asked_for(request, viewer)
    context = {
        "filter": chosen,
        "query": chosen.query(),
        "presets": presets_of(chosen, today()),
        "scopes": scopes_of(chosen) if viewer.sees_everyone else [],
        "removals": removals_of(chosen),
    }
    if not chosen.errors:
        scope, period = chosen.scope(viewer), chosen.period()
        context["charges"] = read_charges(scope=scope, period=period, before=number(request, "before"))
        context["report"] = usage(scope=scope, from_at=period.from_at, to_at=period.to_at)
    return page(request, viewer, "jobs", context, tab="individual-usage", status=400 if chosen.errors else 200)


@require_safe
@for_members(Right.OWN_USE)
def entries(request: ReportingRequest, viewer: Viewer) -> HttpResponse:
    """Show the ledger's entries: of one job, of one pool, or of the whole contract."""
    job = _job(viewer, _uuid(request, "job"))
    pool = _pool(viewer, _uuid(request, "pool"))
    if job is None and pool is None and not viewer.sees_everyone:
        raise PermissionDenied("Your role does not include the contract's books.")
    chosen = asked_for(request, viewer)
    found = Page((), None) if chosen.errors else _entries(request, viewer, chosen, job, pool)
    context = {"filter": chosen, "job": job, "pool": pool, "entries": found, "query": _query(request)}
    return page(request, viewer, "entries", context, tab="individual-usage", status=400 if chosen.errors else 200)


def _entries(
    request: ReportingRequest, viewer: Viewer, chosen: UsageFilter, job: Job | None, pool: Pool | None
) -> Page:
    if job is not None:
        return read_entries_of_job(contract_id=viewer.contract_id, job_id=job.pk)
    return read_entries(
        contract_id=viewer.contract_id,
        period=chosen.period(),
        pool_id=pool.pk if pool else None,
        before=number(request, "before"),
    )


def _job(viewer: Viewer, job_id: UUID | None) -> Job | None:
    if job_id is None:
        return None
    seen = Job.objects.filter(contract_id=viewer.contract_id).select_related("service", "user")
    if not viewer.sees_everyone:
        seen = seen.filter(user_id=viewer.user_id)
    return get_object_or_404(seen, pk=job_id)


def _pool(viewer: Viewer, pool_id: UUID | None) -> Pool | None:
    """Return the pool if its every entry may be seen: the shared one's tell what others used."""
    if pool_id is None:
        return None
    pool = get_object_or_404(Pool.objects.select_related("user"), pk=pool_id, contract_id=viewer.contract_id)
    if viewer.sees_everyone or pool.user_id == viewer.user_id:
        return pool
    if pool.kind == PoolKind.SHARED:
        raise PermissionDenied("Your role does not include the contract's books.")
    raise Http404


def _uuid(request: ReportingRequest, name: str) -> UUID | None:
    text = request.GET.get(name, "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Http404 from None


def _query(request: ReportingRequest) -> str:
    parameters = request.GET.copy()
    parameters.pop("before", None)
    return parameters.urlencode()
