"""Behind a figure: the jobs that were charged or refunded, and the ledger entries behind a job or a sum."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from ledger.models import Account, Job, Kind, Pool
from ledger.rights import Right
from reporting.access import ReportingRequest, Viewer, for_members
from reporting.dates import days_in_query
from reporting.entry_filters import read_account, read_kinds
from reporting.filters import CONTRACT, OWN, UsageFilter
from reporting.journal import EntryFilter, Page, read_charges, read_entries, read_entries_of_job, sum_of
from reporting.links import presets_of, removals_of, scopes_of
from reporting.periods import ALWAYS
from reporting.replica import seen_at
from reporting.usage import usage
from reporting.views.common import asked, instant, number, page, uuid
from reporting.views.pools import entries_seen, pool_seen
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
    """Show the ledger's entries: of one job, of one pool or a part of it, or of the whole contract."""
    job = job_seen(viewer, uuid(request, "job"))
    pool = _pool(viewer, uuid(request, "pool"))
    if job is None and pool is None and not viewer.sees_everyone:
        raise PermissionDenied(gettext("Your role does not include the contract's books."))
    chosen = asked_for(request, viewer)
    wanted = _wanted(request, viewer, chosen, pool)
    is_part = bool(wanted.kinds or wanted.account)
    context = {
        "filter": chosen,
        "job": job,
        "pool": pool,
        "wanted": wanted,
        "kinds": [Kind(kind).label for kind in wanted.kinds],
        "account": Account(wanted.account).label if wanted.account else "",
        "entries": _entries(request, chosen, wanted, job),
        "sum_mt": sum_of(wanted) if is_part and not chosen.errors and job is None else None,
        "query": asked(request),
        "export_query": _export_query(viewer, chosen, wanted),
        "as_of": seen_at(),
    }
    return page(request, viewer, "entries", context, tab="individual-usage", status=400 if chosen.errors else 200)


def job_seen(viewer: Viewer, job_id: UUID | None) -> Job | None:
    """Return the job with what a page tells of it, if the viewer may see it; None if none is named.

    Raises:
        Http404: there is no such job on the contract, or it is another user's.
    """
    if job_id is None:
        return None
    seen = Job.objects.filter(contract_id=viewer.contract_id)
    seen = seen.select_related("service__product", "user", "rate", "quote", "pool__user")
    if not viewer.sees_everyone:
        seen = seen.filter(user_id=viewer.user_id)
    return get_object_or_404(seen, pk=job_id)


def _entries(request: ReportingRequest, chosen: UsageFilter, wanted: EntryFilter, job: Job | None) -> Page:
    if chosen.errors:
        return Page((), None)
    if job is not None:
        return read_entries_of_job(contract_id=wanted.contract_id, job_id=job.pk)
    return read_entries(wanted, before=number(request, "before"))


def _export_query(viewer: Viewer, chosen: UsageFilter, wanted: EntryFilter) -> str:
    """Return the filters as the export reads them: the entries that are shown, of all pages."""
    shown: list[tuple[str, str]] = [("scope", CONTRACT if viewer.sees_everyone else OWN)]
    shown += [("pool", str(wanted.pool_id))] if wanted.pool_id else []
    shown += [("kind", kind) for kind in wanted.kinds]
    shown += [("account", wanted.account)] if wanted.account else []
    if wanted.after or wanted.until:
        return urlencode([*shown, *((name, at.isoformat()) for name, at in _instants(wanted) if at)])
    return urlencode([*shown, *days_in_query(chosen.preset, chosen.first, chosen.last)])


def _instants(wanted: EntryFilter) -> tuple[tuple[str, datetime | None], ...]:
    return ("after", wanted.after), ("until", wanted.until)


def _wanted(request: ReportingRequest, viewer: Viewer, chosen: UsageFilter, pool: Pool | None) -> EntryFilter:
    after, until = instant(request, "after"), instant(request, "until")
    return EntryFilter(
        contract_id=viewer.contract_id,
        period=ALWAYS if after or until else chosen.period(),
        pool_id=pool.pk if pool else None,
        kinds=read_kinds(request.GET),
        account=read_account(request.GET),
        after=after,
        until=until,
    )


def _pool(viewer: Viewer, pool_id: UUID | None) -> Pool | None:
    pool = pool_seen(viewer, pool_id)
    if pool is not None and not entries_seen(viewer, pool):
        raise PermissionDenied(gettext("Your role does not include the contract's books."))
    return pool
