"""Packs of tokens and the orders that buy them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.ids import new_id
from ledger.models.contracts import Contract


class Pack(models.Model):
    """A number of tokens at a price. Prices are data; the first ones are demo figures."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    amount_mt = models.PositiveBigIntegerField()
    price_cents = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3, default="USD")
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["amount_mt"]

    def __str__(self) -> str:
        return self.name

    @property
    def cents_per_token(self) -> int:
        """What one token of it costs, rounded to cents."""
        return (self.price_cents * 1000 + self.amount_mt // 2) // self.amount_mt


class Channel(models.TextChoices):
    """How an order is bought. Source: InfraWorks seed, "Subscription users can purchase additional tokens from"."""

    STORE = "store", _("Online store")
    RESELLER = "reseller", _("Reseller (activation code)")
    DIRECT = "direct", _("Direct sales (purchase order)")


class OrderStatus(models.TextChoices):
    """The life of an order; ledger/order_states.py says which follows which. `fulfilled`: the tokens have arrived."""

    DRAFT = "draft", _("Draft")
    AWAITING_APPROVAL = "awaiting_approval", _("Awaiting approval")
    PLACED = "placed", _("Placed, to be paid")
    INVOICED = "invoiced", _("Invoiced, to be paid")
    PAID = "paid", _("Paid, not delivered")
    FULFILLED = "fulfilled", _("Fulfilled")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")


class Order(models.Model):
    """A purchase of packs for one contract."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="orders")
    number = models.PositiveIntegerField(null=True, blank=True, help_text="Counts the contract's placed orders.")
    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    amount_mt = models.PositiveBigIntegerField(help_text="Milli-tokens in all.")
    price_cents = models.PositiveBigIntegerField(help_text="Price in all before tax, as of the order.")
    tax_cents = models.PositiveBigIntegerField(default=0, help_text="Tax on the price, as of the order.")
    tax_rate_bp = models.PositiveIntegerField(default=0, help_text="Hundredths of a per cent.")
    tax_name = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3)
    channel = models.CharField(max_length=8, choices=Channel)
    purchase_order = models.CharField(max_length=100, blank=True)
    provider = models.CharField(max_length=10, blank=True, help_text="Who takes the money; empty: the reseller did.")
    payment_reference = models.CharField(max_length=200, blank=True, help_text="What the provider calls the payment.")
    status = models.CharField(max_length=17, choices=OrderStatus)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)
    invoiced_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    fulfilled_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="When it lapses, if it still waits then.")

    class Meta:
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at"],
                condition=Q(status__in=["draft", "awaiting_approval", "placed"]),
                name="order_lapses",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contract", "number"], name="order_number_once"),
            models.CheckConstraint(name="order_quantity_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="order_fulfilled_iff_time_known",
                condition=Q(status=OrderStatus.FULFILLED, fulfilled_at__isnull=False)
                | (~Q(status=OrderStatus.FULFILLED) & Q(fulfilled_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="order_paid_at_known", condition=~Q(status=OrderStatus.PAID) | Q(paid_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.pack}"

    @property
    def total_cents(self) -> int:
        """What is paid: the price and its tax."""
        return self.price_cents + self.tax_cents

    @property
    def pack_cents(self) -> int:
        """The price of one pack, as of the order, before tax."""
        return self.price_cents // self.quantity

    @property
    def reference(self) -> str:
        """What people call it: the contract's number and the order's; empty for a draft. Load the contract with it."""
        return f"{self.contract.number}-{self.number:04d}" if self.number else ""


class ActivationCode(models.Model):
    """A reseller's code for a pack; only its SHA-256 is kept, and it works once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code_hash = models.CharField(max_length=64, unique=True)
    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(default=1)
    order = models.OneToOneField(Order, on_delete=models.PROTECT, null=True, blank=True, related_name="activation_code")
    made_at = models.DateTimeField(default=timezone.now)
    note = models.CharField(max_length=200, blank=True, help_text="Which reseller, or what for.")

    def __str__(self) -> str:
        return f"Activation code for {self.pack}"
