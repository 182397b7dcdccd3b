"""Work that leaves usage behind, through the ledger's own verbs."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import pytest
from django.contrib.auth.models import User
from django.test import Client

from ledger import jobs
from ledger.jobs import JobOrder, JobView
from ledger.models import Contract
from tests.cast import fresh_key

LONG_AGO = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Work(Protocol):
    """`work(user, "analysis", "complete", at=..., project=...)` starts a job and brings it to its end."""

    def __call__(
        self, user: User, service: str = ..., outcome: str = ..., *, at: datetime | None = ..., **order: object
    ) -> JobView: ...


@pytest.fixture
def work(contract_a: Contract) -> Work:
    def do(
        user: User, service: str = "analysis", outcome: str = "complete", *, at: datetime | None = None, **order: object
    ) -> JobView:
        wanted = JobOrder(**{"contract_id": contract_a.id, "user_id": user.pk, "service": service, **order})
        job = jobs.start(idempotency=fresh_key(), order=wanted, at=at).job
        return finish(job, outcome, at)

    return do


def finish(job: JobView, outcome: str, at: datetime | None) -> JobView:
    """End a job: `free` and `half` capture a part of its hold, `refunded` gives all of it back, `charged` goes on."""
    if outcome in ("refunded", "half", "free", "charged"):
        amount_mt = {"half": job.price_mt // 2, "free": 0}.get(outcome)
        jobs.report_results(idempotency=fresh_key(), job_id=job.id, amount_mt=amount_mt, at=at)
    if outcome in ("running", "charged"):
        return job
    verb = jobs.fail if outcome in ("refunded", "failed") else jobs.complete
    return verb(idempotency=fresh_key(), job_id=job.id, at=at).job


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A browser in which this person is signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in
