"""Subscriptions, their seats, the gifts they earn, and who enabled which benefit."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.ids import new_id
from ledger.models.contracts import Contract
from ledger.models.rates import Product


class GiftPeriod(models.TextChoices):
    """How often a seat earns the row's amount."""

    YEAR = "year", _("Each started subscription year")
    TERM = "term", _("Once per term")
    QUARTER = "quarter", _("Each started quarter")


class GiftRule(models.Model):
    """One row of the gift table: tokens per licence. Source: InfraWorks seed, "Subscription length | token amount"."""

    length = models.CharField(max_length=20, primary_key=True, help_text="annual, quarterly, 2-years, 3-years, ...")
    name = models.CharField(max_length=60)
    amount_mt = models.PositiveBigIntegerField(help_text="Milli-tokens per seat and period.")
    period = models.CharField(max_length=8, choices=GiftPeriod, default=GiftPeriod.YEAR)
    term_months = models.PositiveSmallIntegerField(help_text="Length of one term, in months.")

    class Meta:
        ordering: ClassVar = ["term_months", "length"]

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """A product that a contract subscribes to, with a serial number and a number of seats."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="subscriptions")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="subscriptions")
    rule = models.ForeignKey(GiftRule, on_delete=models.PROTECT, related_name="+")
    serial_number = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True, help_text="End of the last unbroken renewal.")

    class Meta:
        ordering: ClassVar = ["starts_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "serial_number"], name="subscription_serial_once"),
        ]

    def __str__(self) -> str:
        return f"{self.product} ({self.serial_number})"

    def has_ended(self, at: datetime) -> bool:
        """Tell whether the subscription, or its contract with it, is over at an instant."""
        return (self.ends_at is not None and self.ends_at <= at) or self.contract.has_ended(at)


class Seat(models.Model):
    """One licence of a subscription; its gifts go to the user assigned to it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="seats")
    number = models.PositiveIntegerField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="seats"
    )

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subscription", "number"], name="seat_number_once"),
            models.UniqueConstraint(
                fields=["subscription", "user"], condition=Q(user__isnull=False), name="seat_one_per_user"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription} seat {self.number}"


class Gift(models.Model):
    """The tokens one seat earned for one period; issued once, whoever is assigned when. Period 1 is the first."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="gifts")
    period_number = models.PositiveIntegerField()
    amount_mt = models.PositiveBigIntegerField()
    due_at = models.DateTimeField()
    issued_at = models.DateTimeField(help_text="When the tokens reached the pool of the seat's user.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["due_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["seat", "period_number"], name="gift_once_per_seat_and_period")
        ]

    def __str__(self) -> str:
        return f"{self.seat} period {self.period_number}"


class BenefitStatus(models.TextChoices):
    """Where an enabling stands."""

    PENDING = "pending", _("Waiting for approval")
    ENABLED = "enabled", _("Enabled")
    REFUSED = "refused", _("Refused")


class Benefit(models.Model):
    """One user's wish to enable the benefits of one subscription, and what became of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="benefits")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="benefits", null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="benefits")
    status = models.CharField(max_length=8, choices=BenefitStatus, default=BenefitStatus.PENDING)
    reason = models.CharField(max_length=500, blank=True)
    requested_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["-requested_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract", "user", "subscription"],
                condition=~Q(status=BenefitStatus.REFUSED),
                name="benefit_once_unless_refused",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.contract}: {self.status}"
