"""A transaction's receipt for people: what it says, how far it is proved, and the file to keep."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ledger.models import Entry, Transaction
from ledger.rights import Right, rights_of
from ledger.sealing import proof_of
from portal.access import requires
from portal.membership import MemberRequest
from portal.receipts import may_read


@require_safe
@requires(Right.OWN_USE)
def receipt_page(request: MemberRequest, transaction_id: UUID) -> HttpResponse:
    """Show a transaction of the contract that the member may see."""
    member = request.membership
    known = Transaction.objects.filter(contract_id=member.contract_id).select_related("job__service")
    found = get_object_or_404(known, id=transaction_id)
    reports = Right.CONTRACT_REPORTS in rights_of(member)
    if not may_read(found, user_id=member.user_id, reports=reports):
        raise Http404
    entries = Entry.objects.filter(contract_id=found.contract_id, seq__range=(found.first_seq, found.last_seq))
    status, root = proof_of(found)
    shown = {
        "found": found,
        "entries": entries.select_related("pool__user", "lot").order_by("seq"),
        "status": status,
        "root": root,
        "file": f"/api/v1/receipts/{transaction_id}",
    }
    return render(request, "portal/receipt.html", shown)
