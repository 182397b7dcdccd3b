"""The state of the books and of the worker in a few cheap figures, for portal.metrics."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from ledger.models import DailyRoot, Job, JobStatus, Lot, LotSource, Seal
from ledger.sealing import unsealed
from ledger.verification import soundness
from portal.models.heartbeat import WORKER, last_beat_at
from portal.tasks import task_states


class GaugeLine(NamedTuple):
    """One sample; `labels` as they stand in braces, or nothing."""

    name: str
    help: str
    value: float
    labels: str = ""


def gauges(now: datetime) -> Iterator[GaugeLine]:
    """Yield what the database says. Ages are seconds; what never happened has no sample."""
    yield GaugeLine("database_up", "Whether the database answered.", 1)
    yield from _books(now)
    yield from _age("worker_heartbeat_age_seconds", "Since the worker gave a sign of life.", last_beat_at(WORKER), now)
    for state in task_states():
        label = f'{{task="{state.name}"}}'
        yield GaugeLine("worker_task_healthy", "Whether a task of the worker is.", int(state.is_healthy), label)
    for state in task_states():
        name, label = "worker_task_success_age_seconds", f'{{task="{state.name}"}}'
        yield from _age(name, "Since a task of the worker succeeded.", state.last_success_at, now, label)
    due = Lot.objects.filter(exhausted=False, usable_until__lte=now).exclude(source=LotSource.IMPORT)
    yield GaugeLine("ledger_due_expiries", "Lots that have expired and wait for their posting.", due.count())
    holds = Job.objects.filter(status=JobStatus.RUNNING, hold_expires_at__lte=now)
    yield GaugeLine("ledger_due_holds", "Holds that have timed out and wait for their release.", holds.count())


def _books(now: datetime) -> Iterator[GaugeLine]:
    yield GaugeLine("ledger_unsealed_entries", "Entries that no seal covers yet.", unsealed())
    sealed_at = Seal.objects.order_by("-sealed_at").values_list("sealed_at", flat=True).first()
    yield from _age("ledger_last_seal_age_seconds", "Since the last seal.", sealed_at, now)
    made_at = DailyRoot.objects.order_by("-number").values_list("made_at", flat=True).first()
    yield from _age("ledger_last_root_age_seconds", "Since the last daily root.", made_at, now)
    known = soundness()
    if known.last:
        yield GaugeLine("ledger_verification_ok", "Whether the last verifications found no fault.", int(known.is_sound))
    for label, run in (("last", known.last), ("full", known.last_full)):
        ended_at = run.ended_at if run else None
        name, text = "ledger_verification_age_seconds", "Since a verification ended."
        yield from _age(name, text, ended_at, now, f'{{mode="{label}"}}')


def _age(name: str, text: str, then: datetime | None, now: datetime, labels: str = "") -> Iterator[GaugeLine]:
    if then is not None:
        yield GaugeLine(name, text, round((now - then).total_seconds(), 3), labels)
