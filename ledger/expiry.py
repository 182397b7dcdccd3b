"""What time does: lots expire and forgotten holds time out. Run by the worker, safe to run twice or late.

What is due is found by the database's clock, and decided once more under the lock of the contract's book.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models.functions import Now

from ledger.models import Job, JobStatus, Lot, LotSource
from ledger.posting import ExpireDue, JobView, Posted, Request, TimeOutJob, post
from ledger.progress import SILENT, Progress, in_batches

_BATCH: Final = 500
_Due = tuple[UUID, UUID]
"""A contract, and its pool or job that something is due of."""


def expire_lots(*, at: datetime | None = None, progress: Progress = SILENT) -> int:
    """Post the expiry of every lot that is due by `at`; return how many lots there were.

    However late it is posted, each expiry says since when it was due, and balances count it from then on.
    Without `at`, as the worker asks, imported lots are left alone: the clock of an import is its log's, and today all
    of an old log's lots would be due before its jobs were through.

    Raises:
        ExceptionGroup: some contracts' could not be posted; all others' were.
    """
    lots = Lot.objects.filter(exhausted=False, usable_until__lte=at or Now())
    if at is None:
        lots = lots.exclude(source=LotSource.IMPORT)

    def expire(due: Sequence[_Due]) -> int:
        command = ExpireDue(pool_ids=tuple(pool_id for _, pool_id in due))
        (answer,) = post(contract_id=due[0][0], requests=[Request(commands=[command], at=at)])
        return sum(result.lots for result in answer.results if isinstance(result, Posted))

    found = list(lots.order_by().values_list("contract_id", "pool_id").distinct())
    progress.expect(len(found))
    return in_batches(_by_contract(found), expire, progress=progress)


def sweep_holds(*, at: datetime | None = None, progress: Progress = SILENT) -> int:
    """Release every hold that nobody settled by its time-out; return how many jobs it ended.

    Raises:
        ExceptionGroup: some contracts' could not be released; all others' were.
    """

    def release(due: Sequence[_Due]) -> int:
        commands = [TimeOutJob(job_id=job_id) for _, job_id in due]
        request = Request(commands=commands, all_or_nothing=False, at=at)
        (answer,) = post(contract_id=due[0][0], requests=[request])
        return sum(isinstance(job, JobView) and job.status == JobStatus.EXPIRED for job in answer.results)

    jobs = Job.objects.filter(status=JobStatus.RUNNING, hold_expires_at__lte=at or Now())
    found = list(jobs.values_list("contract_id", "id"))
    progress.expect(len(found))
    return in_batches(_by_contract(found), release, progress=progress)


def _by_contract(rows: Iterable[_Due]) -> Iterator[Sequence[_Due]]:
    """Yield what is due in batches of one contract each: that is what a database transaction may span."""
    grouped: dict[UUID, list[_Due]] = defaultdict(list)
    for row in rows:
        grouped[row[0]].append(row)
    for due in grouped.values():
        for start in range(0, len(due), _BATCH):
            yield due[start : start + _BATCH]
