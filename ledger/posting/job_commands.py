"""The life of a job as pure transitions: hold, capture, release, refund. Source: DOMAIN, "The life of a job"."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from ledger.amounts import format_milli
from ledger.errors import (
    AlreadyRefunded,
    AmountExceedsHold,
    ContractExpired,
    InvalidAmount,
    InvalidRequest,
    JobEnded,
    NotFound,
    NothingToRefund,
    ResultsExist,
)
from ledger.models import Account, JobStatus, Kind, RefundPolicy
from ledger.posting.commands import (
    CancelJob,
    CompleteJob,
    FailJob,
    RefundJob,
    ReportResults,
    StartJob,
    TimeOutJob,
)
from ledger.posting.draws import choose_pools, draw, give_back
from ledger.posting.moves import Journal, Move
from ledger.posting.state import JobState

RESULTS_LIMIT: Final = 2**31 - 1


def start(journal: Journal, command: StartJob, *, at: datetime, caller: str) -> JobState:
    """Hold the whole price; available tokens drop at once.

    Raises:
        InsufficientTokens: no pool that the user may use can pay the price whole.
        ContractExpired: the contract has ended.
    """
    state = journal.state
    if state.book.ends_at and state.book.ends_at <= at:
        raise ContractExpired
    payers = choose_pools(state, pool_ids=command.pool_ids, chosen_id=command.pool_id, price_mt=command.price_mt)
    moves = draw(state, pool_ids=payers, amount_mt=command.price_mt, target=Account.HELD)
    job = JobState(
        id=command.job_id,
        contract_id=state.book.contract_id,
        service_id=command.service_id,
        service=command.service,
        user_id=command.user_id,
        user=command.user,
        pool_id=payers[0],
        caller=caller,
        quantity_m=command.quantity_m,
        price_mt=command.price_mt,
        refund_policy=command.refund_policy,
        created_at=at,
        hold_expires_at=at + timedelta(seconds=command.timeout_s) if command.timeout_s is not None else None,
        rate_id=command.rate_id,
        quote_id=command.quote_id,
        project=command.project,
        comment=command.comment,
        external_id=command.external_id,
        draws=_draws(moves),
    )
    state.jobs[job.id] = job
    state.new_jobs.add(job)
    _record(journal, Kind.HOLD, moves, job, at=at, caller=caller)
    return job


def report_results(journal: Journal, command: ReportResults, *, at: datetime, caller: str) -> JobState:
    """Count results; the first one captures the hold, later ones cost nothing.

    Source: Fusion seed, "The system consumes tokens when you generate at least one iteration of any outcome".

    Raises:
        InvalidRequest, InvalidAmount: the count or the amount cannot be.
        JobEnded: the job has ended.
        AmountExceedsHold: `amount_mt` is more than was held, without `overage`.
    """
    job = _job(journal, command.job_id)
    if not 1 <= command.count <= RESULTS_LIMIT - job.results:
        raise InvalidRequest(f"A job counts 1 to {RESULTS_LIMIT} results.", field="count")
    if command.amount_mt is not None and command.amount_mt < 0:
        raise InvalidAmount("The amount must not be negative.", field="amount")
    if job.has_ended:
        raise JobEnded(f"The job has already ended: {job.status}.")
    if job.status == JobStatus.RUNNING:
        amount_mt = job.price_mt if command.amount_mt is None else command.amount_mt
        if amount_mt > job.price_mt and not command.overage:
            raise AmountExceedsHold(f"The job holds {format_milli(job.price_mt)} tokens.", field="amount")
        _capture(journal, job, amount_mt, at=at, caller=caller)
        job.status = JobStatus.PRODUCING
        job.first_result_at = at
    job.results += command.count
    journal.state.touched_jobs.add(job)
    return job


def complete(journal: Journal, command: CompleteJob, *, at: datetime, caller: str) -> JobState:
    """End the job well; a job that reported no result pays its whole hold.

    Raises:
        JobEnded: the job has ended otherwise.
    """
    job = _job(journal, command.job_id)
    if _has_ended_as(job, JobStatus.COMPLETED):
        return job
    if job.status == JobStatus.RUNNING:
        _capture(journal, job, job.price_mt, at=at, caller=caller)
    return _end(journal, job, JobStatus.COMPLETED, command.reason, at)


def fail(journal: Journal, command: FailJob, *, at: datetime, caller: str) -> JobState:
    """End a failed job: without results its tokens come back; with results, as the service's policy says.

    Source: Fusion seed, "Get a refund if a generative task fails".

    Raises:
        JobEnded: the job has ended otherwise.
    """
    job = _job(journal, command.job_id)
    if _has_ended_as(job, JobStatus.FAILED):
        return job
    if job.status == JobStatus.RUNNING:
        _release(journal, job, at=at, caller=caller, reason=command.reason)
    elif job.refund_policy == RefundPolicy.ON_FAILURE_OR_CANCEL:
        _refund(journal, job, at=at, caller=caller, reason=command.reason)
    return _end(journal, job, JobStatus.FAILED, command.reason, at)


def cancel(journal: Journal, command: CancelJob, *, at: datetime, caller: str) -> JobState:
    """End a job at its user's wish. Source: Fusion seed, "Cancel a generative task"; InfraWorks seed, refunds.

    Raises:
        JobEnded: the job has ended otherwise.
        ResultsExist: results exist and the service refunds only before the first one; the job goes on.
    """
    job = _job(journal, command.job_id)
    if _has_ended_as(job, JobStatus.CANCELLED):
        return job
    if job.status == JobStatus.RUNNING:
        _release(journal, job, at=at, caller=caller, reason=command.reason)
    elif job.refund_policy == RefundPolicy.BEFORE_FIRST_RESULT:
        raise ResultsExist
    else:
        _refund(journal, job, at=at, caller=caller, reason=command.reason)
    return _end(journal, job, JobStatus.CANCELLED, command.reason, at)


def refund(journal: Journal, command: RefundJob, *, at: datetime, caller: str) -> JobState:
    """Give back the charge of a job whose failure the system did not recognise.

    Raises:
        AlreadyRefunded: its tokens were given back before.
        NothingToRefund: it consumed none.
    """
    job = _job(journal, command.job_id)
    if job.refunded_mt:
        raise AlreadyRefunded
    if job.captured_mt == 0:
        raise NothingToRefund
    _refund(journal, job, at=at, caller=caller, reason=command.reason)
    journal.state.touched_jobs.add(job)
    return job


def time_out(journal: Journal, command: TimeOutJob, *, at: datetime, caller: str) -> JobState:
    """Release a hold that nobody settled in time; do nothing where somebody did meanwhile."""
    job = _job(journal, command.job_id)
    if job.status != JobStatus.RUNNING or job.hold_expires_at is None or job.hold_expires_at > at:
        return job
    _release(journal, job, at=at, caller=caller, reason="The hold timed out.")
    return _end(journal, job, JobStatus.EXPIRED, "The hold timed out.", at)


def _job(journal: Journal, job_id: UUID) -> JobState:
    """Return the job; in a batch its start may have been refused a moment ago."""
    job = journal.state.jobs.get(job_id)
    if job is None:
        raise NotFound("There is no such job.")
    return job


def _capture(journal: Journal, job: JobState, amount_mt: int, *, at: datetime, caller: str) -> None:
    """Consume `amount_mt` of the hold lot by lot and release the rest; beyond the hold only what the pool can pay."""
    state, rest_mt = journal.state, amount_mt
    moves: list[Move] = []
    for lot_id, held_mt in job.draws:
        lot, taken_mt = state.lots[lot_id], min(held_mt, rest_mt)
        rest_mt -= taken_mt
        if taken_mt:
            moves.append(Move(taken_mt, Account.HELD, Account.USED, lot))
        if held_mt > taken_mt:
            moves.append(give_back(state, lot=lot, amount_mt=held_mt - taken_mt, source=Account.HELD, at=at))
    if 0 < rest_mt <= state.pools[job.pool_id].available_mt:
        moves += draw(state, pool_ids=[job.pool_id], amount_mt=rest_mt, target=Account.USED)
        rest_mt = 0
    job.captured_mt = amount_mt - rest_mt
    job.draws = _draws(move for move in moves if move.target is Account.USED)
    _record(journal, Kind.CAPTURE, moves, job, at=at, caller=caller)


def _release(journal: Journal, job: JobState, *, at: datetime, caller: str, reason: str) -> None:
    _record(journal, Kind.RELEASE, _inverse(journal, job, Account.HELD, at), job, at=at, caller=caller, reason=reason)


def _refund(journal: Journal, job: JobState, *, at: datetime, caller: str, reason: str) -> None:
    """Give the charge back, unless a decision on a refund request already did."""
    if job.refunded_mt:
        return
    _record(journal, Kind.REFUND, _inverse(journal, job, Account.USED, at), job, at=at, caller=caller, reason=reason)
    job.refunded_mt = job.captured_mt


def _inverse(journal: Journal, job: JobState, source: Account, at: datetime) -> list[Move]:
    """Return the exact inverse of what the job drew, lot by lot."""
    lots = journal.state.lots
    return [
        give_back(journal.state, lot=lots[lot_id], amount_mt=amount_mt, source=source, at=at)
        for lot_id, amount_mt in job.draws
    ]


_ZERO_MOVES = {
    Kind.HOLD: (Account.AVAILABLE, Account.HELD),
    Kind.CAPTURE: (Account.HELD, Account.USED),
    Kind.RELEASE: (Account.HELD, Account.AVAILABLE),
    Kind.REFUND: (Account.USED, Account.AVAILABLE),
}


def _record(
    journal: Journal, kind: Kind, moves: Sequence[Move], job: JobState, *, at: datetime, caller: str, reason: str = ""
) -> None:
    """Record a step of the job; one that costs nothing is shown in its pool as a move of nothing."""
    if not moves:
        source, target = _ZERO_MOVES[kind]
        moves = [Move(0, source, target, pool_id=job.pool_id)]
    journal.record(kind, moves, at=at, caller=caller, job_id=job.id, reason=reason)


def _draws(moves: Iterable[Move]) -> list[tuple[UUID, int]]:
    return [(move.lot.id, move.amount_mt) for move in moves if move.lot]


def _has_ended_as(job: JobState, status: JobStatus) -> bool:
    if job.has_ended and job.status != status:
        raise JobEnded(f"The job has already ended: {job.status}.")
    return job.has_ended


def _end(journal: Journal, job: JobState, status: JobStatus, reason: str, at: datetime) -> JobState:
    job.status, job.reason, job.ended_at = status, reason, at
    journal.state.touched_jobs.add(job)
    return job
