"""What a person prefers. Read by the pages; the ledger is told the outcome, never the preference."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.transaction import atomic

from ledger.models import PoolKind, Service


class Preference(models.Model):
    """How a person wants pages, mails and the times in them to be written."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="preference"
    )
    time_zone = models.CharField(max_length=64, default="UTC")
    language = models.CharField(max_length=10, default="", blank=True)  # empty: as the browser asks

    def __str__(self) -> str:
        return f"Preferences of {self.user}"


class ServicePool(models.Model):
    """Which kind of pool a person wants a service to be paid from. Without a row: individual first, then shared."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="service_pools")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=PoolKind)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "service"], name="service_pool_once_per_service")
        ]

    def __str__(self) -> str:
        return f"{self.service} from {self.kind} tokens"


@dataclass(frozen=True, slots=True)
class Reader:
    """How somebody reads: the name of their zone, and a language of settings.LANGUAGES or an empty one."""

    time_zone: str = "UTC"
    language: str = ""


def reader_of(user_id: int) -> Reader:
    """Return how the user reads; UTC, and as the browser asks, until they chose."""
    return readers_of([user_id]).get(user_id, Reader())


def readers_of(user_ids: Collection[int]) -> dict[int, Reader]:
    """Return how those of these users read who chose anything, with one statement."""
    found = Preference.objects.filter(user_id__in=user_ids).values_list("user_id", "time_zone", "language")
    return {user_id: Reader(time_zone, language) for user_id, time_zone, language in found}


def time_zone_of(user_id: int) -> str:
    """Return the name of the zone the user chose; UTC until they did."""
    return reader_of(user_id).time_zone


def keep_language(*, user_id: int, language: str) -> None:
    """Keep the language that the user chose; empty for the browser's."""
    Preference.objects.update_or_create(user_id=user_id, defaults={"language": language})


def preferred_kinds(user_id: int) -> dict[UUID, str]:
    """Return the kind of pool the user prefers, by service."""
    return dict(ServicePool.objects.filter(user_id=user_id).values_list("service_id", "kind"))


@atomic
def save_preferences(*, user_id: int, time_zone: str, language: str, kinds: dict[UUID, str]) -> None:
    """Replace the user's preferences; a service with an empty kind has none."""
    Preference.objects.update_or_create(user_id=user_id, defaults={"time_zone": time_zone, "language": language})
    chosen = {service_id: kind for service_id, kind in kinds.items() if kind}
    ServicePool.objects.filter(user_id=user_id).exclude(service_id__in=chosen).delete()
    ServicePool.objects.bulk_create(
        [ServicePool(user_id=user_id, service_id=service_id, kind=kind) for service_id, kind in chosen.items()],
        update_conflicts=True,
        unique_fields=["user", "service"],
        update_fields=["kind"],
    )
