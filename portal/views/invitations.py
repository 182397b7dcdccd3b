"""Invitations: an address that is invited is enabled as soon as its owner presses the button."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from ledger import invitations
from ledger.models import Invitation
from ledger.rights import Right
from portal import mail
from portal.access import requires
from portal.forms.members import InvitationForm
from portal.membership import MemberRequest
from portal.refusals import told


@require_POST
@requires(Right.INVITE)
def invite(request: MemberRequest) -> HttpResponse:
    form = InvitationForm(request.POST, membership=request.membership)
    if not form.is_valid():
        for problems in form.errors.values():
            messages.error(request, " ".join(map(str, problems)))
        return redirect("portal:members")
    with told(request):
        _send(request, invitations.invite(membership=request.membership, **form.cleaned_data))
    return redirect("portal:members")


@require_POST
@requires(Right.INVITE)
def resend_invitation(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    with told(request):
        _send(request, invitations.resend(membership=request.membership, invitation_id=invitation_id))
    return redirect("portal:members")


def _send(request: MemberRequest, invitation: Invitation) -> None:
    if mail.send_invitation(request, invitation):
        messages.success(request, f"{invitation.email} is invited; the invitation holds for seven days.")
    else:
        messages.warning(request, f"{invitation.email} is invited, but no e-mail could be sent: tell them yourself.")
