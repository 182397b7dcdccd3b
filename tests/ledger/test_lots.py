"""Which lot pays: earliest expiry, smallest rest, oldest; and tokens go back to the very lots they came from."""

import pytest
from django.contrib.auth.models import User

from ledger.balances import live_lots
from ledger.models import Contract, Pool
from tests.ledger.steps import cancel, complete, day, drawn, fail, figures, put, remaining, report, start

pytestmark = pytest.mark.usefixtures("sound_books")


def test_the_earliest_expiry_is_spent_first_and_tokens_without_one_last(
    contract_a: Contract, bob: User, bobs_pool: Pool
) -> None:
    never, late, early = (put(bobs_pool, "5", expires_at=expires_at) for expires_at in (None, day(60), day(30)))
    payers = [drawn(start(contract_a, bob)) for _ in range(3)]
    assert payers == [{early.id: 5}, {late.id: 5}, {never.id: 5}]


def test_among_equal_expiries_the_smallest_lot_is_spent_first(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    large, small = put(bobs_pool, "7", expires_at=day(30)), put(bobs_pool, "6", expires_at=day(30))
    assert drawn(start(contract_a, bob)) == {small.id: 5}
    assert drawn(start(contract_a, bob)) == {small.id: 1, large.id: 4}


def test_among_equal_lots_the_oldest_is_spent_first(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    older, newer = put(bobs_pool, "5", at=day(1)), put(bobs_pool, "5", at=day(2))
    assert drawn(start(contract_a, bob, at=day(3))) == {older.id: 5}
    assert drawn(start(contract_a, bob, at=day(3))) == {newer.id: 5}


def test_a_partly_spent_lot_is_ranked_by_what_is_left_of_it(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    first = put(bobs_pool, "8")
    assert drawn(start(contract_a, bob)) == {first.id: 5}
    second = put(bobs_pool, "4")
    assert list(live_lots(pool_id=bobs_pool.id)) == [first, second]
    assert drawn(start(contract_a, bob)) == {first.id: 3, second.id: 2}


def test_what_comes_back_changes_the_order(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    first = put(bobs_pool, "8")
    job = start(contract_a, bob)
    second = put(bobs_pool, "5")
    cancel(job)
    assert drawn(start(contract_a, bob)) == {second.id: 5}
    assert remaining(first) == 8


def test_a_charge_takes_several_lots_of_one_pool(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    lots = [put(bobs_pool, tokens) for tokens in ("1", "1.5", "9")]
    job = complete(start(contract_a, bob))
    assert drawn(job) == dict(zip([lot.id for lot in lots], (1, 1.5, 2.5), strict=True))
    assert figures(bobs_pool) == (6.5, 0, 5, 0)


@pytest.mark.parametrize("captured", [False, True])
def test_tokens_go_back_to_the_very_lots_they_came_from(
    contract_a: Contract, bob: User, bobs_pool: Pool, captured: bool
) -> None:
    lots = [put(bobs_pool, tokens) for tokens in ("1", "1.5", "9")]
    job = start(contract_a, bob)
    put(bobs_pool, "100")
    if captured:
        report(job)
    fail(job)
    assert [remaining(lot) for lot in lots] == [1, 1.5, 9]


def test_a_part_of_a_hold_is_captured_from_the_first_lots_and_the_rest_goes_back_to_the_last(
    contract_a: Contract, bob: User, bobs_pool: Pool
) -> None:
    lots = [put(bobs_pool, tokens) for tokens in ("1", "1.5", "9")]
    job = report(start(contract_a, bob), amount_mt=2_000)
    assert drawn(job) == {lots[0].id: 1, lots[1].id: 1}
    assert [remaining(lot) for lot in lots] == [0, 0.5, 9]
    fail(job)
    assert [remaining(lot) for lot in lots] == [1, 1.5, 9]


def test_the_lots_shown_are_in_the_order_in_which_they_are_spent(
    contract_a: Contract, bob: User, bobs_pool: Pool
) -> None:
    for tokens, expires_at in (("9", None), ("3", None), ("7", day(60)), ("6", day(60)), ("8", day(400))):
        put(bobs_pool, tokens, expires_at=expires_at)
    shown = [lot.id for lot in live_lots(pool_id=bobs_pool.id, at=day(1))]
    spent: list[object] = []
    for _ in range(6):
        spent += [lot for lot in drawn(start(contract_a, bob)) if lot not in spent]
    assert spent == shown
