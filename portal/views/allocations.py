"""One member: tokens they have, tokens allocated to them from the shared pool and taken back."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ledger import grants
from ledger.errors import LedgerError
from ledger.grants import AllocationView
from ledger.models import Membership, Pool, PoolKind, Role
from ledger.rights import Right, rights_of
from portal.access import requires
from portal.forms.members import AllocationForm, RoleForm
from portal.membership import MemberRequest
from portal.once import idempotency
from portal.pools import PoolLine, lines_of
from portal.templatetags.portal import tokens
from portal.views.members import find_member
from portal.wording import words_of


@require_safe
@requires(Right.MANAGE_ENABLING)
def member_detail(request: MemberRequest, member_id: UUID) -> HttpResponse:
    return _page(request, find_member(request, member_id), AllocationForm(membership=request.membership))


@require_POST
@requires(Right.ALLOCATE)
def allocate(request: MemberRequest, member_id: UUID) -> HttpResponse:
    return _move(request, member_id, grants.allocate, _("{amount} allocated to {who}."))


@require_POST
@requires(Right.ALLOCATE)
def take_back(request: MemberRequest, member_id: UUID) -> HttpResponse:
    return _move(request, member_id, grants.take_back, _("{amount} taken back from {who}."))


def _move(request: MemberRequest, member_id: UUID, verb: Callable[..., AllocationView], done: str) -> HttpResponse:
    target = find_member(request, member_id)
    form = AllocationForm(request.POST, membership=request.membership)
    if not form.is_valid():
        return _page(request, target, form)
    try:
        moved = verb(
            idempotency=idempotency(request, form.cleaned_data["key"]),
            contract_id=target.contract_id,
            user_id=target.user_id,
            amount_mt=form.cleaned_data["amount"],
            actor=request.user,
        )
    except LedgerError as refusal:
        form.add_error("amount", words_of(refusal))
        return _page(request, target, form)
    messages.success(request, done.format(amount=tokens(moved.amount_mt), who=target.user.email))
    return redirect("portal:member", member_id=target.id)


def _page(request: MemberRequest, target: Membership, form: AllocationForm) -> HttpResponse:
    rights = rights_of(request.membership)
    context = {
        "member": target,
        "pools": _pools_of(target),
        "form": form,
        "role_form": RoleForm(initial={"role": target.role}),
        "may_name": Right.NAME_COORDINATORS in rights and target.role != Role.ADMINISTRATOR,
        "may_remove": _may_remove(request.membership, target),
    }
    return render(request, "portal/member.html", context)


def _may_remove(membership: Membership, target: Membership) -> bool:
    if target.role == Role.ADMINISTRATOR or target.id == membership.id:
        return False
    return target.role == Role.END_USER or Right.NAME_COORDINATORS in rights_of(membership)


def _pools_of(target: Membership) -> list[PoolLine]:
    """Return the member's own pool and the shared one: what can be moved where."""
    own = Pool.objects.filter(contract_id=target.contract_id, user_id=target.user_id)
    shared = Pool.objects.filter(contract_id=target.contract_id, kind=PoolKind.SHARED)
    return lines_of([*own, *shared])
