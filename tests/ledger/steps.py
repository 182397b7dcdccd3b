"""Steps of the ledger's tests: the verbs with a fresh key each, and what they leave in a pool."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from ledger import allocations, grants, jobs
from ledger.amounts import parse_milli
from ledger.balances import balance
from ledger.jobs import JobOrder, JobView
from ledger.models import Contract, Lot, Pool
from tests.cast import fresh_key

START = datetime(2026, 1, 1, tzinfo=UTC)
"""The first day of the tests' stories, which are all in the past."""


def day(number: float) -> datetime:
    """An instant of the story: so many days after its start."""
    return START + timedelta(days=number)


def put(pool: Pool, tokens: str, *, expires_at: datetime | None = None, at: datetime = START) -> Lot:
    """Grant a lot and return it."""
    known = set(Lot.objects.values_list("id", flat=True))
    amount_mt = parse_milli(tokens)
    grants.grant(idempotency=fresh_key("system"), pool_id=pool.id, amount_mt=amount_mt, expires_at=expires_at, at=at)
    return Lot.objects.exclude(id__in=known).get()


def start(contract: Contract, user: User, service: str = "analysis", *, at: datetime = START, **order: Any) -> JobView:
    """Start one job; an analysis costs 5 tokens and is refunded on failure or cancel."""
    wanted = JobOrder(contract.id, user.pk, service, **order)
    return jobs.start(idempotency=fresh_key(), order=wanted, at=at).job


def report(job: JobView, *, at: datetime = START, **verdict: Any) -> JobView:
    return jobs.report_results(idempotency=fresh_key(), job_id=job.id, at=at, **verdict).job


def complete(job: JobView, *, at: datetime = START, reason: str = "") -> JobView:
    return jobs.complete(idempotency=fresh_key(), job_id=job.id, at=at, reason=reason).job


def fail(job: JobView, *, at: datetime = START, reason: str = "") -> JobView:
    return jobs.fail(idempotency=fresh_key(), job_id=job.id, at=at, reason=reason).job


def cancel(job: JobView, *, at: datetime = START, reason: str = "") -> JobView:
    return jobs.cancel(idempotency=fresh_key(), job_id=job.id, at=at, reason=reason).job


def give(contract: Contract, user: User, tokens: str, *, at: datetime = START) -> None:
    allocations.allocate(
        idempotency=fresh_key(), contract_id=contract.id, user_id=user.pk, amount_mt=parse_milli(tokens), at=at
    )


def take(contract: Contract, user: User, tokens: str, *, at: datetime = START) -> None:
    allocations.take_back(
        idempotency=fresh_key(), contract_id=contract.id, user_id=user.pk, amount_mt=parse_milli(tokens), at=at
    )


def figures(pool: Pool, as_of: datetime | None = None) -> tuple[float, float, float, float]:
    """Available, held, used and expired, in tokens."""
    found = balance(pool.id, as_of)
    parts = (found.available_mt, found.held_mt, found.used_mt, found.expired_mt)
    return tuple(part / 1000 for part in parts)  # type: ignore[return-value]


def remaining(lot: Lot) -> float:
    """What is left in a lot, in tokens."""
    return Lot.objects.values_list("remaining_mt", flat=True).get(id=lot.id) / 1000


def drawn(job: JobView) -> dict[UUID, float]:
    """What a job drew, by lot, in tokens."""
    return {lot: amount_mt / 1000 for lot, amount_mt in job.lots}
