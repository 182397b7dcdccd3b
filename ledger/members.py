"""Roles on a contract: naming, handing over, ticking shared use, leaving, removing. Effective on the next request."""

from collections.abc import Collection
from uuid import UUID

from django.db.transaction import atomic
from django.utils import timezone

from ledger import audit
from ledger.errors import Forbidden, InvalidRequest, LastAdministrator, NotFound
from ledger.models import Benefit, BenefitStatus, Membership, Role, Seat
from ledger.rights import Right, require


@atomic
def set_role(*, membership: Membership, target_id: UUID, role: str) -> Membership:
    """Make a member a coordinator or an end user; the administrator changes only by handing over.

    Raises:
        Forbidden: the acting member may not name coordinators.
        LastAdministrator: the target is the administrator.
        InvalidRequest: not a role that can be named.
        NotFound: no such member.
    """
    require(membership, Right.NAME_COORDINATORS)
    target = _find(membership, target_id)
    if target.role == Role.ADMINISTRATOR:
        raise LastAdministrator
    if role not in (Role.COORDINATOR, Role.END_USER):
        raise InvalidRequest("Choose coordinator or end user; the contract is handed over on its own.", field="role")
    if target.role != role:
        target.role = role
        target.save(update_fields=["role"])
        _audit(membership, "member.role_changed", target, role)
    return target


@atomic
def hand_over(*, membership: Membership, target_id: UUID) -> Membership:
    """Make another enabled member the administrator; the former one becomes a coordinator.

    Raises:
        Forbidden: the acting member is not, or not any more, the administrator.
        InvalidRequest: the target is not enabled, or is the administrator already.
    """
    require(membership, Right.HAND_OVER)
    target = _find(membership, target_id)
    if target.id == membership.id:
        raise InvalidRequest("The contract is yours already.", field="member")
    if target.enabled_at is None:
        raise InvalidRequest("Enable this member's benefits first.", field="member")
    # In this order, because the database allows one administrator at any time.
    changed = Membership.objects.filter(id=membership.id, role=Role.ADMINISTRATOR).update(role=Role.COORDINATOR)
    if not changed:
        raise Forbidden("The contract has been handed over already.")
    Membership.objects.filter(id=target.id).update(role=Role.ADMINISTRATOR)
    membership.role, target.role = Role.COORDINATOR, Role.ADMINISTRATOR
    _audit(membership, "contract.handed_over", target)
    return target


@atomic
def set_shared_use(*, membership: Membership, target_id: UUID, allowed: bool) -> Membership:
    """Tick or untick that a member may use the shared tokens.

    Raises:
        Forbidden, NotFound.
    """
    require(membership, Right.MANAGE_ENABLING)
    target = _find(membership, target_id)
    if target.uses_shared != allowed:
        target.uses_shared = allowed
        target.save(update_fields=["uses_shared"])
        _audit(membership, "member.shared_use_allowed" if allowed else "member.shared_use_withdrawn", target)
    return target


@atomic
def set_shared_use_of_many(*, membership: Membership, target_ids: Collection[UUID], allowed: bool) -> int:
    """Tick or untick several members at once; return how many of them changed. Buyers use the pool by their role.

    Raises:
        Forbidden: the acting member may not tick.
    """
    require(membership, Right.MANAGE_ENABLING)
    here = Membership.objects.filter(contract_id=membership.contract_id, role=Role.END_USER, uses_shared=not allowed)
    changed = list(here.filter(id__in=target_ids).select_for_update(of=("self",)).select_related("user"))
    Membership.objects.filter(id__in=[target.id for target in changed]).update(uses_shared=allowed)
    audit.record_many(
        contract=membership.contract,
        actor=membership.user,
        action="member.shared_use_allowed" if allowed else "member.shared_use_withdrawn",
        subjects=[(target.user, "") for target in changed],
    )
    return len(changed)


@atomic
def leave(*, membership: Membership) -> None:
    """Give up one's place on a contract: no tokens can be used any more, history stays.

    Seats become free, and benefits can be asked for again.

    Raises:
        LastAdministrator: the administrator hands over first.
        NotFound: the member left before.
    """
    # As it is now: the contract may have been handed to this member a moment ago.
    leaving = _find(membership, membership.id)
    _take_off(leaving, by=leaving, action="member.left", reason="Left the contract.")


@atomic
def remove(*, membership: Membership, target_id: UUID) -> Membership:
    """Take another member off the contract, with the same effect as if they left. Their tokens stay in the books.

    Raises:
        Forbidden: only who names coordinators takes one off; end users, who manages enabling.
        InvalidRequest: the acting member themselves, who leaves instead.
        LastAdministrator, NotFound.
    """
    require(membership, Right.MANAGE_ENABLING)
    target = _find(membership, target_id)
    if target.id == membership.id:
        raise InvalidRequest("Leave the contract yourself, on the page of members and roles.", field="member")
    if target.role == Role.COORDINATOR:
        require(membership, Right.NAME_COORDINATORS)
    _take_off(target, by=membership, action="member.removed", reason="Taken off the contract.")
    return target


def _take_off(leaving: Membership, *, by: Membership, action: str, reason: str) -> None:
    if leaving.role == Role.ADMINISTRATOR:
        raise LastAdministrator
    _audit(by, action, leaving)
    Seat.objects.filter(subscription__contract=leaving.contract, user=leaving.user).update(user=None)
    benefits = Benefit.objects.filter(contract=leaving.contract, user=leaving.user)
    benefits.exclude(status=BenefitStatus.REFUSED).update(
        status=BenefitStatus.REFUSED, reason=reason, decided_by=by.user, decided_at=timezone.now()
    )
    Membership.objects.filter(id=leaving.id).delete()


def _find(membership: Membership, target_id: UUID) -> Membership:
    target = (
        Membership.objects.select_for_update(of=("self",))
        .filter(contract_id=membership.contract_id, id=target_id)
        .select_related("user", "contract")
        .first()
    )
    if target is None:
        raise NotFound("There is no such member on this contract.", field="member")
    return target


def _audit(membership: Membership, action: str, target: Membership, detail: str = "") -> None:
    audit.record(contract=membership.contract, actor=membership.user, action=action, subject=target.user, detail=detail)
