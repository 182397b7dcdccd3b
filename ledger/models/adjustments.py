"""Corrections of pools that operators ask for. Those over a limit wait for a second operator."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.ids import new_id
from ledger.models.contracts import Contract
from ledger.models.pools import Pool


class AdjustmentStatus(models.TextChoices):
    """The life of a correction; `posted` means that it is in the books."""

    WAITING = "waiting", _("Waits for a second operator")
    POSTED = "posted", _("Posted")
    DECLINED = "declined", _("Declined")


class Adjustment(models.Model):
    """One operator's wish to correct a pool; `decided_by` is empty where no second operator was needed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="adjustments")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="adjustments")
    amount_mt = models.BigIntegerField(help_text="Milli-tokens: above zero to add, below to take away.")
    reason = models.CharField(max_length=500)
    status = models.CharField(max_length=8, choices=AdjustmentStatus)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-requested_at"]
        indexes: ClassVar = [models.Index(fields=["contract", "-requested_at"], name="adjustment_recent")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(amount_mt=0), name="adjustment_moves_something"),
            models.CheckConstraint(
                condition=~Q(status="posted", decided_by=F("requested_by")), name="adjustment_not_approved_by_asker"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()}: {self.reason}"
