"""Mails that are to be sent, each once, and which kinds a person wants. Written by portal.notifications alone."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.ids import new_id
from ledger.models import Pool
from portal.models.exports import Export


class NoticeKind(models.TextChoices):
    """What people are told of by mail."""

    ORDER_WAITS = "order_waits", _("An order waits for your approval")
    ORDER_DECIDED = "order_decided", _("Your order was approved or cancelled")
    TOKENS_WANTED = "tokens_wanted", _("Somebody asks you to buy tokens")
    REFUND_ASKED = "refund_asked", _("Somebody asks for a refund that you may decide on")
    REFUND_DECIDED = "refund_decided", _("Your refund request was decided")
    ENABLING_ASKED = "enabling_asked", _("Somebody waits for their subscription benefits")
    ENABLING_DECIDED = "enabling_decided", _("Your subscription benefits were decided on")
    LOW_BALANCE = "low_balance", _("Tokens are low: 20 % or less of what was granted")
    EXPIRING = "expiring", _("Tokens expire within 90, 30 and 7 days")
    EXPORT_READY = "export_ready", _("A large export is ready")


class NoticeState(models.TextChoices):
    """Where a mail stands."""

    PENDING = "pending", _("To be sent")
    SENDING = "sending", _("Handed over")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Given up")


class Notice(models.Model):
    """One mail to one person. Its key says what it is about, so that nobody is told the same twice."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=20)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=200)
    body = models.TextField()
    stop_path = models.CharField(max_length=300, blank=True, help_text="Where the reader stops such mails.")
    attachment = models.ForeignKey(Export, on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=NoticeState, default=NoticeState.PENDING)
    created_at = models.DateTimeField(auto_now_add=True)
    next_at = models.DateTimeField(help_text="When sending it is tried (again).")
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(state=NoticeState.PENDING), name="notice_due"),
        ]

    def __str__(self) -> str:
        return self.key


class NoticeChoice(models.Model):
    """Whether a person wants a kind of mail. Without a row they do."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices")
    kind = models.CharField(max_length=20, choices=NoticeKind)
    wanted = models.BooleanField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "kind"], name="notice_choice_once")]

    def __str__(self) -> str:
        return f"{self.kind} {'on' if self.wanted else 'off'} for {self.user_id}"


class LowPool(models.Model):
    """A pool that is low, since when: the next mail about it comes only after it was good again."""

    pool = models.OneToOneField(Pool, on_delete=models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.pool_id} since {self.since:%Y-%m-%d}"
