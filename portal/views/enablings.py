"""Pending enablings: administrators and coordinators approve or refuse who gave the right numbers."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from ledger import benefits
from ledger.models import Benefit, BenefitStatus
from ledger.rights import Right
from portal.access import requires
from portal.forms.jobs import ReasonForm
from portal.membership import MemberRequest
from portal.paging import page_of
from portal.refusals import told


@require_safe
@requires(Right.MANAGE_ENABLING)
def enablings(request: MemberRequest) -> HttpResponse:
    here = Benefit.objects.filter(contract_id=request.membership.contract_id)
    related = here.select_related("user", "subscription__product", "decided_by")
    context = {
        "pending": related.filter(status=BenefitStatus.PENDING).order_by("requested_at")[:100],
        "page": page_of(request, related.exclude(status=BenefitStatus.PENDING), time_field="requested_at"),
    }
    return render(request, "portal/enablings.html", context)


@require_POST
@requires(Right.MANAGE_ENABLING)
def approve_enabling(request: MemberRequest, benefit_id: UUID) -> HttpResponse:
    with told(request):
        benefit = benefits.approve(membership=request.membership, benefit_id=benefit_id)
        messages.success(request, f"{benefit.user.email} is enabled. Shared tokens need a tick of their own.")
    return redirect("portal:enablings")


@require_POST
@requires(Right.MANAGE_ENABLING)
def refuse_enabling(request: MemberRequest, benefit_id: UUID) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Give a reason for refusing; the user will read it.")
        return redirect("portal:enablings")
    with told(request):
        benefit = benefits.refuse(
            membership=request.membership, benefit_id=benefit_id, reason=form.cleaned_data["reason"]
        )
        messages.success(request, f"Refused. {benefit.user.email} will read your reason.")
    return redirect("portal:enablings")
