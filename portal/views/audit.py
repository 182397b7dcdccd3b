"""The audit log: every administrative act on the contract, newest first."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ledger.models import AuditEvent
from ledger.rights import Right
from portal.access import requires
from portal.membership import MemberRequest
from portal.paging import page_of


@require_safe
@requires(Right.AUDIT_LOG)
def audit_log(request: MemberRequest) -> HttpResponse:
    events = AuditEvent.objects.filter(contract_id=request.membership.contract_id).select_related("actor")
    return render(request, "portal/audit_log.html", {"page": page_of(request, events, time_field="at", size=50)})
