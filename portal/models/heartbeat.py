"""Signs of life of the site's background processes. Written by the worker, read by the readiness check."""

from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.utils import timezone

WORKER: Final = "worker"
STALE_AFTER: Final = timedelta(minutes=5)


class Heartbeat(models.Model):
    """When a process last finished a round of its work."""

    name = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.beat_at:%Y-%m-%d %H:%M:%S}"


def record_beat(name: str) -> None:
    """Note that the process `name` is alive. Two processes of one name share the row."""
    Heartbeat.objects.update_or_create(name=name, defaults={"beat_at": timezone.now()})


def last_beat_at(name: str) -> datetime | None:
    """Return when `name` last gave a sign of life; None if it never did."""
    return Heartbeat.objects.filter(name=name).values_list("beat_at", flat=True).first()


def is_alive(name: str) -> bool:
    """Tell whether `name` gave a sign of life within STALE_AFTER."""
    beat_at = last_beat_at(name)
    return beat_at is not None and timezone.now() - beat_at <= STALE_AFTER
