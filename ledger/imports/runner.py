"""The second pass over a log: its events become requests, posted in batches per contract and in order."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Final
from uuid import UUID

from ledger.imports.books import Books, ContractRef, fingerprint
from ledger.imports.errors import ImportRefused
from ledger.imports.events import Event
from ledger.imports.jobs import ImportedJob, Outcome
from ledger.imports.tally import Tally
from ledger.imports.times import moment
from ledger.models import RefundPolicy
from ledger.posting import (
    Answer,
    CancelJob,
    Command,
    CompleteJob,
    ExpireDue,
    FailJob,
    Idempotency,
    JobView,
    ReportResults,
    Request,
    StartJob,
    post,
)
from ledger.posting.requests import SYSTEM

CHUNK: Final = 1000
WAITING: Final = 20 * CHUNK


def job_id(key: str, submit_s: int) -> UUID:
    """Return the id that the job of this key has in every run: a UUIDv7 of its submit time.

    So an import that was stopped between a start and its end knows which job to end.
    """
    random_bits = int.from_bytes(hashlib.sha256(key.encode()).digest()[:10], "big")
    stamp = (submit_s * 1000) << 80
    return UUID(int=stamp | 0x7 << 76 | (random_bits >> 68) << 64 | 0b10 << 62 | random_bits & ((1 << 62) - 1))


class Runner:
    """Collects a log's events per contract and posts them: each contract has an order of its own."""

    def __init__(self, log: str, books: Books, tally: Tally, *, progress: Callable[[int], object]) -> None:
        self._log = log
        self._books = books
        self._tally = tally
        self._progress = progress
        self._waiting: defaultdict[str, list[Event]] = defaultdict(list)
        self._count = 0

    def run(self, stream: Iterable[Event]) -> None:
        """Post every event of the stream.

        Raises:
            IdempotencyKeyReused: a log of this name was imported before with other jobs or options.
            LedgerBusy: the database is away; running the import again goes on from there.
        """
        for event in stream:
            waiting = self._waiting[event.job.contract]
            waiting.append(event)
            self._count += 1
            if len(waiting) >= CHUNK:
                self._flush(event.job.contract)
            elif self._count >= WAITING:
                self._flush(max(self._waiting, key=lambda contract: len(self._waiting[contract])))
        for contract in list(self._waiting):
            self._flush(contract)

    def close(self, last_s: int) -> None:
        """Expire what is due by the log's last event, in every contract."""
        for contract in self._books.contracts.values():
            expire = ExpireDue(pool_ids=(contract.pool_id,))
            post(contract_id=contract.id, requests=[Request(commands=[expire], at=moment(last_s))])

    def _flush(self, key: str) -> None:
        batch = self._waiting.pop(key)
        contract = self._books.contracts[key]
        answers = post(contract_id=contract.id, requests=[self._request(event, contract) for event in batch])
        for event, answer in zip(batch, answers, strict=True):
            _check_clock(event, answer)
            self._tally.add(event, answer)
        self._count -= len(batch)
        self._progress(len(batch))

    def _request(self, event: Event, contract: ContractRef) -> Request:
        job = event.job
        key = f"{self._log}:{job.number}"
        commands = self._end(key, job) if event.is_end else [self._start(key, job, contract)]
        said = fingerprint(job.submit_s, job.end_s, job.outcome, job.user, job.contract, job.service, job.charge)
        return Request(
            commands=commands,
            idempotency=Idempotency(SYSTEM, f"{key}:end" if event.is_end else key, said),
            all_or_nothing=False,
            at=moment(event.at_s),
        )

    def _start(self, key: str, job: ImportedJob, contract: ContractRef) -> StartJob:
        service = self._books.services[job.service]
        return StartJob(
            job_id=job_id(key, job.submit_s),
            service_id=service.id,
            service=service.code,
            user_id=self._books.users[job.user],
            user=f"{self._log}:{job.user}",
            pool_ids=(contract.pool_id,),
            price_mt=job.charge.hold_mt,
            quantity_m=job.charge.quantity_m,
            refund_policy=RefundPolicy.ON_FAILURE_OR_CANCEL,
            rate_id=service.rate_id,
            external_id=key,
        )

    def _end(self, key: str, job: ImportedJob) -> list[Command]:
        """Return the verbs of the job's end: everything but an early cancel came to a first result."""
        identity = job_id(key, job.submit_s)
        if job.outcome is Outcome.CANCELLED_EARLY:
            return [CancelJob(job_id=identity, reason=job.reason)]
        first_result = ReportResults(job_id=identity, amount_mt=job.charge.cost_mt, overage=True)
        if job.outcome is Outcome.FAILED:
            return [first_result, FailJob(job_id=identity, reason=job.reason)]
        late = job.outcome is Outcome.CANCELLED_LATE
        reason = f"Cancelled after results: {job.reason}" if late else ""
        return [first_result, CompleteJob(job_id=identity, reason=reason)]


def _check_clock(event: Event, answer: Answer) -> None:
    """Refuse to go on where the books have a later time than the log: something else is posting to them.

    It may have expired today what the log's jobs would still use in their time.
    """
    view = answer.results[-1]
    if isinstance(view, JobView) and (view.ended_at if event.is_end else view.created_at) != moment(event.at_s):
        raise ImportRefused(
            f"Something else posts to contract {event.job.contract} while the log is at {moment(event.at_s)}: "
            "import it again under another name with --log, and let nobody use its contracts meanwhile."
        )
