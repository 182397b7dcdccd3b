"""Decisions on one refund request at the same moment, by two people and by the service itself."""

import pytest
from django.contrib.auth.models import User

from ledger.models import Contract, Kind, Pool, RefundRequest, Transaction
from ledger.refunds import approve, decline, request_refund
from ledger.verification import differences
from tests.cast import fresh_key
from tests.ledger.at_once import at_once
from tests.ledger.steps import fail, figures, put, report, start

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_approvals_a_refusal_and_a_failure_at_once_refund_once_at_most(
    contract_a: Contract, alice: User, bob: User, carol: User, bobs_pool: Pool, member
) -> None:
    put(bobs_pool, "100")
    job = report(start(contract_a, bob))
    asked = request_refund(user=bob, job_id=job.id, reason="Nothing came.")
    alices, carols = member(contract_a, alice), member(contract_a, carol)
    answers = at_once(
        lambda: approve(idempotency=fresh_key(), membership=alices, request_id=asked.id).status,
        lambda: approve(idempotency=fresh_key(), membership=carols, request_id=asked.id).status,
        lambda: decline(membership=carols, request_id=asked.id).status,
        lambda: fail(job).status,
    )
    assert answers[3] == "failed"
    assert {str(answer) for answer in answers[:3]} <= {"approved", "declined", "already_decided", "already_refunded"}
    assert sum(answer in ("approved", "declined") for answer in answers[:3]) == 1
    assert Transaction.objects.filter(kind=Kind.REFUND).count() == 1
    assert figures(bobs_pool) == (100, 0, 0, 0)
    assert list(differences()) == []


def test_two_requests_at_once_are_one(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    put(bobs_pool, "100")
    job = report(start(contract_a, bob))
    answers = at_once(*[lambda: request_refund(user=bob, job_id=job.id, reason="Nothing came.").status] * 3)
    assert sorted(str(answer) for answer in answers) == ["pending", "refund_pending", "refund_pending"]
    assert RefundRequest.objects.count() == 1
