"""Enabling subscription benefits. Source: InfraWorks seed, "click Enable Your Subscription Benefits"."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.db.transaction import atomic
from django.utils import timezone

from ledger import audit
from ledger.contracts import individual_pool
from ledger.errors import (
    AlreadyDecided,
    Conflict,
    ContractExpired,
    EmailNotVerified,
    InvitationLapsed,
    NoFreeSeat,
    NoSuchSubscription,
    NotFound,
    ProductExcluded,
)
from ledger.gifts import issue_due_gifts
from ledger.models import (
    Benefit,
    BenefitStatus,
    Contract,
    Invitation,
    Membership,
    Seat,
    Service,
    Subscription,
)
from ledger.rights import Right, require
from ledger.texts import REASON_LIMIT, check_text, is_storable


def enable_by_invitation(*, user: User, email_verified: bool, at: datetime | None = None) -> list[Benefit]:
    """Enable what a verified address was invited to; return nothing where there is no invitation.

    Who is invited to several contracts is not kept from one because another is full.

    Raises:
        EmailNotVerified: the address must be confirmed first.
        InvitationLapsed: the only invitations have lapsed.
        ContractExpired, ProductExcluded, NoFreeSeat: none of the benefits can be enabled; why the newest cannot.
    """
    if not email_verified:
        raise EmailNotVerified
    now = at or timezone.now()
    waiting = Invitation.objects.filter(email__iexact=user.email, accepted_at=None)
    invitations = list(waiting.select_related("contract", "subscription__product"))
    live = [invitation for invitation in invitations if invitation.expires_at > now]
    if invitations and not live:
        raise InvitationLapsed
    enabled, refusals = list[Benefit](), list[Conflict]()
    for invitation in live:
        try:
            enabled += _accept(invitation, user, now)
        except Conflict as refusal:
            refusals.append(refusal)
    if refusals and not enabled:
        raise refusals[0]
    return enabled


def request_enabling(
    *, user: User, email_verified: bool, contract_number: str, serial_number: str, at: datetime | None = None
) -> Benefit:
    """Ask to enable the benefits of a subscription by its contract number and serial number.

    A member who is enabled gets the same benefit again; others wait for an administrator or coordinator.

    Raises:
        EmailNotVerified, NoSuchSubscription, ContractExpired, ProductExcluded, NoFreeSeat.
    """
    if not email_verified:
        raise EmailNotVerified
    now = at or timezone.now()
    subscription = _find_subscription(contract_number.strip(), serial_number.strip())
    if known := _open_benefit(subscription, user):
        return known
    _check(subscription, user, now)
    try:
        with atomic():
            benefit = Benefit.objects.create(
                contract=subscription.contract, subscription=subscription, user=user, requested_at=now
            )
            audit.record(contract=benefit.contract, actor=user, action="benefit.requested", subject=user, at=now)
            is_member = Membership.objects.filter(
                contract=benefit.contract, user=user, enabled_at__isnull=False
            ).exists()
            if is_member:
                _bind(benefit, decided_by=user, at=now)
    except IntegrityError:
        # The button was pressed twice at the same moment.
        known = _open_benefit(subscription, user)
        if known is None:
            raise
        return known
    return _with_gifts(benefit, now) if is_member else benefit


def approve(*, membership: Membership, benefit_id: UUID, at: datetime | None = None) -> Benefit:
    """Enable a pending benefit: bind the user to the contract, assign a seat, grant the gift.

    Raises:
        Forbidden, NotFound, AlreadyDecided, NoFreeSeat, ContractExpired, ProductExcluded.
    """
    benefit = _find(membership, benefit_id)
    if benefit.status == BenefitStatus.ENABLED:
        return benefit
    now = at or timezone.now()
    if benefit.subscription:
        _check(benefit.subscription, benefit.user, now)
    with atomic():
        _bind(benefit, decided_by=membership.user, at=now)
    return _with_gifts(benefit, now)


def refuse(*, membership: Membership, benefit_id: UUID, reason: str = "", at: datetime | None = None) -> Benefit:
    """Refuse a pending benefit, with a reason that the user will see.

    Raises:
        Forbidden, NotFound, AlreadyDecided, InvalidRequest.
    """
    reason = check_text(reason, field="reason", limit=REASON_LIMIT)
    benefit = _find(membership, benefit_id)
    with atomic():
        _decide(benefit, BenefitStatus.REFUSED, decided_by=membership.user, at=at or timezone.now(), reason=reason)
    return benefit


def eligible_services(contract_id: UUID) -> QuerySet[Service]:
    """Return the cloud services of the products that the contract subscribes to, excluded products left out."""
    now = timezone.now()
    running = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    products = Subscription.objects.filter(running, contract_id=contract_id, product__has_benefits=True)
    return Service.objects.filter(active=True, product__in=products.values("product")).select_related("product")


def _accept(invitation: Invitation, user: User, now: datetime) -> list[Benefit]:
    """Enable what one invitation is for; nothing if it was accepted or withdrawn at this moment."""
    subscription = invitation.subscription or _subscription_with_a_free_seat(invitation.contract, user, now)
    if subscription:
        _check(subscription, user, now)
    elif invitation.contract.has_ended(now):
        raise ContractExpired
    with atomic():
        # First of all, so that a second press waits here: the benefit itself is not unique without a subscription.
        if not Invitation.objects.filter(id=invitation.id, accepted_at=None).update(accepted_at=now):
            return []
        benefit, _ = Benefit.objects.exclude(status=BenefitStatus.REFUSED).get_or_create(
            contract=invitation.contract, user=user, subscription=subscription, defaults={"requested_at": now}
        )
        _bind(
            benefit,
            decided_by=invitation.invited_by,
            at=now,
            role=invitation.role,
            uses_shared=invitation.uses_shared,
        )
    return [_with_gifts(benefit, now)]


def _find_subscription(contract_number: str, serial_number: str) -> Subscription:
    """One wording for every pair that does not match: nothing to probe."""
    found = None
    if is_storable(contract_number + serial_number):
        found = (
            Subscription.objects.filter(contract__number=contract_number, serial_number=serial_number)
            .select_related("contract", "product", "rule")
            .first()
        )
    if found is None:
        raise NoSuchSubscription
    return found


def _open_benefit(subscription: Subscription, user: User) -> Benefit | None:
    return Benefit.objects.filter(subscription=subscription, user=user).exclude(status=BenefitStatus.REFUSED).first()


def _subscription_with_a_free_seat(contract: Contract, user: User, now: datetime) -> Subscription | None:
    running = Q(subscription__ends_at=None) | Q(subscription__ends_at__gt=now)
    seats = Seat.objects.filter(Q(user=None) | Q(user=user), running, subscription__contract=contract)
    seat = seats.filter(subscription__product__has_benefits=True).select_related("subscription__product").first()
    return seat.subscription if seat else None


def _check(subscription: Subscription, user: User, now: datetime) -> None:
    if subscription.has_ended(now):
        raise ContractExpired
    if not subscription.product.has_benefits:
        raise ProductExcluded
    if not Seat.objects.filter(Q(user=None) | Q(user=user), subscription=subscription).exists():
        raise NoFreeSeat


def _bind(
    benefit: Benefit, *, decided_by: User, at: datetime, role: str | None = None, uses_shared: bool = False
) -> None:
    """Put the user on the contract and on a seat; part of the caller's database transaction, all of it or nothing.

    Raises:
        AlreadyDecided: the benefit was refused meanwhile.
        NoFreeSeat: somebody else took the last one.
    """
    _decide(benefit, BenefitStatus.ENABLED, decided_by=decided_by, at=at)
    membership, _ = Membership.objects.get_or_create(contract=benefit.contract, user=benefit.user)
    if membership.enabled_at is None:
        membership.enabled_at = at
        membership.role = role or membership.role
        membership.uses_shared = membership.uses_shared or uses_shared
        membership.save()
    individual_pool(contract_id=benefit.contract_id, user_id=benefit.user_id)
    if benefit.subscription:
        _assign_seat(benefit.subscription, benefit.user)


def _decide(benefit: Benefit, status: BenefitStatus, *, decided_by: User, at: datetime, reason: str = "") -> None:
    """Note a decision on a pending benefit; making the same one again changes nothing.

    Raises:
        AlreadyDecided: somebody decided otherwise.
    """
    pending = Benefit.objects.filter(id=benefit.id, status=BenefitStatus.PENDING)
    is_first = pending.update(status=status, decided_by=decided_by, decided_at=at, reason=reason)
    benefit.refresh_from_db(fields=["status", "decided_by", "decided_at", "reason"])
    if benefit.status != status:
        raise AlreadyDecided
    if is_first:
        audit.record(
            contract=benefit.contract,
            actor=decided_by,
            action=f"benefit.{status}",
            subject=benefit.user,
            detail=reason,
            at=at,
        )


def _with_gifts(benefit: Benefit, at: datetime) -> Benefit:
    """Issue what the benefit's seat has earned; apart from the binding, because the ledger's worker would too."""
    if benefit.subscription:
        issue_due_gifts(at=at, subscription=benefit.subscription)
    return benefit


def _assign_seat(subscription: Subscription, user: User) -> None:
    """Give the user the first free seat; two who want the last one meet at the update.

    Raises:
        NoFreeSeat: somebody else was first.
    """
    if Seat.objects.filter(subscription=subscription, user=user).exists():
        return
    for seat_id in Seat.objects.filter(subscription=subscription, user=None).values_list("id", flat=True):
        if Seat.objects.filter(id=seat_id, user=None).update(user=user):
            return
    raise NoFreeSeat


def _find(membership: Membership, benefit_id: UUID) -> Benefit:
    benefit = (
        Benefit.objects.filter(id=benefit_id, contract_id=membership.contract_id)
        .select_related("contract", "user", "subscription__product", "subscription__contract", "subscription__rule")
        .first()
    )
    if benefit is None:
        raise NotFound("There is no such request.")
    require(membership, Right.MANAGE_ENABLING)
    return benefit
