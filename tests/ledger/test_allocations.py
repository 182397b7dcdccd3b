"""Shared tokens go to a member and unused ones come back; every lot keeps its expiry on the way."""

import pytest
from django.contrib.auth.models import User

from ledger.allocations import allocate
from ledger.errors import InsufficientTokens, InvalidAmount, NotFound
from ledger.models import Contract, Lot, Membership, Pool
from tests.cast import fresh_key
from tests.ledger.steps import START, complete, day, drawn, fail, figures, give, put, remaining, report, start, take

pytestmark = pytest.mark.usefixtures("sound_books")


def expiries(pool: Pool) -> list[tuple[float, object]]:
    """What is left of the pool's lots and until when, in spending order."""
    return [(lot.remaining_mt / 1000, lot.expires_at) for lot in Lot.objects.filter(pool=pool, exhausted=False)]


def test_what_is_given_keeps_its_expiry(contract_a: Contract, bob: User, bobs_pool: Pool, shared_a: Pool) -> None:
    put(shared_a, "10", expires_at=day(30))
    put(shared_a, "10", expires_at=day(60))
    give(contract_a, bob, "15")
    assert expiries(bobs_pool) == [(10, day(30)), (5, day(60))]
    assert expiries(shared_a) == [(5, day(60))]


def test_what_is_taken_back_returns_into_the_lots_it_came_from(
    contract_a: Contract, bob: User, bobs_pool: Pool, shared_a: Pool
) -> None:
    early = put(shared_a, "10", expires_at=day(30))
    late = put(shared_a, "10", expires_at=day(60))
    give(contract_a, bob, "15")
    take(contract_a, bob, "12")
    assert (remaining(early), remaining(late)) == (7, 10)
    assert expiries(bobs_pool) == [(3, day(30))]
    assert Lot.objects.filter(pool=shared_a).count() == 2


def test_gifts_are_not_taken(contract_a: Contract, bob: User, bobs_pool: Pool, shared_a: Pool) -> None:
    put(bobs_pool, "100")
    put(shared_a, "10")
    give(contract_a, bob, "10")
    with pytest.raises(InsufficientTokens) as refusal:
        take(contract_a, bob, "10.5")
    assert refusal.value.extra == {"required": "10.5", "available": "10", "shortfall": "0.5"}
    take(contract_a, bob, "10")
    assert figures(bobs_pool) == (100, 0, 0, 0)


def test_no_more_is_taken_than_is_unused(contract_a: Contract, bob: User, bobs_pool: Pool, shared_a: Pool) -> None:
    put(shared_a, "20")
    give(contract_a, bob, "20")
    complete(start(contract_a, bob))
    start(contract_a, bob)
    with pytest.raises(InsufficientTokens):
        take(contract_a, bob, "10.001")
    take(contract_a, bob, "10")
    assert figures(bobs_pool) == (0, 5, 5, 0)


def test_a_refund_after_taking_back_stays_with_the_user(
    contract_a: Contract, bob: User, bobs_pool: Pool, shared_a: Pool
) -> None:
    put(shared_a, "20")
    give(contract_a, bob, "20")
    job = report(start(contract_a, bob))
    take(contract_a, bob, "15")
    refunded = fail(job)
    assert drawn(refunded) == {lot.id: 5 for lot in Lot.objects.filter(pool=bobs_pool)}
    assert (figures(bobs_pool), figures(shared_a)) == ((5, 0, 0, 0), (15, 0, 0, 0))
    take(contract_a, bob, "5")
    assert figures(shared_a) == (20, 0, 0, 0)


def test_no_more_is_given_than_is_available(contract_a: Contract, bob: User, shared_a: Pool) -> None:
    put(shared_a, "20")
    with pytest.raises(InsufficientTokens):
        give(contract_a, bob, "20.001")
    assert figures(shared_a) == (20, 0, 0, 0)


def test_tokens_in_their_days_of_grace_keep_them_when_taken_back(
    contract_a: Contract, bob: User, bobs_pool: Pool, shared_a: Pool
) -> None:
    put(shared_a, "5", expires_at=day(30))
    give(contract_a, bob, "5")
    job = report(start(contract_a, bob))
    fail(job, at=day(40))
    take(contract_a, bob, "5", at=day(41))
    Membership.objects.filter(user=bob).update(uses_shared=True)
    paid = complete(start(contract_a, bob, at=day(69), pool_id=shared_a.id), at=day(69))
    assert paid.captured_mt == 5_000
    assert figures(shared_a) == (0, 0, 5, 0)


def test_a_stranger_is_given_nothing(contract_a: Contract, mallory: User, shared_a: Pool) -> None:
    put(shared_a, "20")
    with pytest.raises(NotFound):
        give(contract_a, mallory, "1")


def test_who_left_can_be_given_nothing_but_leaves_what_is_unused_behind(
    contract_a: Contract, bob: User, bobs_pool: Pool, shared_a: Pool
) -> None:
    put(shared_a, "20")
    give(contract_a, bob, "12")
    Membership.objects.filter(user=bob).delete()
    with pytest.raises(NotFound):
        give(contract_a, bob, "1")
    take(contract_a, bob, "12")
    assert (figures(bobs_pool), figures(shared_a)) == ((0, 0, 0, 0), (20, 0, 0, 0))


@pytest.mark.parametrize("amount_mt", [0, -1])
def test_nothing_and_less_cannot_move(contract_a: Contract, bob: User, amount_mt: int) -> None:
    with pytest.raises(InvalidAmount):
        allocate(idempotency=fresh_key(), contract_id=contract_a.id, user_id=bob.pk, amount_mt=amount_mt)


def test_the_same_key_moves_once(contract_a: Contract, bob: User, bobs_pool: Pool, shared_a: Pool) -> None:
    put(shared_a, "20")
    key = fresh_key()
    moved = {"idempotency": key, "contract_id": contract_a.id, "user_id": bob.pk, "amount_mt": 15_000, "at": START}
    first, again = allocate(**moved), allocate(**moved)
    assert (first.replayed, again.replayed) == (False, True)
    assert (again.transaction, again.amount_mt, again.at) == (first.transaction, first.amount_mt, first.at)
    assert figures(bobs_pool) == (15, 0, 0, 0)
