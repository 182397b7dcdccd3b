"""Writes the audit log. Called by the verbs themselves, inside the database transaction of what they do."""

from collections.abc import Iterable
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
    record_many(contract=contract, actor=actor, action=action, subjects=[(subject, detail)], at=at)


def record_many(
    *,
    contract: Contract | None,
    actor: User | None,
    action: str,
    subjects: Iterable[tuple[object, str]],
    at: datetime | None = None,
) -> None:
    """Note that `actor` did `action` to each of `subjects`, given with the details; one statement for all."""
    at = at or timezone.now()
    AuditEvent.objects.bulk_create(
        AuditEvent(
            contract=contract, actor=actor, action=action, subject=_words(subject)[:200], detail=detail[:500], at=at
        )
        for subject, detail in subjects
    )


def exists(*, contract: Contract, action: str, subject: object, detail: str) -> bool:
    """Return whether the log of `contract` says exactly this already."""
    known = AuditEvent.objects.filter(contract=contract, action=action, subject=str(subject)[:200])
    return known.filter(detail=detail[:500]).exists()


def _words(subject: object) -> str:
    """People are named by the address under which others know them."""
    return subject.email or subject.username if isinstance(subject, User) else str(subject)
