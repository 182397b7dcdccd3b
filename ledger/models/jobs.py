"""Quotes, jobs and refund requests: what users start, pay for and get back."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.ids import new_id
from ledger.models.contracts import Contract
from ledger.models.pools import Pool
from ledger.models.rates import Rate, Service


class Quote(models.Model):
    """The price of a job before it runs, frozen until it expires. It moves nothing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="quotes", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    pool = models.ForeignKey(Pool, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    rate = models.ForeignKey(Rate, on_delete=models.PROTECT, related_name="+")
    quantity_m = models.PositiveBigIntegerField()
    count = models.PositiveIntegerField(default=1)
    price_mt = models.PositiveBigIntegerField(help_text="Milli-tokens for one job.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["contract", "id"], name="quote_of_contract")]

    def __str__(self) -> str:
        return f"{self.count} x {self.service}"


class JobStatus(models.TextChoices):
    """The life of a job."""

    RUNNING = "running", _("Running")
    PRODUCING = "producing", _("Producing results")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Timed out")


LIVE_STATUSES = (JobStatus.RUNNING, JobStatus.PRODUCING)


class Job(models.Model):
    """One run of a service. While `running` its price is held; the first result captures it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Few indexes and references, because every start of a job pays for each of them (decision 0012).
    contract = models.ForeignKey(
        Contract, on_delete=models.PROTECT, related_name="jobs", db_index=False, db_constraint=False
    )
    service = models.ForeignKey(
        Service, on_delete=models.PROTECT, related_name="jobs", db_index=False, db_constraint=False
    )
    rate = models.ForeignKey(
        Rate, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False, db_constraint=False
    )
    quote = models.ForeignKey(
        Quote, on_delete=models.PROTECT, null=True, blank=True, related_name="jobs", db_index=False, db_constraint=False
    )
    # Has a pool on the contract, which is never deleted and refers to the user.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="jobs", db_index=False, db_constraint=False
    )
    pool = models.ForeignKey(
        Pool,
        on_delete=models.PROTECT,
        related_name="jobs",
        db_index=False,
        db_constraint=False,
        help_text="The pool that pays first.",
    )
    caller = models.CharField(max_length=100, help_text="Who started it: user:<id>, client:<id> or system.")
    quantity_m = models.PositiveBigIntegerField(help_text="Thousandths of the service's unit.")
    price_mt = models.PositiveBigIntegerField(help_text="What was held at the start.")
    captured_mt = models.PositiveBigIntegerField(default=0)
    refunded_mt = models.PositiveBigIntegerField(default=0)
    draws = models.JSONField(
        default=list, help_text="Lot, pool and milli-tokens of its hold, or of its charge once captured."
    )
    status = models.CharField(max_length=10, choices=JobStatus, default=JobStatus.RUNNING)
    results = models.PositiveIntegerField(default=0)
    project = models.CharField(max_length=100, blank=True)
    comment = models.CharField(max_length=500, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it failed or was cancelled.")
    created_at = models.DateTimeField()
    first_result_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    hold_expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(name="job_refund_within_charge", condition=Q(refunded_mt__lte=F("captured_mt"))),
            models.CheckConstraint(
                name="job_running_has_no_charge", condition=~Q(status=JobStatus.RUNNING) | Q(captured_mt=0, results=0)
            ),
            models.CheckConstraint(
                name="job_ended_iff_end_is_known",
                condition=Q(status__in=LIVE_STATUSES, ended_at__isnull=True)
                | (~Q(status__in=LIVE_STATUSES) & Q(ended_at__isnull=False)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["contract", "-created_at", "-id"], name="job_recent"),
            models.Index(fields=["contract", "user", "-created_at"], name="job_of_user"),
            models.Index(fields=["hold_expires_at"], condition=Q(status=JobStatus.RUNNING), name="job_hold_due"),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.id}"


class RefundStatus(models.TextChoices):
    """Where a refund request stands."""

    PENDING = "pending", _("Waiting for a decision")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")


class RefundRequest(models.Model):
    """A user's claim that a charged job failed unnoticed; an administrator or coordinator decides."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="refund_requests")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="refund_requests")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    status = models.CharField(max_length=8, choices=RefundStatus, default=RefundStatus.PENDING)
    created_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["job"], condition=Q(status=RefundStatus.PENDING), name="refund_request_one_pending"
            )
        ]

    def __str__(self) -> str:
        return f"Refund of {self.job_id}: {self.status}"
