"""Inviting people to a contract by e-mail address; sending the mail is the portal's part."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.transaction import atomic
from django.utils import timezone

from ledger import audit
from ledger.errors import Conflict, InvalidRequest, NotFound
from ledger.models import Invitation, Membership, Role, Subscription
from ledger.rights import Right, require
from ledger.texts import check_text

VALID_FOR: Final = timedelta(days=7)


@atomic
def invite(
    *,
    membership: Membership,
    email: str,
    role: str = Role.END_USER,
    uses_shared: bool = False,
    subscription: Subscription | None = None,
    at: datetime | None = None,
) -> Invitation:
    """Invite an address for seven days; inviting it again renews the invitation.

    Raises:
        Forbidden: the member may not invite, or not for this role.
        Conflict: the address is enabled on the contract already.
        InvalidRequest: not an e-mail address; or an administrator, who is named by handing over.
        NotFound: the subscription is not the contract's.
    """
    require(membership, Right.INVITE)
    if role not in (Role.COORDINATOR, Role.END_USER):
        raise InvalidRequest("Invite coordinators and end users; the contract is handed over on its own.", field="role")
    if role == Role.COORDINATOR:
        require(membership, Right.NAME_COORDINATORS)
    if uses_shared:
        require(membership, Right.MANAGE_ENABLING)
    if subscription and subscription.contract_id != membership.contract_id:
        raise NotFound("There is no such subscription on this contract.", field="subscription")
    email = _address(email)
    enabled = Membership.objects.filter(
        contract=membership.contract, user__email__iexact=email, enabled_at__isnull=False
    )
    if enabled.exists():
        raise Conflict("This address is enabled on the contract already.", field="email")
    now = at or timezone.now()
    values = {
        "role": role,
        "uses_shared": uses_shared,
        "subscription": subscription,
        "invited_by": membership.user,
        "sent_at": now,
        "expires_at": now + VALID_FOR,
        "accepted_at": None,
    }
    invitation, _ = Invitation.objects.update_or_create(contract=membership.contract, email=email, defaults=values)
    audit.record(
        contract=membership.contract, actor=membership.user, action="member.invited", subject=email, detail=role, at=now
    )
    return invitation


@atomic
def resend(*, membership: Membership, invitation_id: UUID, at: datetime | None = None) -> Invitation:
    """Renew an invitation for another seven days.

    Raises:
        Forbidden, NotFound: the member may not invite, or there is no such open invitation.
    """
    require(membership, Right.INVITE)
    invitation = Invitation.objects.filter(contract=membership.contract, id=invitation_id, accepted_at=None).first()
    if invitation is None:
        raise NotFound("There is no such invitation.")
    if invitation.role == Role.COORDINATOR:
        require(membership, Right.NAME_COORDINATORS)
    invitation.sent_at = at or timezone.now()
    invitation.expires_at = invitation.sent_at + VALID_FOR
    invitation.save(update_fields=["sent_at", "expires_at"])
    audit.record(
        contract=membership.contract,
        actor=membership.user,
        action="member.invited_again",
        subject=invitation.email,
        at=invitation.sent_at,
    )
    return invitation


def _address(email: str) -> str:
    """Return the address in the one form in which it is kept."""
    email = check_text(email, field="email", limit=254).lower()
    try:
        validate_email(email)
    except ValidationError:
        raise InvalidRequest("This is not an e-mail address.", field="email") from None
    return email
