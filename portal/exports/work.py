"""The worker's side of exports: making one, finding what a killed worker left, deleting old files.

A run claims its export and writes a file of its own; only the run that still holds the export may finish it. So an
export may be run twice, at once or after a kill, and has one file.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import F
from django.db.transaction import atomic
from django.utils import timezone

from ledger.errors import LedgerError
from ledger.ids import new_id
from ledger.models import Membership
from ledger.progress import SILENT, Progress
from portal import export_files as files
from portal.exports import access, making
from portal.languages import spoken
from portal.models.exports import Export, ExportFormat, ExportState
from portal.models.preferences import reader_of
from portal.notifications.exports import tell_ready
from reporting.exports.datasets import DATASETS
from reporting.exports.question import Question

LOST_AFTER: Final = timedelta(minutes=2)
MOST_ATTEMPTS: Final = 3
COUNT_LIMIT: Final = 10_000_000
NOT_ALLOWED: Final = "Your role does not include this any more."
BROKEN: Final = "Something went wrong on our side. Ask for it again; if it fails again, contact support."

log = structlog.get_logger(__name__)


class _Taken(Exception):
    """The export was cancelled, or another run has it."""


def make(export_id: UUID) -> None:
    """Make the file of a waiting export; does nothing for one that does not wait."""
    run, now = new_id(), timezone.now()
    waiting = Export.objects.filter(id=export_id, state=ExportState.QUEUED)
    claimed = waiting.update(
        state=ExportState.RUNNING, run=run, started_at=now, beat_at=now, done=0, attempts=F("attempts") + 1
    )
    if not claimed:
        return
    export = Export.objects.select_related("contract", "user").get(id=export_id)
    part = files.part_of(export.id, run)
    try:
        _make(export, run)
    except _Taken:
        log.info("export.taken", export=str(export.id))
    except Exception:
        log.exception("export.failed", export=str(export.id))
        _end(export.id, run, state=ExportState.FAILED, error=BROKEN)
    finally:
        part.unlink(missing_ok=True)


def requeue_lost(*, progress: Progress = SILENT) -> int:
    """Let exports that their worker left unfinished, or that no task stands for, wait again; return how many.

    After three attempts an export has failed.
    """
    silent = Export.objects.filter(state=ExportState.RUNNING, beat_at__lt=timezone.now() - LOST_AFTER)
    given_up = silent.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=ExportState.FAILED, error=BROKEN, ended_at=timezone.now(), run=None
    )
    lost = list(silent.values_list("id", flat=True))
    for export_id in lost:
        files.remove_parts(export_id)
        silent.filter(id=export_id).update(state=ExportState.QUEUED, run=None)
    progress.advance(len(lost))
    return len(lost) + given_up


def delete_old_files(*, progress: Progress = SILENT) -> int:
    """Delete files that are past their days, and those that no export knows; return how many."""
    due = Export.objects.filter(state=ExportState.READY, expires_at__lte=timezone.now()).values_list("id", flat=True)
    deleted = 0
    for export_id in due[:1000]:
        files.path_of(export_id).unlink(missing_ok=True)
        Export.objects.filter(id=export_id, state=ExportState.READY).update(state=ExportState.GONE)
        deleted += 1
        progress.advance()
    return deleted + _delete_orphans()


def _make(export: Export, run: UUID) -> None:
    if not allowed(export):
        _end(export.id, run, state=ExportState.FAILED, error=NOT_ALLOWED)
        return
    if export.format != ExportFormat.PDF:
        total = DATASETS[export.dataset].count(Question.from_json(export.question), COUNT_LIMIT)
        Export.objects.filter(id=export.id, run=run).update(total=total)

    def tell(rows: int) -> None:
        mine = Export.objects.filter(id=export.id, run=run, state=ExportState.RUNNING)
        try:
            held = mine.update(done=rows, beat_at=timezone.now())
        except OperationalError:
            # SQLite lets nobody write beside their own open cursor once others have written. It is told at the end.
            if connection.vendor != "sqlite":
                raise
            return
        if not held:
            raise _Taken

    part = files.part_of(export.id, run)
    with spoken(reader_of(export.user_id).language if export.user_id else ""):
        rows = making.make_file(export, part, tell=tell)
    size = part.stat().st_size
    tell(rows)
    part.replace(files.path_of(export.id))
    with atomic():
        if _end(export.id, run, state=ExportState.READY, done=rows, total=rows, size_bytes=size):
            tell_ready(Export.objects.select_related("contract", "user", "schedule").get(id=export.id))


def allowed(export: Export) -> bool:
    """Return whether who asked may still have it."""
    if export.user_id is None:
        return True  # a service client's is asked for and fetched with a token, which is looked at each time
    member = Membership.objects.filter(contract_id=export.contract_id, user_id=export.user_id)
    membership = member.select_related("contract", "user").first()
    if membership is None:
        return False
    with suppress(LedgerError):
        question = Question.from_json(export.question)
        access.require(membership, access.dataset_of(export.dataset, export.format), question)
        return True
    return False


def _end(export_id: UUID, run: UUID, **values: object) -> bool:
    now = timezone.now()
    if values.get("state") == ExportState.READY:
        values["expires_at"] = now + timedelta(days=settings.EXPORT_DAYS)
    mine = Export.objects.filter(id=export_id, run=run, state=ExportState.RUNNING)
    ended: int = mine.update(**values, ended_at=now, run=None)
    return bool(ended)


def _delete_orphans() -> int:
    """Delete parts that nobody writes any more and files of exports that are gone, each at least a day old."""
    oldest = (timezone.now() - timedelta(days=1)).timestamp()
    deleted = 0
    for path in files.folder().iterdir():
        if path.stat().st_mtime > oldest or not path.is_file():
            continue
        with suppress(ValueError):
            export_id = UUID(path.name.split(".")[0])
            if not Export.objects.filter(id=export_id, state=ExportState.READY).exists():
                path.unlink(missing_ok=True)
                deleted += 1
    return deleted
