"""The queue of refund requests: administrators and coordinators decide, never on their own."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from ledger import refunds
from ledger.models import RefundRequest, RefundStatus
from ledger.rights import Right
from portal.access import requires
from portal.forms.jobs import ReasonForm
from portal.membership import MemberRequest
from portal.once import idempotency
from portal.paging import page_of
from portal.refusals import told


@require_safe
@requires(Right.DECIDE_REFUNDS)
def refund_requests(request: MemberRequest) -> HttpResponse:
    here = RefundRequest.objects.filter(contract_id=request.membership.contract_id)
    related = here.select_related("job__service", "requested_by", "decided_by")
    context = {
        "pending": related.filter(status=RefundStatus.PENDING).order_by("created_at")[:100],
        "page": page_of(request, related.exclude(status=RefundStatus.PENDING), time_field="created_at"),
    }
    return render(request, "portal/refund_requests.html", context)


@require_POST
@requires(Right.DECIDE_REFUNDS)
def approve_refund(request: MemberRequest, request_id: UUID) -> HttpResponse:
    asked = _asked(request, request_id)
    with told(request):
        # The request's own id is the key: approving it twice refunds once.
        refunds.approve(idempotency=idempotency(request, asked.id), membership=request.membership, request_id=asked.id)
        messages.success(request, gettext("Approved: the tokens are back in the lots they came from."))
    return redirect("portal:refund-requests")


@require_POST
@requires(Right.DECIDE_REFUNDS)
def decline_refund(request: MemberRequest, request_id: UUID) -> HttpResponse:
    asked = _asked(request, request_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("Give a reason for declining; the user will read it."))
        return redirect("portal:refund-requests")
    with told(request):
        refunds.decline(membership=request.membership, request_id=asked.id, reason=form.cleaned_data["reason"])
        messages.success(request, gettext("Declined."))
    return redirect("portal:refund-requests")


def _asked(request: MemberRequest, request_id: UUID) -> RefundRequest:
    return get_object_or_404(RefundRequest, id=request_id, contract_id=request.membership.contract_id)
