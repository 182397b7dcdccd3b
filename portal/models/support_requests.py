"""What people asked Product Support. Written by portal.support_requests, and by operators who mark it as answered."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.ids import new_id
from ledger.models import Contract, Job


class SupportState(models.TextChoices):
    """Whether somebody still waits."""

    OPEN = "open", _("Open")
    ANSWERED = "answered", _("Answered")


class SupportRequest(models.Model):
    """One request as it was sent; its number stands in the mail and in the log, too."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=9, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, null=True, related_name="+")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, null=True, related_name="+")
    topic = models.CharField(max_length=20)
    product = models.CharField(max_length=100)
    subject = models.CharField(max_length=120)
    issue = models.TextField()
    about = models.CharField(max_length=9, blank=True, help_text="The reference of an error page it came from.")
    browser = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField()
    mailed = models.BooleanField(default=False, help_text="Whether the mail to Product Support went out.")
    state = models.CharField(max_length=8, choices=SupportState, default=SupportState.OPEN)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-sent_at", "-id"]
        indexes: ClassVar = [models.Index(fields=["user", "-sent_at"], name="support_recent")]

    def __str__(self) -> str:
        return f"{self.number}: {self.subject}"
