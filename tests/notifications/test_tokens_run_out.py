"""Mails about tokens: low once for each crossing of the 20 % rule, expiring at 90, 30 and 7 days."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone

from ledger import jobs
from ledger.jobs import JobOrder
from ledger.models import Contract, Pool
from portal.models import Notice
from portal.notifications import outbox, tokens
from tests.cast import fresh_key

DAY = timedelta(days=1)
Fund = Callable[..., None]


def told() -> list[tuple[str, str]]:
    mail.outbox.clear()
    tokens.collect()
    outbox.deliver()
    return sorted((sent.to[0], sent.subject.removeprefix("[Counting House] ")) for sent in mail.outbox)


@pytest.fixture
def spend(contract_a: Contract, bob: User, bobs_pool: Pool) -> Callable[[str], None]:
    """Let Bob run a service on his own tokens."""

    def run(service: str) -> None:
        order = JobOrder(contract_a.id, bob.pk, service, pool_id=bobs_pool.id)
        jobs.complete(idempotency=fresh_key(), job_id=jobs.start(idempotency=fresh_key(), order=order).job.id)

    return run


def test_low_is_told_once_for_each_crossing(bobs_pool: Pool, fund: Fund, spend: Callable[[str], None]) -> None:
    low = [("bob@example.com", "Your individual tokens on Atelier Alpha are low")]
    fund(bobs_pool, "50")
    assert told() == []
    spend("cfd_complex")  # 15 of 50 are left: 30 %
    assert told() == []
    spend("analysis")  # exactly 20 %, which is low
    assert told() == low
    assert "10 of 50 tokens" in mail.outbox[0].body
    spend("analysis")
    assert told() == []
    fund(bobs_pool, "100")
    assert told() == []
    for _ in range(3):
        spend("cfd_complex")
    assert told() == low


def test_a_contracts_name_adds_no_header(
    contract_a: Contract, bobs_pool: Pool, fund: Fund, spend: Callable[[str], None]
) -> None:
    Contract.objects.filter(id=contract_a.id).update(name="Atelier\r\nBcc: mallory@example.com")
    fund(bobs_pool, "6")
    spend("analysis")
    assert told() == [("bob@example.com", "Your individual tokens on Atelier Bcc: mallory@example.com are low")]


def test_the_shared_pool_concerns_the_buyers(shared_a: Pool, contract_a: Contract, fund: Fund, bob: User) -> None:
    contract_a.memberships.filter(user=bob).update(uses_shared=True)
    fund(shared_a, "50")
    for service in ("cfd_complex", "analysis"):
        order = JobOrder(contract_a.id, bob.pk, service, pool_id=shared_a.id)
        jobs.start(idempotency=fresh_key(), order=order)
    subject = "The shared tokens on Atelier Alpha are low"
    assert told() == [("alice@example.com", subject), ("carol@example.com", subject)]


def test_expiry_is_told_at_90_30_and_7_days(bobs_pool: Pool, fund: Fund) -> None:
    start = timezone.now()
    expires_at = start + 100 * DAY
    fund(bobs_pool, "10", expires_at=expires_at)
    fund(bobs_pool, "5", expires_at=expires_at)
    found = []
    for days_left in (99, 89, 88, 31, 29, 10, 6, 5):
        now = expires_at - days_left * DAY
        mail.outbox.clear()
        tokens.tell_expiring(now)
        outbox.deliver()
        found.append([sent.subject.split()[-2] for sent in mail.outbox])
    assert found == [[], ["90"], [], [], ["30"], [], ["7"], []]
    assert "15 tokens of your individual tokens" in Notice.objects.latest("created_at").body


def test_tokens_without_expiry_and_spent_ones_are_not_told_of(bobs_pool: Pool, fund: Fund) -> None:
    fund(bobs_pool, "10")
    assert told() == []
