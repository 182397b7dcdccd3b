"""Inviting people to a contract by e-mail address; sending the mail is the portal's part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models.functions import Lower
from django.db.transaction import atomic
from django.utils import timezone

from ledger import audit
from ledger.errors import Conflict, Forbidden, InvalidRequest, LedgerError, NotFound
from ledger.models import Invitation, Membership, Role, Subscription
from ledger.rights import Right, require, rights_of
from ledger.texts import check_text

VALID_FOR: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Invitee:
    """Whom to invite, and as what."""

    email: str
    role: str = Role.END_USER
    uses_shared: bool = False


def invite(
    *,
    membership: Membership,
    email: str,
    role: str = Role.END_USER,
    uses_shared: bool = False,
    subscription: Subscription | None = None,
    at: datetime | None = None,
) -> Invitation:
    """Invite one address; see `invite_many`."""
    invitee = Invitee(email, role, uses_shared)
    return invite_many(membership=membership, invitees=[invitee], subscription=subscription, at=at)[0]


@atomic
def invite_many(
    *,
    membership: Membership,
    invitees: Sequence[Invitee],
    subscription: Subscription | None = None,
    at: datetime | None = None,
) -> list[Invitation]:
    """Invite addresses for seven days, all or none; inviting one again renews its invitation.

    A constant number of statements, whatever the number of addresses.

    Raises:
        Forbidden: the member may not invite, or not for this role.
        Conflict: an address is enabled on the contract already, or stands twice in the list.
        InvalidRequest: not an e-mail address; or an administrator, who is named by handing over.
        NotFound: the subscription is not the contract's.
    """
    if subscription and subscription.contract_id != membership.contract_id:
        raise NotFound("There is no such subscription on this contract.", field="subscription")
    for refusal in refusals_of(membership=membership, invitees=invitees):
        if refusal:
            raise refusal
    now = at or timezone.now()
    wanted = {address_of(invitee.email): invitee for invitee in invitees}
    # Who invites the same address at the same moment meets at its unique constraint; the later one renews it.
    new = [_renewed(Invitation(email=email), membership, each, subscription, now) for email, each in wanted.items()]
    Invitation.objects.bulk_create(new, ignore_conflicts=True)
    kept = list(Invitation.objects.filter(contract=membership.contract, email__in=wanted).select_for_update())
    for invitation in kept:
        _renewed(invitation, membership, wanted[invitation.email], subscription, now)
    Invitation.objects.bulk_update(
        kept,
        ["role", "uses_shared", "subscription", "invited_by", "sent_at", "expires_at", "mailed_at", "accepted_at"],
    )
    _audit(membership, "member.invited", [(each.email, each.role) for each in kept], now)
    order = list(wanted)
    return sorted(kept, key=lambda invitation: order.index(invitation.email))


def refusals_of(*, membership: Membership, invitees: Sequence[Invitee]) -> list[LedgerError | None]:
    """Return for each whom to invite why that would be refused; None where it would not. One statement for all.

    Raises:
        Forbidden: the member may not invite at all.
    """
    require(membership, Right.INVITE)
    here = Membership.objects.filter(contract_id=membership.contract_id, enabled_at__isnull=False)
    addresses = [invitee.email.strip().lower() for invitee in invitees if "\0" not in invitee.email]
    found = here.annotate(address=Lower("user__email")).filter(address__in=addresses)
    taken = set(found.values_list("address", flat=True))
    found_so_far: set[str] = set()
    refusals: list[LedgerError | None] = []
    for invitee in invitees:
        refusals.append(_refusal(membership, invitee, taken, found_so_far))
        found_so_far.add(invitee.email.strip().lower())
    return refusals


def _refusal(membership: Membership, invitee: Invitee, taken: set[str], before: set[str]) -> LedgerError | None:
    try:
        email = address_of(invitee.email)
    except InvalidRequest as refusal:
        return refusal
    if email in taken:
        return Conflict("This address is enabled on the contract already.", field="email")
    if email in before:
        return Conflict("This address stands in the list already.", field="email")
    return _refusal_of_role(membership, invitee)


def _refusal_of_role(membership: Membership, invitee: Invitee) -> LedgerError | None:
    if invitee.role not in (Role.COORDINATOR, Role.END_USER):
        return InvalidRequest(
            "Invite coordinators and end users; the contract is handed over on its own.", field="role"
        )
    wanted = {Right.NAME_COORDINATORS: invitee.role == Role.COORDINATOR, Right.MANAGE_ENABLING: invitee.uses_shared}
    rights = rights_of(membership)
    missing = [right for right, is_wanted in wanted.items() if is_wanted and right not in rights]
    return Forbidden(f"Your role does not include: {missing[0].label}.") if missing else None


def _renewed(
    invitation: Invitation, membership: Membership, invitee: Invitee, subscription: Subscription | None, now: datetime
) -> Invitation:
    invitation.contract = membership.contract
    invitation.role, invitation.uses_shared = invitee.role, invitee.uses_shared
    invitation.subscription, invitation.invited_by = subscription, membership.user
    invitation.sent_at, invitation.expires_at = now, now + VALID_FOR
    invitation.mailed_at = invitation.accepted_at = None
    return invitation


@atomic
def resend(*, membership: Membership, invitation_id: UUID, at: datetime | None = None) -> Invitation:
    """Renew an invitation for another seven days.

    Raises:
        Forbidden, NotFound: the member may not invite, or there is no such open invitation.
    """
    invitation = _open(membership, invitation_id)
    invitation.sent_at = at or timezone.now()
    invitation.expires_at = invitation.sent_at + VALID_FOR
    invitation.mailed_at = None
    invitation.save(update_fields=["sent_at", "expires_at", "mailed_at"])
    _audit(membership, "member.invited_again", [(invitation.email, "")], invitation.sent_at)
    return invitation


@atomic
def withdraw(*, membership: Membership, invitation_id: UUID) -> str:
    """End an invitation that nobody has accepted, and return its address.

    Raises:
        Forbidden, NotFound: the member may not invite, or there is no such open invitation.
    """
    invitation = _open(membership, invitation_id)
    Invitation.objects.filter(id=invitation.id).delete()
    _audit(membership, "member.invitation_withdrawn", [(invitation.email, "")], timezone.now())
    return invitation.email


def address_of(email: str) -> str:
    """Return the address in the one form in which it is kept.

    Raises:
        InvalidRequest: it is none.
    """
    email = check_text(email, field="email", limit=254).lower()
    try:
        validate_email(email)
    except ValidationError:
        raise InvalidRequest("This is not an e-mail address.", field="email") from None
    return email


def _open(membership: Membership, invitation_id: UUID) -> Invitation:
    require(membership, Right.INVITE)
    here = Invitation.objects.filter(contract=membership.contract, id=invitation_id, accepted_at=None)
    invitation = here.select_for_update().first()
    if invitation is None:
        raise NotFound("There is no such invitation.")
    if invitation.role == Role.COORDINATOR:
        require(membership, Right.NAME_COORDINATORS)
    return invitation


def _audit(membership: Membership, action: str, subjects: Sequence[tuple[str, str]], at: datetime) -> None:
    audit.record_many(contract=membership.contract, actor=membership.user, action=action, subjects=subjects, at=at)
