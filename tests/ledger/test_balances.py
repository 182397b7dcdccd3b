"""What a pool shows, now and as of any past instant: just what is enforced."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.balances import balance, balances, has_shared_tokens, live_lots
from ledger.errors import NotFound
from ledger.expiry import expire_lots
from ledger.ids import new_id
from ledger.models import Contract, Pool
from tests.ledger.steps import cancel, complete, day, figures, give, put, report, start

pytestmark = pytest.mark.usefixtures("sound_books")
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def story(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    """Day 0: 20 and 8 tokens, the 8 until day 30. Day 1: a hold of 5. Day 2: captured. Day 50: a new gift."""
    put(bobs_pool, "20")
    put(bobs_pool, "8", expires_at=day(30))
    report(start(contract_a, bob, at=day(1)), at=day(2))
    put(bobs_pool, "1", at=day(50))


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (day(0) - INSTANT, (0, 0, 0, 0)),
        (day(0), (28, 0, 0, 0)),
        (day(1) - INSTANT, (28, 0, 0, 0)),
        (day(1), (23, 5, 0, 0)),
        (day(2), (23, 0, 5, 0)),
        (day(30) - INSTANT, (23, 0, 5, 0)),
        (day(30), (20, 0, 5, 3)),
        (day(50) - INSTANT, (20, 0, 5, 3)),
        (day(50), (21, 0, 5, 3)),
        (day(60), (21, 0, 5, 3)),
        (None, (21, 0, 5, 3)),
    ],
)
def test_a_balance_is_exact_at_every_instant_also_where_expiry_was_posted_late(
    bobs_pool: Pool, at: datetime | None, shown: tuple[float, ...]
) -> None:
    assert figures(bobs_pool, at) == shown


def test_what_is_due_counts_as_expired_before_anybody_posts_it(bobs_pool: Pool) -> None:
    put(bobs_pool, "8", expires_at=day(30))
    shown = [figures(bobs_pool, at) for at in (day(30) - INSTANT, day(30), None)]
    assert shown == [(8, 0, 0, 0), (0, 0, 0, 8), (0, 0, 0, 8)]
    expire_lots(at=day(40))
    assert [figures(bobs_pool, at) for at in (day(30) - INSTANT, day(30), None)] == shown


def test_tokens_given_away_do_not_expire_in_the_past_of_their_new_pool(
    contract_a: Contract, bob: User, bobs_pool: Pool, shared_a: Pool
) -> None:
    put(shared_a, "8", expires_at=day(30))
    give(contract_a, bob, "6", at=day(10))
    assert [figures(pool, day(9)) for pool in (shared_a, bobs_pool)] == [(8, 0, 0, 0), (0, 0, 0, 0)]
    assert [figures(pool, day(31)) for pool in (shared_a, bobs_pool)] == [(0, 0, 0, 2), (0, 0, 0, 6)]


def test_the_parts_make_up_the_total(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    put(bobs_pool, "50", expires_at=day(30))
    complete(start(contract_a, bob))
    start(contract_a, bob)
    for as_of, parts in ((day(1), (40_000, 5_000, 5_000, 0)), (day(31), (0, 5_000, 5_000, 40_000))):
        found = balance(bobs_pool.id, as_of)
        assert (found.available_mt, found.held_mt, found.used_mt, found.expired_mt) == parts
        assert (found.total_mt, found.as_of) == (50_000, as_of)


def test_a_balance_of_now_says_when_now_is(bobs_pool: Pool) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    assert before < balance(bobs_pool.id).as_of < datetime.now(UTC) + timedelta(seconds=1)


def test_when_the_clock_is_behind_the_books_now_is_their_last_entry(bobs_pool: Pool, shared_a: Pool) -> None:
    ahead = datetime.now(UTC).replace(microsecond=0) + timedelta(days=10)
    put(bobs_pool, "5", expires_at=ahead - timedelta(days=1))
    put(bobs_pool, "7", expires_at=ahead + timedelta(days=1))
    put(shared_a, "1", at=ahead)
    shown = balance(bobs_pool.id)
    assert (shown.as_of, shown.available_mt, shown.expired_mt) == (ahead, 7_000, 5_000)
    assert [lot.remaining_mt for lot in live_lots(pool_id=bobs_pool.id)] == [7_000]


def test_any_number_of_balances_takes_one_statement(
    contract_a: Contract, alice: User, bob: User, carol: User, contract_b: Contract
) -> None:
    ids = list(Pool.objects.values_list("id", flat=True))
    for wanted in (ids[:1], ids):
        for as_of in (None, day(1)):
            with CaptureQueriesContext(
                connection,
            ) as statements:
                assert set(balances(pool_ids=wanted, as_of=as_of)) == set(wanted)
            assert len(statements) == 1


def test_a_pool_that_is_not_there_is_not_found(contract_a: Contract) -> None:
    assert balances(pool_ids=[new_id()]) == {}
    with pytest.raises(NotFound):
        balance(new_id())


def test_a_contract_has_shared_tokens_once_it_was_given_any(
    contract_a: Contract, bobs_pool: Pool, shared_a: Pool
) -> None:
    put(bobs_pool, "5")
    assert not has_shared_tokens(contract_a.id)
    put(shared_a, "5", expires_at=day(1))
    assert has_shared_tokens(contract_a.id)


def test_live_lots_are_those_that_can_be_spent(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    put(bobs_pool, "5", expires_at=day(30))
    job = start(contract_a, bob)
    assert list(live_lots(pool_id=bobs_pool.id, at=day(1))) == []
    cancel(job, at=day(40))
    assert [lot.usable_until for lot in live_lots(pool_id=bobs_pool.id, at=day(70) - INSTANT)] == [day(70)]
    assert list(live_lots(pool_id=bobs_pool.id, at=day(70))) == []
