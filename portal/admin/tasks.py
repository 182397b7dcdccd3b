"""The worker's tasks, to be read: when each ran last, how far it is, what came of it, when it is due again."""

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.admin.base import ReadAdmin
from portal.models.task_runs import TaskRun
from portal.tasks import task_states


@admin.display(description=_("How it fares"))
def fares(row: TaskRun) -> str:
    """Say whether the task is healthy, in words."""
    state = next((state for state in task_states() if state.name == row.name), None)
    if state is None:
        return gettext("This version has no such task.")
    if state.is_running:
        return gettext("Running")
    return state.reason or gettext("Well")


@admin.display(description=_("Done"))
def done(row: TaskRun) -> str:
    """Show how far the run is, or was."""
    if row.total is None:
        return f"{row.done:,}"
    return gettext("%(done)s of %(total)s") % {"done": f"{row.done:,}", "total": f"{row.total:,}"}


@admin.display(description=_("Took"))
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
