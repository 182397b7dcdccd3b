"""What time does: lots expire and forgotten holds time out. Run by the worker, safe to run twice or late."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils import timezone

from ledger.models import Job, JobStatus, Lot, LotSource
from ledger.posting import ExpireDue, JobView, Posted, Request, TimeOutJob, post

_BATCH: Final = 500


def expire_lots(*, at: datetime | None = None) -> int:
    """Post the expiry of every lot that is due by `at`; return how many lots there were.

    Without `at`, as the worker asks, imported lots are left alone: the clock of an import is its log's, and today all
    of an old log's lots would be due before its jobs were through.
    """
    now = at or timezone.now()
    lots = Lot.objects.filter(exhausted=False, usable_until__lte=now)
    if at is None:
        lots = lots.exclude(source=LotSource.IMPORT)
    due = lots.order_by().values_list("contract_id", "pool_id")
    expired = 0
    for contract_id, pool_ids in _by_contract(due.distinct()).items():
        for batch in _batches(pool_ids):
            (answer,) = post(contract_id=contract_id, requests=[Request(commands=[ExpireDue(pool_ids=batch)], at=at)])
            expired += sum(result.lots for result in answer.results if isinstance(result, Posted))
    return expired


def sweep_holds(*, at: datetime | None = None) -> int:
    """Release every hold that nobody settled by its time-out; return how many jobs it ended."""
    now = at or timezone.now()
    due = Job.objects.filter(status=JobStatus.RUNNING, hold_expires_at__lte=now).values_list("contract_id", "id")
    released = 0
    for contract_id, job_ids in _by_contract(due).items():
        for batch in _batches(job_ids):
            commands = [TimeOutJob(job_id=job_id) for job_id in batch]
            (answer,) = post(
                contract_id=contract_id, requests=[Request(commands=commands, all_or_nothing=False, at=at)]
            )
            released += sum(isinstance(job, JobView) and job.status == JobStatus.EXPIRED for job in answer.results)
    return released


def _by_contract(rows: Iterable[tuple[UUID, UUID]]) -> dict[UUID, list[UUID]]:
    grouped: dict[UUID, list[UUID]] = defaultdict(list)
    for contract_id, row_id in rows:
        grouped[contract_id].append(row_id)
    return grouped


def _batches(ids: Sequence[UUID]) -> Iterator[tuple[UUID, ...]]:
    for start in range(0, len(ids), _BATCH):
        yield tuple(ids[start : start + _BATCH])
