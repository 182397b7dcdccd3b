"""The audit log: every administrative act on the contract, newest first, as far as the filters say."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ledger.errors import InvalidRequest
from ledger.models import AuditEvent
from ledger.rights import Right
from portal.access import requires
from portal.audit_lines import lines_of
from portal.exports.asking import question_from
from portal.forms.audit import AuditFilterForm
from portal.membership import MemberRequest
from portal.paging import page_of
from portal.wording import words_of as said
from reporting.exports.sources.audit import audit_events


@require_safe
@requires(Right.AUDIT_LOG)
def audit_log(request: MemberRequest) -> HttpResponse:
    """Show what the filters of the address find; the export takes the same address."""
    form = AuditFilterForm(request.GET)
    query = request.GET.copy()
    query.pop("before", None)
    events, error = AuditEvent.objects.none(), ""
    try:
        question = question_from(request.membership, "audit", query.urlencode(), now=timezone.now())
        events = audit_events(question)
    except InvalidRequest as refusal:
        error = said(refusal)
    page = page_of(request, events.select_related("actor"), time_field="at", size=50)
    context = {
        "page": page,
        "lines": lines_of(page.rows, contract_id=request.membership.contract_id),
        "filters": form,
        "is_filtered": form.is_valid() and form.is_filtered(),
        "query": query.urlencode(),
        "error": error,
    }
    return render(request, "portal/audit_log.html", context)
