"""A failure the system did not recognise: the user asks, somebody else decides, tokens come back once."""

import pytest
from django.contrib.auth.models import User

from ledger.errors import (
    AlreadyDecided,
    AlreadyRefunded,
    Forbidden,
    InvalidRequest,
    NotFound,
    NothingToRefund,
    OwnDecision,
    RefundPending,
)
from ledger.ids import new_id
from ledger.jobs import JobView
from ledger.models import AuditEvent, Contract, Job, Membership, Pool, RefundRequest
from ledger.refunds import approve, decline, request_refund
from tests.cast import fresh_key
from tests.ledger.steps import START, complete, day, fail, figures, put, remaining, report, start

pytestmark = pytest.mark.usefixtures("sound_books")


@pytest.fixture
def charged(contract_a: Contract, bob: User, bobs_pool: Pool) -> JobView:
    """A completed study of Bob's, which cost 11 of his 100 tokens."""
    put(bobs_pool, "100")
    return complete(start(contract_a, bob, "generative_study"))


@pytest.fixture
def carols(contract_a: Contract, carol: User, member) -> Membership:
    return member(contract_a, carol)


def ask(user: User, job: JobView, reason: str = "No outcome opens.") -> RefundRequest:
    return request_refund(user=user, job_id=job.id, reason=reason, at=day(1))


def grant_it(membership: Membership, asked: RefundRequest) -> RefundRequest:
    return approve(idempotency=fresh_key(), membership=membership, request_id=asked.id, at=day(2))


def test_an_approved_request_gives_the_tokens_back(charged, bob: User, carol: User, carols, bobs_pool: Pool) -> None:
    done = grant_it(carols, ask(bob, charged))
    assert (done.status, done.decided_by, done.decided_at) == ("approved", carol, day(2))
    job = Job.objects.get()
    assert (job.status, job.captured_mt, job.refunded_mt) == ("completed", 11_000, 11_000)
    assert figures(bobs_pool) == (100, 0, 0, 0)
    events = AuditEvent.objects.order_by("at").values_list("action", "at")
    assert list(events) == [("refund.requested", day(1)), ("refund.approved", day(2))]


def test_the_tokens_go_back_to_the_very_lots(contract_a: Contract, bob: User, carols, bobs_pool: Pool) -> None:
    lots = [put(bobs_pool, tokens) for tokens in ("4", "6", "20")]
    job = complete(start(contract_a, bob, "generative_study"))
    grant_it(carols, ask(bob, job))
    assert [remaining(lot) for lot in lots] == [4, 6, 20]


def test_tokens_come_back_once(charged, bob: User, carols, bobs_pool: Pool) -> None:
    asked = ask(bob, charged)
    grant_it(carols, asked)
    with pytest.raises(AlreadyRefunded):
        grant_it(carols, asked)
    with pytest.raises(AlreadyRefunded):
        ask(bob, charged)
    assert figures(bobs_pool) == (100, 0, 0, 0)


def test_the_same_key_answers_the_same(charged, bob: User, carols, bobs_pool: Pool) -> None:
    asked, key = ask(bob, charged), fresh_key()
    for _ in range(2):
        assert approve(idempotency=key, membership=carols, request_id=asked.id).status == "approved"
    assert figures(bobs_pool) == (100, 0, 0, 0)


def test_a_declined_request_keeps_the_charge_and_another_may_follow(
    charged, bob: User, carols, bobs_pool: Pool
) -> None:
    asked = ask(bob, charged)
    declined = decline(membership=carols, request_id=asked.id, reason="It has four outcomes.", at=day(2))
    assert (declined.status, declined.decision_reason) == ("declined", "It has four outcomes.")
    assert figures(bobs_pool) == (89, 0, 11, 0)
    for decide in (grant_it, lambda membership, asked: decline(membership=membership, request_id=asked.id)):
        with pytest.raises(AlreadyDecided):
            decide(carols, asked)
    assert grant_it(carols, ask(bob, charged)).status == "approved"


def test_one_request_at_a_time(charged, bob: User) -> None:
    ask(bob, charged)
    with pytest.raises(RefundPending):
        ask(bob, charged)


def test_nobody_decides_on_their_own_job(
    contract_a: Contract, alice: User, carol: User, carols, shared_a: Pool, member
) -> None:
    put(shared_a, "100")
    asked = ask(carol, complete(start(contract_a, carol)))
    for decide in (grant_it, lambda membership, asked: decline(membership=membership, request_id=asked.id)):
        with pytest.raises(OwnDecision):
            decide(carols, asked)
    assert grant_it(member(contract_a, alice), asked).status == "approved"


def test_users_decide_nothing_and_other_contracts_see_nothing(
    charged, contract_a: Contract, contract_b: Contract, bob: User, stranger: User, mallory: User, member
) -> None:
    asked = ask(bob, charged)
    Membership.objects.create(contract=contract_a, user=stranger)
    with pytest.raises(Forbidden):
        grant_it(member(contract_a, stranger), asked)
    with pytest.raises(NotFound):
        grant_it(member(contract_b, mallory), asked)


def test_a_refund_is_asked_for_by_the_user_of_the_job(charged, carol: User, bob: User) -> None:
    with pytest.raises(Forbidden):
        ask(carol, charged)
    with pytest.raises(NotFound):
        request_refund(user=bob, job_id=new_id(), reason="none")


def test_what_consumed_nothing_is_not_refunded(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    put(bobs_pool, "100")
    held, free = start(contract_a, bob), complete(start(contract_a, bob, "generative_study_extension"))
    for job in (held, free):
        with pytest.raises(NothingToRefund):
            ask(bob, job)


def test_a_job_refunded_meanwhile_is_not_refunded_again(
    contract_a: Contract, bob: User, carols, bobs_pool: Pool
) -> None:
    put(bobs_pool, "100")
    job = report(start(contract_a, bob))
    asked = ask(bob, job)
    fail(job, at=day(2))
    with pytest.raises(AlreadyRefunded):
        grant_it(carols, asked)
    assert decline(membership=carols, request_id=asked.id, reason="It came back by itself.").status == "declined"
    assert figures(bobs_pool) == (100, 0, 0, 0)


def test_a_failure_after_a_decision_gives_nothing_back_again(
    contract_a: Contract, bob: User, carols, bobs_pool: Pool
) -> None:
    put(bobs_pool, "100")
    job = report(start(contract_a, bob))
    grant_it(carols, ask(bob, job))
    assert fail(job, at=day(3)).refunded_mt == 5_000
    assert figures(bobs_pool) == (100, 0, 0, 0)


@pytest.mark.parametrize("reason", ["", " ", "x" * 501, "a\x00b"])
def test_a_request_needs_a_reason_that_can_be_kept(charged, bob: User, reason: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        ask(bob, charged, reason)
    assert refusal.value.field == "reason"


def test_the_reason_of_a_decision_is_one_that_can_be_kept(charged, bob: User, carols) -> None:
    asked = ask(bob, charged)
    with pytest.raises(InvalidRequest):
        decline(membership=carols, request_id=asked.id, reason="x" * 501)
    assert decline(membership=carols, request_id=asked.id, at=START).status == "declined"
