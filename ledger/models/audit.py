"""The audit log: who did what to whom, written by the verbs themselves so that every door is covered."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from ledger.ids import new_id
from ledger.models.contracts import Contract


class AuditEvent(models.Model):
    """One administrative act. Append-only, as the journal is."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, null=True, related_name="audit_events")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=60, help_text="A verb of the domain, such as member.role_changed.")
    subject = models.CharField(max_length=200, help_text="What it was done to.")
    detail = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [models.Index(fields=["contract", "-at"], name="audit_recent")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"
