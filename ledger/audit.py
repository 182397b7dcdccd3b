"""Writes the audit log. Called by the verbs themselves, inside the database transaction of what they do."""

from datetime import datetime

from django.contrib.auth.models import User
from django.utils import timezone

from ledger.models import AuditEvent, Contract


def record(
    *,
    contract: Contract | None,
    actor: User | None,
    action: str,
    subject: object,
    detail: str = "",
    at: datetime | None = None,
) -> None:
    """Note that `actor` (None: the system) did `action` to `subject`."""
    AuditEvent.objects.create(
        contract=contract,
        actor=actor,
        action=action,
        subject=str(subject)[:200],
        detail=detail[:500],
        at=at or timezone.now(),
    )


def exists(*, contract: Contract, action: str, subject: object, detail: str) -> bool:
    """Return whether the log of `contract` says exactly this already."""
    known = AuditEvent.objects.filter(contract=contract, action=action, subject=str(subject)[:200])
    return known.filter(detail=detail[:500]).exists()
