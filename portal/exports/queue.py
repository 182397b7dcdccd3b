"""The queue: tasks of django-tasks in the database, worked off by `manage.py worker`.

A task only names an export; the export's own row says what is to be done. So a task that is lost with its worker, or
run twice, does no harm.
"""

import threading
from typing import Any, Final
from uuid import UUID

from django.db import close_old_connections
from django.utils.crypto import get_random_string
from django_tasks import task
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult
from django_tasks_db.utils import exclusive_transaction

from ledger.progress import SILENT, Progress
from portal.exports import work
from portal.models.exports import UNFINISHED, Export, ExportState

POLL_S: Final = 1.0
_BACKEND: Final = "default"


@task()
def make_export(export_id: str) -> None:
    """Make one export."""
    work.make(UUID(export_id))


def put(export: Export) -> None:
    """Let the worker make an export. Call it after the export's row is committed, or in the same transaction."""
    make_export.enqueue(str(export.id))


def run_queue(stop: threading.Event) -> None:
    """Work the queue off until `stop` is set."""
    while not stop.is_set():
        close_old_connections()
        if not _work_off(stop):
            stop.wait(POLL_S)


def drain() -> int:
    """Do what waits in the queue now and return how many tasks it was."""
    return _work_off(threading.Event())


def repair(*, progress: Progress = SILENT) -> int:
    """Put exports into the queue again that were lost with their worker, and drop tasks that are over."""
    lost = work.requeue_lost(progress=progress)
    waiting = set(DBTaskResult.objects.ready().values_list("args_kwargs__args__0", flat=True))
    for export in Export.objects.filter(state=ExportState.QUEUED).only("id"):
        if str(export.id) not in waiting:
            put(export)
    _drop_finished()
    return lost


def _work_off(stop: threading.Event) -> int:
    worker = Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name=_BACKEND,
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )
    done = 0
    while not stop.is_set() and (claimed := _claim(worker.worker_id)):
        worker.run_task(claimed)
        done += 1
    return done


def _claim(worker_id: str) -> DBTaskResult[Any, Any] | None:
    """Return the next task, which no other worker has; None if none is waiting."""
    ready = DBTaskResult.objects.ready().filter(backend_name=_BACKEND)
    if not ready.exists():
        return None
    with exclusive_transaction():
        claimed = ready.get_locked()
        if claimed is not None:
            claimed.claim(worker_id)
    return claimed


def _drop_finished() -> None:
    """Tasks say nothing that their exports do not, and one that a kill left running stays so for ever."""
    DBTaskResult.objects.finished().delete()
    unfinished = Export.objects.filter(state__in=UNFINISHED).values_list("id", flat=True)
    wanted = {str(export_id) for export_id in unfinished}
    for row in DBTaskResult.objects.running().only("id", "args_kwargs"):
        if row.args_kwargs["args"][0] not in wanted:
            row.delete()
