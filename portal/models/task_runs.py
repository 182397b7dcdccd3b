"""How the worker's tasks fare. Written by portal/tasks/, read by the readiness check and the operators' pages."""

from typing import ClassVar

from django.db import models


class TaskRun(models.Model):
    """The latest run of one task, and when it is due again. All times are the database's."""

    name = models.CharField(max_length=40, primary_key=True)
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True, help_text="When the run last said how far it was.")
    finished_at = models.DateTimeField(null=True, help_text="Empty while it runs.")
    succeeded_at = models.DateTimeField(null=True, help_text="When a run last ended without an error.")
    due_at = models.DateTimeField(null=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    result = models.CharField(max_length=300, blank=True)
    error = models.CharField(max_length=1000, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="Failed runs since the last that ended well.")
    worker = models.UUIDField(null=True, help_text="The process that runs it, or last did.")

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
