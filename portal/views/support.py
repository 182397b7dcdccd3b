"""Contact Support, step by step. Source: Fusion seed, "To troubleshoot issues, contact Product Support"."""

from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from ledger.models import Job
from portal import mail
from portal.access import anybody_signed_in
from portal.forms.jobs import visible_jobs
from portal.forms.support import SupportForm
from portal.membership import SignedInRequest

TOPICS: Final = {
    "software": (
        "Using and troubleshooting my software",
        "A study failed, or tokens were consumed for nothing.",
    ),
    "buying": ("Buying tokens and orders", "Prices, activation codes, purchase orders, receipts."),
    "account": ("Signing in and my account", "E-mail addresses, passwords, second factors, roles on a contract."),
}
NOT_SENT = "The message could not be sent just now. Nothing is lost: it is still in the form below."


@require_safe
@anybody_signed_in
def support(request: SignedInRequest) -> HttpResponse:
    return render(request, "portal/support.html", {"topics": TOPICS, "job": _job(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@anybody_signed_in
def support_request(request: SignedInRequest, topic: str) -> HttpResponse:
    """Select the product and describe the issue; the details of a job come along by themselves."""
    if topic not in TOPICS:
        raise Http404
    job, label = _job(request), TOPICS[topic][0]
    form = SupportForm(request.POST if request.method == "POST" else None, initial=_initial(job))
    if form.is_valid():
        context = {
            **form.cleaned_data,
            "topic": label,
            "job": job,
            "user": request.user,
            "membership": request.membership,
        }
        if mail.send(
            "support_request",
            to=[settings.SUPPORT_EMAIL],
            subject=form.cleaned_data["subject"],
            context=context,
            reply_to=[request.user.email],
        ):
            return redirect("portal:support-sent")
        messages.error(request, NOT_SENT)
    return render(request, "portal/support_request.html", {"form": form, "topic": label, "job": job})


@require_safe
@anybody_signed_in
def support_sent(request: SignedInRequest) -> HttpResponse:
    return render(request, "portal/support_sent.html")


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
