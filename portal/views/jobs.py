"""Job status: the list, one job with what it drew and what happened to it, and Cancel.

Source: Fusion seed, "Cancel a generative task" and "Get a refund if a generative task fails".
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ledger import jobs as ledger_jobs
from ledger import refunds
from ledger.models import LIVE_STATUSES, Job, JobStatus, Lot, RefundPolicy, RefundStatus
from ledger.rights import Right
from portal.access import requires
from portal.forms.jobs import JobFilterForm, ReasonForm, visible_jobs
from portal.membership import MemberRequest
from portal.once import idempotency
from portal.paging import page_of
from portal.refusals import told

RESULTS_EXIST = (
    "Results exist already. The job goes on and its tokens are consumed: "
    "this service gives them back only before the first result."
)


@require_safe
@requires(Right.OWN_USE)
def job_list(request: MemberRequest) -> HttpResponse:
    form = JobFilterForm(request.GET, membership=request.membership)
    page = page_of(request, form.jobs(), time_field="created_at")
    return render(request, "portal/jobs.html", {"form": form, "page": page, "shows_all": form.sees_all})


@require_safe
@requires(Right.OWN_USE)
def job_detail(request: MemberRequest, job_id: UUID) -> HttpResponse:
    job = get_object_or_404(visible_jobs(request.membership), id=job_id)
    return render(request, "portal/job.html", _detail(request, job))


@require_POST
@requires(Right.OWN_USE)
def cancel_job(request: MemberRequest, job_id: UUID) -> HttpResponse:
    job = get_object_or_404(visible_jobs(request.membership), id=job_id, user=request.user)
    with told(request):
        # One key for the job: cancelling it twice is cancelling it once.
        answer = ledger_jobs.cancel(
            idempotency=idempotency(request, job.id), job_id=job.id, reason="Cancelled by its user"
        )
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
            messages.success(request, "Your request is with the contract's administrators and coordinators.")
        return redirect("portal:job", job_id=job.id)
    return render(request, "portal/request_refund.html", {"form": form, "job": job})


def _detail(request: MemberRequest, job: Job) -> dict[str, Any]:
    requests = list(job.refund_requests.select_related("requested_by", "decided_by"))
    is_mine = job.user_id == request.user.pk
    keeps = job.service.refund_policy == RefundPolicy.BEFORE_FIRST_RESULT and job.results > 0
    pending = any(asked.status == RefundStatus.PENDING for asked in requests)
    return {
        "job": job,
        "lots": _lots_drawn(job),
        "history": job.transactions.order_by("first_seq"),
        "requests": requests,
        "is_mine": is_mine,
        "may_cancel": is_mine and job.status in LIVE_STATUSES and not keeps,
        "why_not": RESULTS_EXIST if is_mine and job.status in LIVE_STATUSES and keeps else "",
        "may_ask_refund": is_mine and not pending and job.captured_mt > job.refunded_mt,
        "is_held": job.status == JobStatus.RUNNING,
    }


def _lots_drawn(job: Job) -> list[tuple[Lot, int]]:
    drawn = dict(ledger_jobs.view(job).lots)
    return [(lot, drawn[lot.id]) for lot in Lot.objects.filter(id__in=drawn).select_related("pool")]


def _cancelled(job: ledger_jobs.JobView) -> str:
    return (
        "The job is cancelled and its tokens are back."
        if job.refunded_mt or not job.captured_mt
        else "The job is cancelled."
    )
