"""Contact Support, step by step. Source: Fusion seed, "To troubleshoot issues, contact Product Support"."""

import re
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ledger.models import Job
from portal import support_requests
from portal.access import anybody_signed_in
from portal.forms.jobs import visible_jobs
from portal.forms.support import SupportForm
from portal.membership import SignedInRequest
from portal.references import reference_of

TOPICS: Final = {
    "software": (
        gettext_lazy("Using and troubleshooting my software"),
        gettext_lazy("A study failed, or tokens were consumed for nothing."),
    ),
    "buying": (
        gettext_lazy("Buying tokens and orders"),
        gettext_lazy("Prices, activation codes, purchase orders, receipts."),
    ),
    "account": (
        gettext_lazy("Signing in and my account"),
        gettext_lazy("E-mail addresses, passwords, second factors, roles on a contract."),
    ),
}
REFERENCE: Final = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}", re.ASCII)
RECENT: Final = 5


@require_safe
@anybody_signed_in
def support(request: SignedInRequest) -> HttpResponse:
    """Ask what it is about, and offer the person's last jobs, whose details then come along."""
    context = {
        "topics": TOPICS,
        "job": _job(request),
        "recent": _recent_jobs(request),
        "sent": support_requests.recent(request.user),
        "reference": _reference(request),
        "query": _carried(request),
    }
    return render(request, "portal/support.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@anybody_signed_in
def support_request(request: SignedInRequest, topic: str) -> HttpResponse:
    """Select the product and describe the issue; the details of a job come along by themselves."""
    if topic not in TOPICS:
        raise Http404
    job, label, reference = _job(request), TOPICS[topic][0], _reference(request)
    form = SupportForm(request.POST if request.method == "POST" else None, initial=_initial(job))
    if form.is_valid():
        # Under the number of this very answer, under which the log has it too.
        number, browser = reference_of(request), request.headers.get("User-Agent", "")[:200]
        sender = support_requests.Sender(request.user, request.membership, browser, number)
        told = {**form.cleaned_data, "topic": label}
        support_requests.send(sender, topic=topic, told=told, job=job, reference=reference)
        return redirect(f"{reverse('portal:support-sent')}?{urlencode({'reference': number})}")
    context = {"form": form, "topic": label, "job": job, "reference": reference}
    return render(request, "portal/support_request.html", context)


@require_safe
@anybody_signed_in
def support_sent(request: SignedInRequest) -> HttpResponse:
    return render(request, "portal/support_sent.html", {"number": _reference(request)})


def _reference(request: SignedInRequest) -> str:
    """Return the reference that the address names, as an error page gave it; empty for what cannot be one."""
    named = request.GET.get("reference", "")
    return named if REFERENCE.fullmatch(named) else ""


def _carried(request: SignedInRequest) -> str:
    """Return what the next step's address has to carry along."""
    job = _job(request)
    carried = {"job": str(job.id) if job else "", "reference": _reference(request)}
    return urlencode({name: value for name, value in carried.items() if value})


def _recent_jobs(request: SignedInRequest) -> list[Job]:
    if request.membership is None:
        return []
    mine = visible_jobs(request.membership).filter(user=request.user)
    return list(mine.order_by("-created_at")[:RECENT])


def _job(request: SignedInRequest) -> Job | None:
    """Return the job that the address names, if it is one this person may see."""
    named = request.GET.get("job", "")
    if not named or request.membership is None:
        return None
    try:
        return visible_jobs(request.membership).filter(id=UUID(named)).first()
    except ValueError:
        return None


def _initial(job: Job | None) -> dict[str, str]:
    if job is None:
        return {}
    return {"product": job.service.product.name, "subject": f"{job.service.name}: {job.get_status_display()}"}
