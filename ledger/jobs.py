"""The verbs of a job's life: start, report results, complete, fail, cancel; one by one or in batches.

Called by the portal's pages, the API and imports alike; every one goes through `ledger.posting`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from ledger.errors import InvalidRequest, LedgerError, NotFound
from ledger.models import Job
from ledger.posting import (
    CancelJob,
    Command,
    CompleteJob,
    FailJob,
    Idempotency,
    JobOrder,
    JobView,
    Refused,
    ReportResults,
    Request,
    load_views,
    post,
)
from ledger.texts import REASON_LIMIT, check_text

Verb = Literal["results", "complete", "fail", "cancel"]
Mode = Literal["all_or_nothing", "each"]
BATCH_LIMIT: Final = 1000


class Verdict(Struct, frozen=True, gc=False):
    """What became of one job: results arrived (`amount_mt` captures only a part), or it ended.

    A caller who knows the job's contract says so; else it is looked up.
    """

    job_id: UUID
    verb: Verb
    count: int = 1
    amount_mt: int | None = None
    reason: str = ""
    contract_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class JobAnswer:
    """A job after one verb; `replayed` when the request had been answered before."""

    job: JobView
    replayed: bool


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """A job or a refusal per item, in order."""

    results: tuple[JobView | LedgerError, ...]
    replayed: bool


def start(*, idempotency: Idempotency, order: JobOrder, at: datetime | None = None) -> JobAnswer:
    """Hold the price of one job. Source: Fusion seed, "Pressing Generate charges tokens to your account".

    Raises:
        InsufficientTokens, ContractExpired: decided on the books, and kept with the key.
        NotEnabled, SharedUseNotAllowed, QuoteExpired, QuoteMismatch, ProjectRequired, NotFound: the order is not valid.
        IdempotencyKeyReused, LedgerBusy: see `ledger.posting.post`.
    """
    return _single(_post_by_contract(idempotency, [(order.contract_id, order)], whole=True, at=at))


def start_batch(
    *, idempotency: Idempotency, orders: Sequence[JobOrder], mode: Mode, at: datetime | None = None
) -> BatchAnswer:
    """Start up to 1,000 jobs: all of them or none, or each by itself. Each is its own charge and is refundable alone.

    Raises:
        LedgerError: with mode `all_or_nothing`, the first item's refusal; `extra["index"]` names the item.
    """
    _limit(orders)
    whole = mode == "all_or_nothing"
    if whole and len({order.contract_id for order in orders}) > 1:
        raise InvalidRequest("Jobs that start together belong to one contract.", field="items")
    placed = [(order.contract_id, order) for order in orders]
    batch = _post_by_contract(idempotency, placed, whole=whole, at=at)
    return _whole(batch) if whole else batch


def settle(*, idempotency: Idempotency, verdicts: Sequence[Verdict], at: datetime | None = None) -> BatchAnswer:
    """Report up to 1,000 verdicts, each decided by itself and in order; several may concern one job."""
    _limit(verdicts)
    contracts = {verdict.job_id: verdict.contract_id for verdict in verdicts if verdict.contract_id}
    if unknown := {verdict.job_id for verdict in verdicts} - contracts.keys():
        contracts |= dict(Job.objects.filter(id__in=unknown).values_list("id", "contract_id"))
    if not contracts:
        refusal = NotFound("There is no such job.", field="job")
        return BatchAnswer(tuple(refusal for _ in verdicts), replayed=False)
    elsewhere = next(iter(contracts.values()))
    placed = [(contracts.get(verdict.job_id, elsewhere), _command(verdict, contracts)) for verdict in verdicts]
    return _post_by_contract(idempotency, placed, whole=False, at=at)


def report_results(
    *,
    idempotency: Idempotency,
    job_id: UUID,
    count: int = 1,
    amount_mt: int | None = None,
    at: datetime | None = None,
) -> JobAnswer:
    """Count results of a job; the first consumes its tokens.

    Raises:
        JobEnded, AmountExceedsHold, NotFound.
    """
    return _settle_one(idempotency, Verdict(job_id, "results", count=count, amount_mt=amount_mt), at)


def complete(*, idempotency: Idempotency, job_id: UUID, reason: str = "", at: datetime | None = None) -> JobAnswer:
    """End a job well. Repeating it answers the same job.

    Raises:
        JobEnded, NotFound.
    """
    return _settle_one(idempotency, Verdict(job_id, "complete", reason=reason), at)


def fail(*, idempotency: Idempotency, job_id: UUID, reason: str = "", at: datetime | None = None) -> JobAnswer:
    """End a failed job; what comes back depends on its results and its service's refund policy.

    Raises:
        JobEnded, NotFound.
    """
    return _settle_one(idempotency, Verdict(job_id, "fail", reason=reason), at)


def cancel(*, idempotency: Idempotency, job_id: UUID, reason: str = "", at: datetime | None = None) -> JobAnswer:
    """Cancel a job.

    Raises:
        ResultsExist: the service refunds only before the first result; the job goes on.
        JobEnded, NotFound.
    """
    return _settle_one(idempotency, Verdict(job_id, "cancel", reason=reason), at)


def view(job: Job) -> JobView:
    """Return one job as answers show it."""
    return views([job])[0]


def views(jobs: Sequence[Job]) -> list[JobView]:
    """Return jobs as answers show them, in order, in a constant number of statements."""
    return load_views([job.contract_id for job in jobs], [job.id for job in jobs])


def _limit(items: Sequence[object]) -> None:
    if not 1 <= len(items) <= BATCH_LIMIT:
        raise InvalidRequest(f"Give 1 to {BATCH_LIMIT} items.", field="items")


def _command(verdict: Verdict, contracts: dict[UUID, UUID]) -> Command:
    if verdict.job_id not in contracts:
        return Refused(refusal=NotFound("There is no such job.", field="job"))
    try:
        reason = check_text(verdict.reason, field="reason", limit=REASON_LIMIT)
    except InvalidRequest as refusal:
        return Refused(refusal=refusal)
    match verdict.verb:
        case "results":
            return ReportResults(job_id=verdict.job_id, count=verdict.count, amount_mt=verdict.amount_mt)
        case "complete":
            return CompleteJob(job_id=verdict.job_id, reason=reason)
        case "fail":
            return FailJob(job_id=verdict.job_id, reason=reason)
        case "cancel":
            return CancelJob(job_id=verdict.job_id, reason=reason)


def _settle_one(idempotency: Idempotency, verdict: Verdict, at: datetime | None) -> JobAnswer:
    return _single(settle(idempotency=idempotency, verdicts=[verdict], at=at))


def _single(batch: BatchAnswer) -> JobAnswer:
    (result,) = batch.results
    if isinstance(result, LedgerError):
        result.replayed = batch.replayed
        raise result
    return JobAnswer(result, batch.replayed)


def _whole(batch: BatchAnswer) -> BatchAnswer:
    """Return a batch that was accepted; one of a single item is refused as longer ones are, with its index."""
    first = batch.results[0]
    if isinstance(first, LedgerError):
        first.extra["index"] = 0
        first.replayed = batch.replayed
        raise first
    return batch


def _post_by_contract(
    idempotency: Idempotency, placed: Sequence[tuple[UUID, Command]], *, whole: bool, at: datetime | None
) -> BatchAnswer:
    """Post the commands contract by contract, each contract's part of the request under its own part of the key."""
    parts: dict[UUID, list[tuple[int, Command]]] = {}
    for index, (contract_id, command) in enumerate(placed):
        parts.setdefault(contract_id, []).append((index, command))
    results: list[tuple[int, object]] = []
    replayed = True
    for part, (contract_id, items) in enumerate(parts.items()):
        request = Request(
            commands=[command for _, command in items],
            idempotency=idempotency,
            all_or_nothing=whole,
            at=at,
            part=part,
        )
        (answer,) = post(contract_id=contract_id, requests=[request])
        if whole and len(placed) > 1:
            answer.require()
        results += zip((index for index, _ in items), answer.results, strict=True)
        replayed = replayed and answer.replayed
    return _batch(results, replayed=replayed)


def _batch(results: Sequence[tuple[int, object]], *, replayed: bool) -> BatchAnswer:
    ordered = []
    for _, result in sorted(results, key=lambda pair: pair[0]):
        assert isinstance(result, (JobView, LedgerError)), "a job command answers with a job or a refusal"
        ordered.append(result)
    return BatchAnswer(tuple(ordered), replayed)


__all__ = [
    "BATCH_LIMIT",
    "BatchAnswer",
    "Idempotency",
    "JobAnswer",
    "JobOrder",
    "JobView",
    "Verdict",
    "cancel",
    "complete",
    "fail",
    "report_results",
    "settle",
    "start",
    "start_batch",
    "view",
    "views",
]
