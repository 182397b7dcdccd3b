"""The rollup of usage with its mark, written by reporting.rollups alone, and what people keep of the pages.

The rollup's foreign keys have no database constraint: checking one would lock rows that charges are waiting for.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from ledger.ids import new_id
from ledger.models import Contract, Pool, Service

_UNCONSTRAINED: dict[str, Any] = {
    "on_delete": models.CASCADE,
    "related_name": "+",
    "db_constraint": False,
    "db_index": False,
}


class UsageSum(models.Model):
    """What was used on one day, or in one month (UTC), as far as its level tells it apart, in milli-tokens.

    What a level adds up has no service, user or pool here: their ids are zero.
    """

    pk = models.CompositePrimaryKey("contract_id", "level", "starts_on", "user_id", "service_id", "project", "pool_id")
    contract = models.ForeignKey(Contract, **_UNCONSTRAINED)
    level = models.CharField(max_length=20, help_text="A span and what is told apart. See reporting.levels.")
    starts_on = models.DateField(help_text="The day, or the first of the month.")
    pool = models.ForeignKey(Pool, **_UNCONSTRAINED)
    service = models.ForeignKey(Service, **_UNCONSTRAINED)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, **_UNCONSTRAINED)
    project = models.CharField(max_length=100, blank=True)
    jobs = models.BigIntegerField(help_text="Charges, those of zero tokens too.")
    charged_mt = models.BigIntegerField()
    refunded_mt = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="usage_sum_never_negative", condition=Q(jobs__gte=0, charged_mt__gte=0, refunded_mt__gte=0)
            ),
        ]
        # One person's usage is asked for most, and is little of the contract's.
        indexes: ClassVar = [models.Index(fields=["contract", "user", "level", "starts_on"], name="usage_sum_of_user")]

    def __str__(self) -> str:
        return f"{self.level} {self.starts_on}"


class PoolEvent(models.Model):
    """Where in its contract's journal something happened to a pool other than a job being paid: kind, time, place.

    Only a pointer, so that a page finds a pool's events without looking at everybody's. `user` is a refund's; else 0.
    """

    pk = models.CompositePrimaryKey("contract_id", "pool_id", "first_seq")
    contract = models.ForeignKey(Contract, **_UNCONSTRAINED)
    pool = models.ForeignKey(Pool, **_UNCONSTRAINED)
    first_seq = models.BigIntegerField(help_text="Of its transaction.")
    kind = models.CharField(max_length=10)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, **_UNCONSTRAINED)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.first_seq}"


class DayStart(models.Model):
    """The number of the first entry of a day (UTC) in its contract's journal; a day without entries has none."""

    pk = models.CompositePrimaryKey("contract_id", "day")
    contract = models.ForeignKey(Contract, **_UNCONSTRAINED)
    day = models.DateField()
    first_seq = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.day}: {self.first_seq}"


class FoldMark(models.Model):
    """The last entry of a contract that its rollup contains; it never goes down."""

    contract = models.OneToOneField(Contract, primary_key=True, **_UNCONSTRAINED)
    folded_seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.contract_id} up to {self.folded_seq}"


class SavedView(models.Model):
    """A report as somebody wants to find it again, by name: the tab and its query string. Written by reporting.kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
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
