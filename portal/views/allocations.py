"""One member: tokens they have, tokens allocated to them from the shared pool and taken back."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ledger import allocations
from ledger.amounts import format_milli
from ledger.errors import LedgerError
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


@dataclass(frozen=True, slots=True)
class Change:
    """What a move changes about one pool, in milli-tokens; `move_mt` is negative where tokens leave."""

    label: Promise
    before_mt: int
    move_mt: int

    @property
    def after_mt(self) -> int:
        """What will be available."""
        return self.before_mt + self.move_mt


@dataclass(frozen=True, slots=True)
class Asked:
    """A move of milli-tokens that waits for a yes."""

    giving: bool
    amount_mt: int
    changes: tuple[Change, ...]


@require_safe
@requires(Right.MANAGE_ENABLING)
def member_detail(request: MemberRequest, member_id: UUID) -> HttpResponse:
    return _page(request, find_member(request, member_id), AllocationForm(membership=request.membership))


@require_POST
@requires(Right.ALLOCATE)
def allocate(request: MemberRequest, member_id: UUID) -> HttpResponse:
    return _move(request, member_id, giving=True)


@require_POST
@requires(Right.ALLOCATE)
def take_back(request: MemberRequest, member_id: UUID) -> HttpResponse:
    return _move(request, member_id, giving=False)


def _move(request: MemberRequest, member_id: UUID, *, giving: bool) -> HttpResponse:
    """Ask first, with the amounts before and after; move the tokens once that was confirmed."""
    target = find_member(request, member_id)
    form = AllocationForm(request.POST, membership=request.membership)
    if not form.is_valid():
        return _page(request, target, form)
    if not form.cleaned_data["sure"]:
        return _page(request, target, form, asked=_asked(target, form, giving=giving))
    verb = allocations.allocate if giving else allocations.take_back
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
    done = _("{amount} allocated to {who}.") if giving else _("{amount} taken back from {who}.")
    messages.success(request, done.format(amount=tokens(moved.amount_mt), who=target.user.email))
    return redirect("portal:member", member_id=target.id)


def _asked(target: Membership, form: AllocationForm, *, giving: bool) -> Asked | None:
    """Return what is to be confirmed; None, with the form's error, where the tokens are not there."""
    amount_mt: int = form.cleaned_data["amount"]
    lines = _pools_of(target)
    moves = [(line, -amount_mt if (line.kind == PoolKind.SHARED) == giving else amount_mt) for line in lines]
    asked = Asked(giving, amount_mt, tuple(Change(line.label, line.balance.available_mt, move) for line, move in moves))
    missing = next((change for change in asked.changes if change.after_mt < 0), None)
    if missing is None:
        return asked
    words = _("{required} tokens are needed, {available} are available.")
    form.add_error("amount", words.format(required=format_milli(amount_mt), available=format_milli(missing.before_mt)))
    return None


def _page(
    request: MemberRequest, target: Membership, form: AllocationForm, *, asked: Asked | None = None
) -> HttpResponse:
    rights = rights_of(request.membership)
    context = {
        "member": target,
        "pools": _pools_of(target),
        "form": form,
        "asked": asked,
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
