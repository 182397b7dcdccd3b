"""Pools of tokens and the lots they are made of. Balances are written by ledger.posting alone."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.ids import new_id
from ledger.models.contracts import Contract


class PoolKind(models.TextChoices):
    """Whose tokens a pool holds."""

    INDIVIDUAL = "individual", _("Individual")
    SHARED = "shared", _("Shared")


class Pool(models.Model):
    """Tokens of one user on one contract, or the contract's shared ones. All amounts are milli-tokens."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="pools", db_index=False)
    kind = models.CharField(max_length=10, choices=PoolKind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="pools"
    )
    available_mt = models.BigIntegerField(default=0)
    held_mt = models.BigIntegerField(default=0)
    used_mt = models.BigIntegerField(default=0)
    expired_mt = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["contract", "kind", "created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract", "user"], condition=Q(kind=PoolKind.INDIVIDUAL), name="pool_one_individual"
            ),
            models.UniqueConstraint(fields=["contract"], condition=Q(kind=PoolKind.SHARED), name="pool_one_shared"),
            models.CheckConstraint(
                name="pool_user_iff_individual",
                condition=Q(kind=PoolKind.INDIVIDUAL, user__isnull=False) | Q(kind=PoolKind.SHARED, user__isnull=True),
            ),
            models.CheckConstraint(name="pool_available_never_negative", condition=Q(available_mt__gte=0)),
            models.CheckConstraint(name="pool_held_never_negative", condition=Q(held_mt__gte=0)),
            models.CheckConstraint(name="pool_used_never_negative", condition=Q(used_mt__gte=0)),
            models.CheckConstraint(name="pool_expired_never_negative", condition=Q(expired_mt__gte=0)),
        ]
        # With the id, so that one row of a large contract is found as fast as one of a small one (decision 22).
        indexes: ClassVar = [models.Index(fields=["contract", "id"], name="pool_of_contract")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} tokens of {self.user or self.contract}"


class LotSource(models.TextChoices):
    """Where a lot's tokens came from."""

    GIFT = "gift", _("Subscription gift")
    PURCHASE = "purchase", _("Purchase")
    ALLOCATION = "allocation", _("Allocated from shared tokens")
    ADJUSTMENT = "adjustment", _("Manual adjustment")
    IMPORT = "import", _("Imported")


SPENDING_ORDER = (F("usable_until").asc(nulls_last=True), "remaining_mt", "granted_at", "id")
"""Lots in the order in which they are spent; the planner sorts as this does. Source: DOMAIN, "Order inside a pool"."""


class Lot(models.Model):
    """One grant or purchase inside a pool, with its own expiry. A part that moves to another pool keeps its expiry."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="lots", db_index=False)
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="lots")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    source = models.CharField(max_length=12, choices=LotSource)
    amount_mt = models.BigIntegerField(help_text="What was put in, less what moved to another pool.")
    remaining_mt = models.BigIntegerField()
    held_mt = models.BigIntegerField(default=0)
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True, help_text="As agreed at the grant; empty: never.")
    usable_until = models.DateTimeField(
        null=True, blank=True, help_text="expires_at, or later while refunded tokens are in their days of grace."
    )
    exhausted = models.BooleanField(default=False, help_text="Nothing remains; kept for the index of live lots.")

    class Meta:
        ordering: ClassVar = [*SPENDING_ORDER]
        constraints: ClassVar = [
            models.CheckConstraint(name="lot_amount_never_negative", condition=Q(amount_mt__gte=0)),
            models.CheckConstraint(name="lot_remaining_never_negative", condition=Q(remaining_mt__gte=0)),
            models.CheckConstraint(name="lot_held_never_negative", condition=Q(held_mt__gte=0)),
            models.CheckConstraint(
                name="lot_never_above_its_amount", condition=Q(amount_mt__gte=F("remaining_mt") + F("held_mt"))
            ),
            models.CheckConstraint(
                name="lot_exhausted_iff_nothing_remains",
                condition=Q(exhausted=True, remaining_mt=0) | Q(exhausted=False, remaining_mt__gt=0),
            ),
        ]
        # Not "remaining_mt > 0": an index over a column that every charge changes would defeat in-page updates.
        indexes: ClassVar = [
            models.Index(fields=["contract", "id"], name="lot_of_contract"),
            models.Index(fields=["pool", "usable_until"], condition=Q(exhausted=False), name="lot_live"),
            models.Index(fields=["usable_until"], condition=Q(exhausted=False), name="lot_due"),
        ]

    def __str__(self) -> str:
        return f"{self.source} lot of {self.pool}"
