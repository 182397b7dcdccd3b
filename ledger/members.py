"""Roles on a contract: naming, handing over, ticking shared use, leaving. Effective on the next request."""

from uuid import UUID

from django.db.transaction import atomic

from ledger import audit
from ledger.errors import InvalidRequest, LastAdministrator, NotFound
from ledger.models import Membership, Role
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
        Forbidden: the acting member is not the administrator.
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
        raise LastAdministrator
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
def leave(*, membership: Membership) -> None:
    """Give up one's place on a contract: no tokens can be used any more, history stays.

    Raises:
        LastAdministrator: the administrator hands over first.
    """
    if membership.role == Role.ADMINISTRATOR:
        raise LastAdministrator
    _audit(membership, "member.left", membership)
    for seat in membership.user.seats.filter(subscription__contract_id=membership.contract_id):
        seat.user = None
        seat.save(update_fields=["user"])
    membership.delete()


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
