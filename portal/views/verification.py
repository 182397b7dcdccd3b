"""Whether the contract's books were found sound, and how far they are sealed."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ledger.models import Book, Checkpoint, RootPart, Seal
from ledger.rights import Right
from ledger.verification import INVARIANTS, contract_findings, soundness
from portal.access import requires
from portal.membership import MemberRequest


@require_safe
@requires(Right.VERIFICATION)
def verification(request: MemberRequest) -> HttpResponse:
    """Show the newest results as far as they are about this contract."""
    contract_id = request.membership.contract_id
    parts = RootPart.objects.filter(contract_id=contract_id).select_related("root")
    known = soundness()
    shown = {
        "known": known,
        "findings": contract_findings(contract_id, known),
        "checkpoint": Checkpoint.objects.filter(contract_id=contract_id).first(),
        "book": Book.objects.get(contract_id=contract_id),
        "seal": Seal.objects.filter(contract_id=contract_id).order_by("-number").first(),
        "part": parts.order_by("-root_id").first(),
        "invariants": INVARIANTS,
    }
    return render(request, "portal/verification.html", shown)
