"""How the tasks fare, in one statement: for the readiness check, the metrics and the operators."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models.functions import Now

from portal.models.task_runs import TaskRun
from portal.tasks.registry import TASKS
from portal.tasks.runs import ABANDONED_AFTER

NEVER_RAN: Final = "It never ran."
LATE_AFTER: Final = timedelta(minutes=5)
_FAILING_AFTER: Final = 3


@dataclass(frozen=True, slots=True)
class TaskState:
    """One task as it is now. `reason` says in a sentence why it is not healthy."""

    name: str
    is_healthy: bool
    reason: str
    is_running: bool
    done: int
    total: int | None
    last_success_at: datetime | None
    last_finished_at: datetime | None
    result: str
    error: str
    failures: int


def task_states() -> list[TaskState]:
    """Return the state of every task there is, in the worker's order; one that never ran is not healthy."""
    rows = {row.name: row for row in TaskRun.objects.annotate(now=Now())}
    return [_state(rows.get(task.name) or TaskRun(name=task.name)) for task in TASKS]


def _state(row: TaskRun) -> TaskState:
    now: datetime | None = getattr(row, "now", None)
    running = bool(now and row.started_at and not row.finished_at and row.beat_at and _is_near(row.beat_at, now))
    reason = _reason(row, now, running=running)
    return TaskState(
        name=row.name,
        is_healthy=not reason,
        reason=reason,
        is_running=running,
        done=row.done,
        total=row.total,
        result=row.result,
        error=row.error,
        failures=row.failures,
        last_success_at=row.succeeded_at,
        last_finished_at=row.finished_at,
    )


def _reason(row: TaskRun, now: datetime | None, *, running: bool) -> str:
    if now is None or row.started_at is None:
        return NEVER_RAN
    if row.failures >= _FAILING_AFTER:
        return f"It failed {row.failures} times in a row."
    due_at = row.due_at or row.started_at
    if not running and now - due_at > LATE_AFTER:
        return "It is late."
    return ""


def _is_near(beat_at: datetime, now: datetime) -> bool:
    return abs(now - beat_at) <= ABANDONED_AFTER
