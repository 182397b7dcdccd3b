"""Keeps the runs of tasks in the database: who may begin one, how far it is, how it ended. For the worker only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import F, Q, QuerySet

from ledger.instants import database_now
from portal.models.task_runs import TaskRun
from portal.tasks.task import Task

ABANDONED_AFTER: Final = timedelta(minutes=1)
"""A run that has not said for so long how far it is belongs to a worker that was killed, and is begun anew."""
_LONGEST_WAIT: Final = timedelta(days=2)
_RETRY_FIRST: Final = timedelta(seconds=15)
_RETRY_LAST: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that this worker has begun."""

    task: Task
    worker: UUID
    started_at: datetime


def make_rows(tasks: tuple[Task, ...]) -> None:
    """Make the row of each task that has none yet; it is due at once."""
    known = set(TaskRun.objects.values_list("name", flat=True))
    missing = [TaskRun(name=task.name) for task in tasks if task.name not in known]
    if missing:
        TaskRun.objects.bulk_create(missing, ignore_conflicts=True)


def due_names() -> set[str]:
    """Return the names of the tasks that may be begun: due, and no living worker at them."""
    return set(TaskRun.objects.filter(_may_begin(database_now())).values_list("name", flat=True))


def _may_begin(now: datetime) -> Q:
    # A time far ahead was written before the clock was set back.
    due = Q(due_at=None) | Q(due_at__lte=now) | Q(due_at__gt=now + _LONGEST_WAIT)
    gone = Q(beat_at__lt=now - ABANDONED_AFTER) | Q(beat_at__gt=now + ABANDONED_AFTER)
    return due & (Q(started_at=None) | Q(finished_at__isnull=False) | gone)


def begin(task: Task, *, worker: UUID, even_if_not_due: bool = False) -> Begun | None:
    """Begin a run; None if the task is not due or another worker is at it.

    One statement decides between two workers. That a run is begun twice after all, when a worker was thought dead,
    does no harm: every task may be run by two at once.
    """
    now = database_now()
    rows = TaskRun.objects.filter(name=task.name)
    if not even_if_not_due:
        rows = rows.filter(_may_begin(now))
    taken = rows.update(started_at=now, beat_at=now, finished_at=None, done=0, total=None, worker=worker)
    return Begun(task, worker, now) if taken else None


def tell(run: Begun, *, done: int, total: int | None) -> None:
    """Note how far the run is."""
    _row(run).update(beat_at=database_now(), done=done, total=total)


def succeed(run: Begun, *, result: str, done: int, total: int | None) -> None:
    """Note that the run ended well."""
    now = database_now()
    _row(run).update(
        beat_at=now,
        finished_at=now,
        succeeded_at=now,
        done=done,
        total=total,
        result=result[:300],
        error="",
        failures=0,
        due_at=run.task.schedule.next_after(run.started_at),
    )


def leave(run: Begun, *, done: int, total: int | None) -> None:
    """Note that the run was stopped between two batches; the next worker goes on at once."""
    now = database_now()
    _row(run).update(beat_at=now, finished_at=now, done=done, total=total, due_at=now)


def fail(run: Begun, *, error: str, done: int, total: int | None) -> None:
    """Note that the run failed, and let the next one wait the longer, the more failed before it."""
    now = database_now()
    failures = TaskRun.objects.values_list("failures", flat=True).filter(name=run.task.name).first() or 0
    _row(run).update(
        beat_at=now,
        finished_at=now,
        done=done,
        total=total,
        error=error[:1000],
        failures=F("failures") + 1,
        due_at=now + retry_after(failures + 1),
    )


def retry_after(failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row: 15 s, twice as long each time, 15 minutes at most."""
    doublings: int = 1 << min(failures - 1, 10)
    return min(_RETRY_FIRST * doublings, _RETRY_LAST)


def _row(run: Begun) -> QuerySet[TaskRun]:
    """Return the row as long as this worker's run is the latest."""
    return TaskRun.objects.filter(name=run.task.name, worker=run.worker, started_at=run.started_at)
