"""Members and roles, with the whole permission table on one page; roles, shared use, handing over, leaving."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ledger import members
from ledger.models import Invitation, Membership, Role
from ledger.rights import BY_ROLE, Right, rights_of
from portal.access import password_again, requires
from portal.forms.members import HandOverForm, InvitationForm, RoleForm
from portal.membership import MemberRequest
from portal.refusals import told

MOST_SHOWN = 100
ROLES = (Role.END_USER, Role.COORDINATOR, Role.ADMINISTRATOR)


@require_safe
@requires(Right.OWN_USE)
def member_list(request: MemberRequest) -> HttpResponse:
    """Everybody's roles for administrators and coordinators; for end users who they can turn to, and the table."""
    rights = rights_of(request.membership)
    everybody = Membership.objects.filter(contract_id=request.membership.contract_id).select_related("user")
    sees_all = Right.MANAGE_ENABLING in rights
    shown = everybody if sees_all else everybody.exclude(role=Role.END_USER)
    search = request.GET.get("search", "").replace("\0", "").strip()
    if search:
        shown = shown.filter(user__email__icontains=search)
    context: dict[str, Any] = {
        "members": shown.order_by("role", "user__email")[:MOST_SHOWN],
        "most_shown": MOST_SHOWN,
        "search": search,
        "sees_all": sees_all,
        "permissions": permission_table(),
        "roles": ROLES,
        "may_hand_over": Right.HAND_OVER in rights,
        "may_leave": request.membership.role != Role.ADMINISTRATOR,
    }
    if Right.INVITE in rights:
        waiting = Invitation.objects.filter(contract_id=request.membership.contract_id, accepted_at=None)
        context["invitations"] = waiting.select_related("invited_by")
        context["form"] = InvitationForm(membership=request.membership)
    return render(request, "portal/members.html", context)


def permission_table() -> list[tuple[Right, list[bool]]]:
    """Return every right with whether each of ROLES has it: the very table that the ledger decides by."""
    return [(right, [right in BY_ROLE[role] for role in ROLES]) for right in Right]


@require_POST
@requires(Right.NAME_COORDINATORS)
@password_again
def set_role(request: MemberRequest, member_id: UUID) -> HttpResponse:
    target = find_member(request, member_id)
    form = RoleForm(request.POST)
    if form.is_valid():
        with told(request):
            changed = members.set_role(
                membership=request.membership, target_id=target.id, role=form.cleaned_data["role"]
            )
            messages.success(request, f"{changed.user.email} is now: {changed.get_role_display()}.")
    return redirect("portal:member", member_id=target.id)


@require_POST
@requires(Right.MANAGE_ENABLING)
def set_shared_use(request: MemberRequest, member_id: UUID) -> HttpResponse:
    target = find_member(request, member_id)
    allowed = request.POST.get("allowed") == "yes"
    with told(request):
        members.set_shared_use(membership=request.membership, target_id=target.id, allowed=allowed)
        messages.success(request, f"{target.user.email} {'may' if allowed else 'may not'} use the shared tokens.")
    return redirect("portal:member", member_id=target.id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Right.HAND_OVER)
@password_again
def hand_over(request: MemberRequest) -> HttpResponse:
    form = HandOverForm(request.POST if request.method == "POST" else None, membership=request.membership)
    if not form.is_valid():
        return render(request, "portal/hand_over.html", {"form": form})
    with told(request):
        target = members.hand_over(membership=request.membership, target_id=form.cleaned_data["member"])
        messages.success(request, f"{target.user.email} administers the contract now. You are a coordinator.")
    return redirect("portal:members")


@require_POST
@requires(Right.OWN_USE)
def leave(request: MemberRequest) -> HttpResponse:
    with told(request):
        members.leave(membership=request.membership)
        messages.success(request, f"You have left {request.membership.contract.name}.")
    return redirect("portal:home")


def find_member(request: MemberRequest, member_id: UUID) -> Membership:
    """Return a member of the chosen contract, or answer 404."""
    here = Membership.objects.filter(contract_id=request.membership.contract_id)
    return get_object_or_404(here.select_related("user", "contract"), id=member_id)
