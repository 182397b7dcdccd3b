"""Job status: the list, one job with what it drew and what happened to it, and Cancel.

Source: Fusion seed, "Cancel a generative task" and "Get a refund if a generative task fails".
"""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ledger import jobs as ledger_jobs
from ledger import refunds
from ledger.models import Job, Lot, RefundStatus
from ledger.rights import Right
from portal.access import requires
from portal.forms.jobs import JobFilterForm, ReasonForm, visible_jobs
from portal.job_lines import JobLine, lines_of
from portal.membership import MemberRequest
from portal.once import idempotency
from portal.paging import page_of
from portal.refusals import told

# Kept in the books, which are written in one language; pages translate it.
CANCELLED: Final = gettext_noop("Cancelled by its user")


@require_safe
@requires(Right.OWN_USE)
def job_list(request: MemberRequest) -> HttpResponse:
    """Show the jobs as filtered; while some are running, htmx asks again for the table alone."""
    form = JobFilterForm(request.GET, membership=request.membership)
    page = page_of(request, form.jobs(), time_field="created_at")
    lines = list(lines_of(page.rows, request.user))
    context = {
        "form": form,
        "page": page,
        "lines": lines,
        "running": sum(line.is_live for line in lines),
        "shows_all": form.shows_all,
        "query": request.GET.urlencode(),
        "now": timezone.now(),
    }
    return _whole_or_part(request, "portal/jobs.html", "portal/_jobs_live.html", context)


@require_safe
@requires(Right.OWN_USE)
def job_detail(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """Show one job; while it is running, htmx asks again for what changes."""
    job = get_object_or_404(visible_jobs(request.membership), id=job_id)
    return _whole_or_part(request, "portal/job.html", "portal/_job_live.html", _detail(request, job))


@require_POST
@requires(Right.OWN_USE)
def cancel_job(request: MemberRequest, job_id: UUID) -> HttpResponse:
    job = get_object_or_404(visible_jobs(request.membership), id=job_id, user=request.user)
    with told(request):
        # One key for the job: cancelling it twice is cancelling it once.
        answer = ledger_jobs.cancel(idempotency=idempotency(request, job.id), job_id=job.id, reason=CANCELLED)
        messages.success(request, _cancelled(answer.job))
    return redirect("portal:job", job_id=job.id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.OWN_USE)
def request_refund(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """Ask for the tokens of a failure that the system did not recognise."""
    job = get_object_or_404(visible_jobs(request.membership), id=job_id, user=request.user)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        with told(request):
            refunds.request_refund(user=request.user, job_id=job.id, reason=form.cleaned_data["reason"])
            messages.success(request, gettext("Your request is with the contract's administrators and coordinators."))
        return redirect("portal:job", job_id=job.id)
    return render(request, "portal/request_refund.html", {"form": form, "job": job})


def _whole_or_part(request: MemberRequest, whole: str, part: str, context: dict[str, Any]) -> HttpResponse:
    """Render the page, or for htmx the part of it that changes; caches and the back button keep the two apart."""
    response = render(request, part if request.htmx else whole, context)
    patch_vary_headers(response, ["HX-Request"])
    if request.htmx:
        add_never_cache_headers(response)
    return response


def _detail(request: MemberRequest, job: Job) -> dict[str, Any]:
    requests = list(job.refund_requests.select_related("requested_by", "decided_by"))
    pending = any(asked.status == RefundStatus.PENDING for asked in requests)
    return {
        "job": job,
        "line": JobLine(job, is_mine=job.user_id == request.user.pk, refund_pending=pending),
        "lots": _lots_drawn(job),
        "history": job.transactions.order_by("first_seq"),
        "requests": requests,
        "now": timezone.now(),
    }


def _lots_drawn(job: Job) -> list[tuple[Lot, int]]:
    drawn = dict(ledger_jobs.view(job).lots)
    return [(lot, drawn[lot.id]) for lot in Lot.objects.filter(id__in=drawn).select_related("pool")]


def _cancelled(job: ledger_jobs.JobView) -> str:
    if job.refunded_mt or not job.captured_mt:
        return gettext("The job is cancelled and its tokens are back.")
    return gettext("The job is cancelled.")
