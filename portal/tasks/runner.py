"""Runs tasks one after the other. For `manage.py worker` only."""

import threading
import time
from typing import Final
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from ledger.ids import new_id
from ledger.progress import Progress
from portal.models.heartbeat import WORKER, record_beat
from portal.tasks import runs
from portal.tasks.registry import TASKS
from portal.tasks.task import Task

_TELL_EVERY_S: Final = 2
_BEAT_EVERY_S: Final = 15

log = structlog.get_logger(__name__)


class Runner:
    """One worker: it does what is due until `stop` is set, and then ends with the batch it is at."""

    def __init__(self, stop: threading.Event, tasks: tuple[Task, ...] = TASKS) -> None:
        self.stop = stop
        self._tasks = tasks
        self._worker: UUID = new_id()
        self._beat_at = 0.0

    def do_round(self, *, even_if_not_due: bool = False) -> bool:
        """Do every task that is due, however the others went; return False when the database was away."""
        _drop_broken_connections()
        try:
            runs.make_rows(self._tasks)
            due = {task.name for task in self._tasks} if even_if_not_due else runs.due_names()
            for task in self._tasks:
                if task.name in due and not self.stop.is_set():
                    self._do(task, even_if_not_due=even_if_not_due)
            self._beat()
        except (DatabaseError, InterfaceError):
            log.exception("worker.database_away")
            return False
        return True

    def _beat(self) -> None:
        """Note that the worker is alive, now and then."""
        if time.monotonic() >= self._beat_at:
            record_beat(WORKER)
            self._beat_at = time.monotonic() + _BEAT_EVERY_S

    def _do(self, task: Task, *, even_if_not_due: bool) -> None:
        begun = runs.begin(task, worker=self._worker, even_if_not_due=even_if_not_due)
        if begun is None:
            return
        progress = _Recorded(begun, self.stop)
        try:
            result = task.work(progress=progress)
        except Exception as error:
            log.exception("task.failed", task=task.name, done=progress.done, total=progress.total)
            _drop_broken_connections()
            runs.fail(begun, error=_said(error), done=progress.done, total=progress.total)
            return
        if self.stop.is_set() and progress.was_asked_to_stop:
            log.info("task.stopped", task=task.name, done=progress.done, total=progress.total)
            runs.leave(begun, done=progress.done, total=progress.total)
            return
        if result:
            log.info("task.done", task=task.name, result=result)
        said = f"{result:,} done" if isinstance(result, int) else result or ""
        runs.succeed(begun, result=said, done=progress.done, total=progress.total)


class _Recorded(Progress):
    """Writes down how far a task is, now and then, which is also the worker's sign of life."""

    def __init__(self, begun: runs.Begun, stop: threading.Event) -> None:
        self._begun = begun
        self._stop = stop
        self._told_at = time.monotonic()
        self.done = 0
        self.total: int | None = None
        self.was_asked_to_stop = False

    def expect(self, total: int) -> None:
        self.total = (self.total or 0) + total

    def advance(self, count: int = 1) -> None:
        self.done += count
        if time.monotonic() - self._told_at < _TELL_EVERY_S:
            return
        self._told_at = time.monotonic()
        log.info("task.progress", task=self._begun.task.name, done=self.done, total=self.total)
        runs.tell(self._begun, done=self.done, total=self.total)
        record_beat(WORKER)

    def is_stopped(self) -> bool:
        self.was_asked_to_stop = self._stop.is_set()
        return self.was_asked_to_stop


def _drop_broken_connections() -> None:
    # Django would close one inside a transaction too, which is nobody's to close.
    if not connection.in_atomic_block:
        close_old_connections()


def _said(error: Exception) -> str:
    """Return what went wrong in one line; of a group, its first."""
    if isinstance(error, ExceptionGroup):
        return f"{error.message}, the first with {_said(error.exceptions[0])}"
    return f"{type(error).__name__}: {error}"
