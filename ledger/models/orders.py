"""Packs of tokens and the orders that buy them."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

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


class Channel(models.TextChoices):
    """How an order is bought. Source: InfraWorks seed, "Subscription users can purchase additional tokens from"."""

    STORE = "store", "Online store"
    RESELLER = "reseller", "Reseller (activation code)"
    DIRECT = "direct", "Direct sales (purchase order)"


class OrderStatus(models.TextChoices):
    """The life of an order; `fulfilled` means that its tokens are in the shared pool."""

    AWAITING_APPROVAL = "awaiting_approval", "Awaiting approval"
    FULFILLED = "fulfilled", "Fulfilled"
    CANCELLED = "cancelled", "Cancelled"


class Order(models.Model):
    """A purchase of packs for one contract."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="orders")
    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    amount_mt = models.PositiveBigIntegerField(help_text="Milli-tokens in all.")
    price_cents = models.PositiveBigIntegerField(help_text="Price in all, as of the order.")
    currency = models.CharField(max_length=3)
    channel = models.CharField(max_length=8, choices=Channel)
    purchase_order = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=17, choices=OrderStatus)
    ordered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    fulfilled_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(name="order_quantity_positive", condition=Q(quantity__gt=0)),
            models.CheckConstraint(
                name="order_fulfilled_iff_time_known",
                condition=Q(status=OrderStatus.FULFILLED, fulfilled_at__isnull=False)
                | (~Q(status=OrderStatus.FULFILLED) & Q(fulfilled_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.pack}"


class ActivationCode(models.Model):
    """A reseller's code for a pack; only its SHA-256 is kept, and it works once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code_hash = models.CharField(max_length=64, unique=True)
    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(default=1)
    order = models.OneToOneField(Order, on_delete=models.PROTECT, null=True, blank=True, related_name="activation_code")

    def __str__(self) -> str:
        return f"Activation code for {self.pack}"
