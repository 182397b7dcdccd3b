"""The daily rollup of usage, and how far each contract is folded into it. Written by reporting.rollups alone.

The foreign keys have no database constraint: checking one would lock rows that charges are waiting for.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from ledger.models import Contract, Pool, Service

_UNCONSTRAINED: dict[str, Any] = {
    "on_delete": models.CASCADE,
    "related_name": "+",
    "db_constraint": False,
    "db_index": False,
}


class DailyUsage(models.Model):
    """What one user used of one service for one project from one pool on one day (UTC), in milli-tokens."""

    contract = models.ForeignKey(Contract, **_UNCONSTRAINED)
    day = models.DateField()
    pool = models.ForeignKey(Pool, **_UNCONSTRAINED)
    service = models.ForeignKey(Service, **_UNCONSTRAINED)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, **_UNCONSTRAINED)
    project = models.CharField(max_length=100, blank=True)
    jobs = models.BigIntegerField(help_text="Charges, those of zero tokens too.")
    charged_mt = models.BigIntegerField()
    refunded_mt = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "daily usage"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contract", "day", "pool", "service", "user", "project"], name="daily_usage_once"
            ),
            models.CheckConstraint(
                name="daily_usage_never_negative",
                condition=Q(jobs__gte=0, charged_mt__gte=0, refunded_mt__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.service_id} {self.user_id}"


class FoldMark(models.Model):
    """The last entry of a contract that its rollup contains; it never goes down."""

    contract = models.OneToOneField(Contract, primary_key=True, **_UNCONSTRAINED)
    folded_seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.contract_id} up to {self.folded_seq}"


class SavedView(models.Model):
    """A report as somebody wants to find it again, by name: the tab and its query string. Written by reporting.kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="report_views", db_index=False
    )
    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    tab = models.CharField(max_length=20)
    query = models.CharField(max_length=2000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "contract", "name"], name="saved_view_once_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class ColumnChoice(models.Model):
    """The columns that somebody wants to see in usage tables. Written by reporting.kept."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="report_columns"
    )
    columns = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"Columns of {self.user_id}"
