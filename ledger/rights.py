"""Who may do what: one table for the portal, the API and the roles page. Source: DOMAIN, "Who may do what"."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from ledger.errors import BuyersOnly, Forbidden
from ledger.models import BUYERS, Contract, Membership, Role


class Right(TextChoices):
    """Something that a member may do on a contract."""

    OWN_USE = "own_use", _("Enable benefits, quote, start and cancel own jobs, see own tokens and usage")
    SHARED_BALANCE = "shared_balance", _("See and use the shared tokens")
    CONTRACT_REPORTS = "contract_reports", _("See everyone's usage, reports and exports")
    JOURNAL = "journal", _("Read the contract's books")
    BUY = "buy", _("Buy tokens")
    APPROVE_ORDERS = "approve_orders", _("Approve orders above the limit")
    ALLOCATE = "allocate", _("Allocate shared tokens and take them back")
    MANAGE_ENABLING = "manage_enabling", _("Approve enablings and tick the use of shared tokens")
    DECIDE_REFUNDS = "decide_refunds", _("Decide on refund requests of others")
    INVITE = "invite", _("Invite users")
    AUDIT_LOG = "audit_log", _("Read the audit log")
    VERIFICATION = "verification", _("See the result of the books' verification")
    NAME_COORDINATORS = "name_coordinators", _("Name coordinators and change roles")
    HAND_OVER = "hand_over", _("Hand the contract over to another administrator")
    API_CLIENTS = "api_clients", _("Manage API clients")
    CONTRACT_OPTIONS = "contract_options", _("Change the contract's options and see payment data")


_END_USER: Final = frozenset({Right.OWN_USE})
_COORDINATOR: Final = _END_USER | {
    Right.SHARED_BALANCE,
    Right.CONTRACT_REPORTS,
    Right.JOURNAL,
    Right.BUY,
    Right.ALLOCATE,
    Right.MANAGE_ENABLING,
    Right.DECIDE_REFUNDS,
    Right.INVITE,
    Right.AUDIT_LOG,
    Right.VERIFICATION,
}
_ADMINISTRATOR: Final = frozenset(Right)

BY_ROLE: Final[dict[str, frozenset[Right]]] = {
    Role.END_USER: _END_USER,
    Role.COORDINATOR: _COORDINATOR,
    Role.ADMINISTRATOR: _ADMINISTRATOR,
}


def rights_of(membership: Membership | None) -> frozenset[Right]:
    """Return what the member may do; nothing without a membership. End users see shared tokens once ticked."""
    if membership is None:
        return frozenset()
    rights = BY_ROLE[membership.role]
    shared = may_use_shared(membership.role, ticked=membership.uses_shared)
    return rights | {Right.SHARED_BALANCE} if shared else rights


def may_use_shared(role: str, *, ticked: bool) -> bool:
    """Return whether somebody may pay from the shared pool, and so see it: end users once they are ticked."""
    return ticked or role != Role.END_USER


def require(membership: Membership | None, right: Right) -> None:
    """Let the member pass who has the right.

    Raises:
        BuyersOnly: the right to buy is missing; names who can.
        Forbidden: another right is missing.
    """
    if right in rights_of(membership):
        return
    if right is Right.BUY and membership is not None:
        raise BuyersOnly(administrators=buyers_of(membership.contract))
    raise Forbidden(f"Your role does not include: {right.label}.")


def buyers_of(contract: Contract) -> list[dict[str, str]]:
    """Return name, e-mail and role of those who buy for the contract, the administrator first."""
    buyers = contract.memberships.filter(role__in=BUYERS).select_related("user")
    return [
        {"name": buyer.user.get_full_name() or buyer.user.email, "email": buyer.user.email, "role": buyer.role}
        for buyer in sorted(buyers, key=lambda buyer: buyer.role)
    ]
