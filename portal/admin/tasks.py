"""The worker's tasks, to be read: when each ran last, how far it is, what came of it, when it is due again."""

from django.contrib import admin

from portal.admin.base import ReadAdmin
from portal.models.task_runs import TaskRun
from portal.tasks import task_states


@admin.display(description="How it fares")
def fares(row: TaskRun) -> str:
    """Say whether the task is healthy, in words."""
    state = next((state for state in task_states() if state.name == row.name), None)
    if state is None:
        return "This version has no such task."
    if state.is_running:
        return "Running"
    return state.reason or "Well"


@admin.display(description="Done")
def done(row: TaskRun) -> str:
    """Show how far the run is, or was."""
    return f"{row.done:,}" if row.total is None else f"{row.done:,} of {row.total:,}"


@admin.display(description="Took")
def took(row: TaskRun) -> str:
    """Show how long the run took."""
    if not row.finished_at or not row.started_at:
        return ""
    return f"{(row.finished_at - row.started_at).total_seconds():.1f} s"


@admin.register(TaskRun)
class TaskRunAdmin(ReadAdmin):
    list_display = ("name", fares, "started_at", took, done, "result", "error", "due_at")
    fields = (
        *("name", fares, "started_at", "beat_at", "finished_at", took, done, "result"),
        *("succeeded_at", "failures", "error", "due_at", "worker"),
    )
