"""Grants and corrections: what may be put into a pool or taken out of it by hand."""

import pytest
from django.contrib.auth.models import User

from ledger.errors import InsufficientTokens, InvalidAmount, InvalidRequest, NotFound
from ledger.grants import adjust, grant
from ledger.ids import new_id
from ledger.models import AuditEvent, Contract, Lot, Pool, Transaction
from tests.cast import fresh_key
from tests.ledger.steps import START, day, figures, put, remaining, start

pytestmark = pytest.mark.usefixtures("sound_books")


def correct(pool: Pool, amount_mt: int, **options: object):
    values = {"reason": "The store charged twice.", "at": START} | options
    return adjust(idempotency=fresh_key(), pool_id=pool.id, amount_mt=amount_mt, **values)


def test_a_correction_upwards_is_a_lot_with_its_reason(bobs_pool: Pool) -> None:
    correct(bobs_pool, 2_500, expires_at=day(30))
    assert Lot.objects.values_list("source", "amount_mt", "expires_at").get() == ("adjustment", 2_500, day(30))
    assert Transaction.objects.values_list("kind", "reason").get() == ("adjust", "The store charged twice.")


def test_a_correction_downwards_takes_from_the_lots_in_spending_order(bobs_pool: Pool) -> None:
    late, early = put(bobs_pool, "5", expires_at=day(60)), put(bobs_pool, "5", expires_at=day(30))
    correct(bobs_pool, -7_000)
    assert (remaining(early), remaining(late)) == (0, 3)
    assert figures(bobs_pool, START) == (3, 0, 0, 0)


def test_a_correction_takes_no_more_than_is_available(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    put(bobs_pool, "10")
    start(contract_a, bob)
    with pytest.raises(InsufficientTokens):
        correct(bobs_pool, -5_001)
    correct(bobs_pool, -5_000)
    assert figures(bobs_pool) == (0, 5, 0, 0)


def test_the_audit_log_names_the_operator_of_a_correction_that_was_made(bobs_pool: Pool, olga: User) -> None:
    with pytest.raises(InsufficientTokens):
        correct(bobs_pool, -1, actor=olga)
    correct(bobs_pool, 500, actor=olga)
    event = AuditEvent.objects.get()
    assert (event.contract, event.actor, event.action) == (bobs_pool.contract, olga, "pool.adjusted")
    assert (event.subject, event.detail) == (str(bobs_pool.id), "0.5 tokens: The store charged twice.")


def test_a_correction_of_nothing_is_refused(bobs_pool: Pool) -> None:
    with pytest.raises(InvalidAmount):
        correct(bobs_pool, 0)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "a\x00b"])
def test_a_correction_needs_a_reason_that_can_be_kept(bobs_pool: Pool, reason: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        correct(bobs_pool, 1_000, reason=reason)
    assert refusal.value.field == "reason"


@pytest.mark.parametrize("amount_mt", [0, -1, 10**15, 2**63])
def test_a_grant_is_an_amount_that_can_be(bobs_pool: Pool, amount_mt: int) -> None:
    with pytest.raises(InvalidAmount):
        grant(idempotency=fresh_key(), pool_id=bobs_pool.id, amount_mt=amount_mt)


@pytest.mark.parametrize("verb", [grant, adjust])
def test_tokens_that_have_expired_already_are_not_granted(bobs_pool: Pool, verb) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        verb(idempotency=fresh_key(), pool_id=bobs_pool.id, amount_mt=1, reason="late", expires_at=day(1), at=day(1))
    assert refusal.value.field == "expires_at"


@pytest.mark.parametrize("verb", [grant, adjust])
def test_a_pool_that_is_not_there_is_not_found(contract_a: Contract, verb) -> None:
    with pytest.raises(NotFound):
        verb(idempotency=fresh_key(), pool_id=new_id(), amount_mt=1, reason="none")


def test_the_same_key_grants_once(bobs_pool: Pool) -> None:
    key = fresh_key()
    first, again = (grant(idempotency=key, pool_id=bobs_pool.id, amount_mt=1_000, at=START) for _ in range(2))
    assert first == again
    assert figures(bobs_pool) == (1, 0, 0, 0)
