"""Books with something of each kind in them, and a key to sign with."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger import jobs
from ledger.jobs import JobOrder
from ledger.models import Contract, Pool
from ledger.sealing import Signer
from tests.cast import fresh_key


@pytest.fixture
def signer() -> Signer:
    """The same key in every test, so that a failure can be looked at again."""
    return Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@pytest.fixture
def start_job(contract_a: Contract, bobs_pool: Pool) -> Callable[[], jobs.JobView]:
    """Bob starts an analysis: a transaction with two entries."""
    order = JobOrder(contract_a.id, bobs_pool.user_id or 0, "analysis")
    return lambda: jobs.start(idempotency=fresh_key(), order=order).job


@pytest.fixture
def books(bobs_pool: Pool, shared_a: Pool, fund: Callable[..., None], start_job: Callable[[], jobs.JobView]) -> None:
    """Two grants, four holds, a charge, a release, and a charge that is refunded: eleven transactions."""
    fund(bobs_pool, "100")
    fund(shared_a, "40.5")
    started = [start_job() for _ in range(4)]
    jobs.complete(idempotency=fresh_key(), job_id=started[0].id)
    jobs.cancel(idempotency=fresh_key(), job_id=started[1].id)
    jobs.report_results(idempotency=fresh_key(), job_id=started[2].id)
    jobs.fail(idempotency=fresh_key(), job_id=started[2].id, reason="mesh — broken")
