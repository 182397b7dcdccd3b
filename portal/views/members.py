"""Members and roles, with the whole permission table on one page; roles, shared use, handing over, leaving."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ledger import members
from ledger.models import BUYERS, Invitation, Membership, Role
from ledger.rights import Right, rights_of
from portal.access import password_again, requires
from portal.forms.members import HandOverForm, MemberFilterForm, RoleForm
from portal.membership import MemberRequest
from portal.paging_numbers import numbered_page
from portal.permissions_table import HEADS, permission_rows
from portal.refusals import told
from portal.views.invitations import in_state

MOST_AT_ONCE = 200


@require_safe
@requires(Right.OWN_USE)
def member_list(request: MemberRequest) -> HttpResponse:
    """Everybody's roles for administrators and coordinators; for end users who they can turn to, and the table."""
    rights = rights_of(request.membership)
    everybody = Membership.objects.filter(contract_id=request.membership.contract_id).select_related("user")
    sees_all = Right.MANAGE_ENABLING in rights
    form = MemberFilterForm(request.GET if sees_all else None)
    shown = form.members(everybody) if sees_all else everybody.filter(role__in=BUYERS).order_by("role")
    context: dict[str, Any] = {
        "page": numbered_page(request, shown),
        "filters": form if sees_all else None,
        "is_filtered": sees_all and form.is_filtered(),
        "query": request.GET.urlencode(),
        "sees_all": sees_all,
        "permissions": permission_rows(),
        "permission_heads": HEADS,
        "may_invite": Right.INVITE in rights,
        "may_hand_over": Right.HAND_OVER in rights,
        "may_leave": request.membership.role != Role.ADMINISTRATOR,
    }
    if Right.INVITE in rights:
        here = Invitation.objects.filter(contract_id=request.membership.contract_id)
        context["waiting"] = in_state(here, "open").count()
    return render(request, "portal/members.html", context)


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
            said = _("%(who)s is now: %(role)s.") % {"who": changed.user.email, "role": changed.get_role_display()}
            messages.success(request, said)
    return redirect("portal:member", member_id=target.id)


@require_POST
@requires(Right.MANAGE_ENABLING)
def set_shared_use(request: MemberRequest, member_id: UUID) -> HttpResponse:
    target = find_member(request, member_id)
    allowed = request.POST.get("allowed") == "yes"
    with told(request):
        members.set_shared_use(membership=request.membership, target_id=target.id, allowed=allowed)
        words = _("%(who)s may use the shared tokens.") if allowed else _("%(who)s may not use the shared tokens.")
        messages.success(request, words % {"who": target.user.email})
    return redirect("portal:member", member_id=target.id)


@require_POST
@requires(Right.MANAGE_ENABLING)
def set_shared_use_of_many(request: MemberRequest) -> HttpResponse:
    """Tick or untick who was chosen in the list, and go back to the list as it was."""
    back = redirect(f"{reverse('portal:members')}?{request.GET.urlencode()}")
    chosen = [UUID(text) for text in request.POST.getlist("member")[:MOST_AT_ONCE] if _is_uuid(text)]
    if not chosen:
        messages.info(request, _("Nobody was chosen. Tick the people in the list first."))
        return back
    allowed = request.POST.get("allowed") == "yes"
    count = members.set_shared_use_of_many(membership=request.membership, target_ids=chosen, allowed=allowed)
    if allowed:
        words = ngettext(
            "%(count)s member more may use the shared tokens.",
            "%(count)s members more may use the shared tokens.",
            count,
        )
    else:
        words = ngettext(
            "%(count)s member may not use the shared tokens any more.",
            "%(count)s members may not use the shared tokens any more.",
            count,
        )
    messages.success(request, words % {"count": count})
    return back


@require_POST
@requires(Right.MANAGE_ENABLING)
@password_again
def remove_member(request: MemberRequest, member_id: UUID) -> HttpResponse:
    """Take somebody off the contract. Asks for the password, since it ends a role."""
    target = find_member(request, member_id)
    with told(request):
        members.remove(membership=request.membership, target_id=target.id)
        said = _("%(who)s is not on the contract any more.") % {"who": target.user.email}
        messages.success(request, said)
        return redirect("portal:members")
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
        said = _("%(who)s administers the contract now. You are a coordinator.") % {"who": target.user.email}
        messages.success(request, said)
    return redirect("portal:members")


@require_POST
@requires(Right.OWN_USE)
def leave(request: MemberRequest) -> HttpResponse:
    with told(request):
        members.leave(membership=request.membership)
        said = _("You have left %(contract)s.") % {"contract": request.membership.contract.name}
        messages.success(request, said)
    return redirect("portal:home")


def find_member(request: MemberRequest, member_id: UUID) -> Membership:
    """Return a member of the chosen contract, or answer 404."""
    here = Membership.objects.filter(contract_id=request.membership.contract_id)
    return get_object_or_404(here.select_related("user", "contract"), id=member_id)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
