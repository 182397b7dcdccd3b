"""Exports that were asked for, and schedules that ask for them. Written by portal.exports alone."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.ids import new_id
from ledger.models import Contract
from reporting.exports.datasets import DATASETS


class ExportFormat(models.TextChoices):
    """How an export is written."""

    CSV = "csv", _("CSV")
    XLSX = "xlsx", _("Excel")
    FOCUS = "focus-csv", _("FOCUS 1.2 (CSV)")
    PDF = "pdf", _("PDF statement")


class ExportState(models.TextChoices):
    """Where an export stands."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Being made")
    READY = "ready", _("Ready")
    SENT = "sent", _("Sent at once")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    GONE = "expired", _("File deleted")


UNFINISHED = (ExportState.QUEUED, ExportState.RUNNING)


class Rhythm(models.TextChoices):
    """How often a schedule asks."""

    WEEKLY = "weekly", _("Every week, for the week before")
    MONTHLY = "monthly", _("Every month, for the month before")


def title_of(dataset: str) -> str:
    """Return what a dataset is called on pages."""
    return str(DATASETS[dataset].title) if dataset in DATASETS else gettext("Token statement")


class ExportSchedule(models.Model):
    """One person's wish to get an export by mail, once for each period that has ended."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    dataset = models.CharField(max_length=20)
    format = models.CharField(max_length=10, choices=ExportFormat)
    query = models.TextField(blank=True, help_text="The page's filters, without its dates.")
    rhythm = models.CharField(max_length=8, choices=Rhythm)
    period_start = models.DateField(help_text="First day (UTC) of the next period to be sent.")
    due_at = models.DateTimeField(help_text="When that period is sent.")
    created_at = models.DateTimeField(auto_now_add=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(stopped_at__isnull=True), name="schedule_due"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.rhythm} for {self.user_id}"

    @property
    def title(self) -> str:
        """What it is called on pages."""
        return title_of(self.dataset)


class Export(models.Model):
    """A file that somebody asked for: what, in which format, with which filters, and how far it is."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    caller = models.CharField(max_length=100, help_text="Who asked: user:<id> or client:<id>.")
    dataset = models.CharField(max_length=20)
    format = models.CharField(max_length=10, choices=ExportFormat)
    question = models.JSONField(help_text="What is asked, with everything resolved.")
    filters = models.JSONField(default=list, help_text="The same in words: pairs of label and value.")
    time_zone = models.CharField(max_length=64, default="UTC")
    state = models.CharField(max_length=9, choices=ExportState, default=ExportState.QUEUED)
    done = models.BigIntegerField(default=0, help_text="Rows written so far.")
    total = models.BigIntegerField(null=True, help_text="Rows in all; empty while unknown.")
    size_bytes = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True, help_text="When its run last said how far it was.")
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="When the file is deleted.")
    run = models.UUIDField(null=True, help_text="The run that writes it; another one's file is thrown away.")
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    schedule = models.ForeignKey(ExportSchedule, on_delete=models.SET_NULL, null=True, related_name="exports")
    period_start = models.DateField(null=True, help_text="First day of a schedule's period.")

    class Meta:
        ordering: ClassVar = ["-asked_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["schedule", "period_start"], condition=Q(schedule__isnull=False), name="export_once_per_period"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["contract", "-asked_at", "-id"], name="export_recent"),
            models.Index(fields=["state"], condition=Q(state__in=UNFINISHED), name="export_unfinished"),
            models.Index(fields=["expires_at"], condition=Q(state=ExportState.READY), name="export_due"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.format} {self.state}"

    @property
    def title(self) -> str:
        """What it is called on pages."""
        return title_of(self.dataset)

    @property
    def percent(self) -> int:
        """How far it is, from 0 to 100."""
        if self.state not in UNFINISHED:
            return 100
        return min(99, 100 * self.done // self.total) if self.total else 0

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED
