"""Contracts, and who may do what on them."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from ledger.ids import new_id


class Contract(models.Model):
    """One customer's agreement: it owns pools, subscriptions and orders, and no token ever leaves it for another."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    allow_split = models.BooleanField(default=False, help_text="A charge may be paid from both pools together.")
    project_required = models.BooleanField(default=False, help_text="Every job must carry a project code.")
    refund_grace_s = models.PositiveIntegerField(
        default=30 * 86_400, help_text="How long (seconds) refunded tokens stay usable when their lot has expired."
    )
    approval_limit_cents = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Orders above this price need an administrator's approval."
    )
    tax_name = models.CharField(max_length=40, blank=True, help_text="What invoices call the tax, such as VAT.")
    tax_rate_bp = models.PositiveIntegerField(default=0, help_text="Tax on orders, in hundredths of a per cent.")
    pays_first = models.BooleanField(
        default=False, help_text="Tokens arrive when an invoice is paid; off: when it is sent."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="contract_ends_after_start",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=models.F("starts_at")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def has_ended(self, at: datetime) -> bool:
        """Tell whether the contract is over at an instant; its end is the first instant after it."""
        return self.ends_at is not None and self.ends_at <= at


class Role(models.TextChoices):
    """What a member is on a contract. Source: DOMAIN, "Roles"."""

    ADMINISTRATOR = "administrator", _("Contract administrator")
    COORDINATOR = "coordinator", _("Software coordinator")
    END_USER = "end_user", _("End user")


BUYERS = (Role.ADMINISTRATOR, Role.COORDINATOR)
"""Who buys tokens. Source: InfraWorks seed, "Tokens can only be purchased by"."""


class Membership(models.Model):
    """A person's role on one contract; enabled once their subscription benefits are."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role, default=Role.END_USER)
    uses_shared = models.BooleanField(default=False, help_text="Ticked by an administrator or coordinator.")
    enabled_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "user"], name="membership_once_per_contract"),
            models.UniqueConstraint(
                fields=["contract"], condition=Q(role=Role.ADMINISTRATOR), name="membership_one_administrator"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.contract}: {self.role}"

    @property
    def is_buyer(self) -> bool:
        """Whether their role buys tokens."""
        return self.role in BUYERS

    @property
    def may_use_shared(self) -> bool:
        """Buyers use the shared pool by their role, end users once ticked."""
        return self.is_buyer or self.uses_shared


class Invitation(models.Model):
    """An e-mail address that an administrator or coordinator wants on the contract; lapses after seven days."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=16, choices=Role, default=Role.END_USER)
    uses_shared = models.BooleanField(default=False)
    subscription = models.ForeignKey("ledger.Subscription", on_delete=models.SET_NULL, null=True, blank=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True, help_text="When its mail went out; none: it still waits.")
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-sent_at"]
        constraints: ClassVar = [
            models.UniqueConstraint("contract", Lower("email"), name="invitation_once_per_address"),
            models.CheckConstraint(name="invitation_never_administrator", condition=~Q(role=Role.ADMINISTRATOR)),
        ]
        indexes: ClassVar = [
            models.Index(fields=["sent_at"], condition=Q(mailed_at=None), name="invitation_to_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.contract}"
