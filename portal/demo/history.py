"""Plays a plan of jobs on a contract's books, in batches, each step at its own time."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID, uuid5

from django.contrib.auth.models import User

from ledger.amounts import MILLI
from ledger.models import Contract
from ledger.posting import (
    CancelJob,
    Command,
    CompleteJob,
    FailJob,
    Idempotency,
    JobOrder,
    ReportResults,
    Request,
    TimeOutJob,
    post,
)
from portal.demo.people import Person
from portal.demo.story import PlannedJob, Step

_BATCH: Final = 1000
_FAILURES: Final = (
    "The model has gaps and could not be closed.",
    "The computation did not converge.",
    "A linked file was not found.",
)


def play(*, contract: Contract, users: Mapping[Person, User], steps: Sequence[Step], caller: str) -> None:
    """Post `steps`, ordered by time, for `caller`. Repeating it changes nothing: every step has a key."""
    for first in range(0, len(steps), _BATCH):
        batch = steps[first : first + _BATCH]
        requests = [
            Request(
                commands=[_command(contract, users, step)],
                idempotency=_key(contract, step, caller),
                at=step.at,
            )
            for step in batch
        ]
        for answer in post(contract_id=contract.id, requests=requests):
            answer.require()


def job_id(contract: Contract, job: PlannedJob) -> UUID:
    """Return the id that a planned job has on a contract."""
    return uuid5(contract.id, str(job.number))


def _command(contract: Contract, users: Mapping[Person, User], step: Step) -> Command:
    number = job_id(contract, step.job)
    match step.verb:
        case "start":
            return JobOrder(
                contract_id=contract.id,
                user_id=users[step.job.person].pk,
                service=step.job.service,
                quantity_m=step.job.quantity * MILLI,
                project=step.job.project,
                job_id=number,
            )
        case "results":
            return ReportResults(job_id=number, count=step.job.results)
        case "complete":
            return CompleteJob(job_id=number)
        case "fail":
            return FailJob(job_id=number, reason=_FAILURES[step.job.number % len(_FAILURES)])
        case "cancel":
            return CancelJob(job_id=number)
        case "time_out":
            return TimeOutJob(job_id=number)


def _key(contract: Contract, step: Step, caller: str) -> Idempotency:
    key = f"demo:{contract.number}:{step.job.number}:{step.verb}"
    return Idempotency(caller=caller, key=key, fingerprint=hashlib.sha256(key.encode()).hexdigest())
