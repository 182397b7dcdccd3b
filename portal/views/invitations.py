"""Invitations: a list of people is checked and shown before anything is sent; whose holds, lapsed or was accepted."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ledger import invitations
from ledger.invitations import Invitee
from ledger.models import Invitation, Role, Seat, Subscription
from ledger.rights import Right
from portal import invitation_mails
from portal.access import password_again, requires
from portal.forms.invitations import InvitationsForm
from portal.invitees import Line, written
from portal.membership import MemberRequest
from portal.paging import page_of
from portal.refusals import told
from portal.wording import words_of

STATES: Final = ("open", "lapsed", "accepted")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.INVITE)
def invite(request: MemberRequest) -> HttpResponse:
    """Ask for a list, show what it means with what is wrong beside each line, and send it when that was seen."""
    sent = request.method == "POST"
    form = InvitationsForm(request.POST if sent else None, request.FILES or None, membership=request.membership)
    if not sent or not form.is_valid():
        return render(request, "portal/invite.html", {"form": form})
    lines = _checked(request, form.lines())
    invitees = [line.invitee for line in lines if line.invitee and not line.problem]
    if "send" in request.POST and len(invitees) == len(lines):
        # To make somebody a coordinator is to give a role, so it asks for the password as a change of roles does.
        send = password_again(_send) if any(each.role == Role.COORDINATOR for each in invitees) else _send
        return send(request, invitees, form.cleaned_data["subscription"])
    context = {
        "form": InvitationsForm(initial=form.cleaned_data, membership=request.membership),
        "lines": lines,
        "good": "\n".join(written(invitee) for invitee in invitees),
        "count": len(invitees),
        "bad": len(lines) - len(invitees),
        "subscription": form.cleaned_data["subscription"],
        "seats": _free_seats(request, form.cleaned_data["subscription"]),
    }
    return render(request, "portal/invite.html", context)


@require_safe
@requires(Right.INVITE)
def invitation_list(request: MemberRequest) -> HttpResponse:
    """All invitations, newest first, with where each stands."""
    state = request.GET.get("state", "")
    here = in_state(Invitation.objects.filter(contract_id=request.membership.contract_id), state)
    context = {
        "page": page_of(request, here.select_related("invited_by"), time_field="sent_at"),
        "states": [("", _("All")), ("open", _("Waiting")), ("lapsed", _("Lapsed")), ("accepted", _("Accepted"))],
        "state": state if state in STATES else "",
        "now": timezone.now(),
    }
    return render(request, "portal/invitations.html", context)


def in_state(here: QuerySet[Invitation], state: str) -> QuerySet[Invitation]:
    """Return the invitations that wait, have lapsed, or were accepted; all of them for any other word."""
    lapsed = Q(accepted_at=None, expires_at__lte=timezone.now())
    if state == "lapsed":
        return here.filter(lapsed)
    if state == "open":
        return here.filter(accepted_at=None).exclude(lapsed)
    return here.filter(accepted_at__isnull=False) if state == "accepted" else here


@require_POST
@requires(Right.INVITE)
def resend_invitation(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    with told(request):
        invitation = invitations.resend(membership=request.membership, invitation_id=invitation_id)
        _tell_how_many(request, [invitation])
    return redirect("portal:invitations")


@require_POST
@requires(Right.INVITE)
def withdraw_invitation(request: MemberRequest, invitation_id: UUID) -> HttpResponse:
    with told(request):
        email = invitations.withdraw(membership=request.membership, invitation_id=invitation_id)
        messages.success(request, _("The invitation of %(email)s is withdrawn.") % {"email": email})
    return redirect("portal:invitations")


def _checked(request: MemberRequest, lines: Sequence[Line]) -> list[Line]:
    """Return the lines with what the ledger would refuse about each."""
    invitees = [line.invitee for line in lines if line.invitee]
    found = iter(invitations.refusals_of(membership=request.membership, invitees=invitees))
    refusals = [next(found) if line.invitee else None for line in lines]
    return [
        replace(line, problem=words_of(refusal)) if refusal else line
        for line, refusal in zip(lines, refusals, strict=True)
    ]


def _send(request: MemberRequest, invitees: Sequence[Invitee], subscription: Subscription | None) -> HttpResponse:
    with told(request):
        made = invitations.invite_many(membership=request.membership, invitees=invitees, subscription=subscription)
        _tell_how_many(request, made)
    return redirect("portal:invitations")


def _tell_how_many(request: MemberRequest, made: Sequence[Invitation]) -> None:
    at_once = made[: invitation_mails.AT_ONCE]
    address = request.build_absolute_uri(reverse("portal:benefits"))
    failed = len(at_once) - invitation_mails.send_now(at_once, address=address)
    names = ", ".join(invitation.email for invitation in at_once) + (", …" if len(made) > len(at_once) else "")
    said = ngettext(
        "%(names)s is invited; the invitation holds for seven days.",
        "%(count)s people are invited (%(names)s); the invitations hold for seven days.",
        len(made),
    )
    messages.success(request, said % {"names": names, "count": len(made)})
    if len(made) > len(at_once):
        messages.info(request, _("The mails go out within the next minutes. This page says which have."))
    if failed:
        messages.warning(request, _("The mail server did not take every mail. They are tried again by themselves."))


def _free_seats(request: MemberRequest, subscription: Subscription | None) -> int:
    """Count the seats that nobody has, of the chosen subscription or of all that bring benefits."""
    running = Q(subscription__ends_at=None) | Q(subscription__ends_at__gt=timezone.now())
    seats = Seat.objects.filter(running, user=None, subscription__contract_id=request.membership.contract_id)
    seats = seats.filter(subscription__product__has_benefits=True)
    return seats.filter(subscription=subscription).count() if subscription else seats.count()
