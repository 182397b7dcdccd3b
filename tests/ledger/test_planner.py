"""The planner alone, without a database: thousands of random steps against the oracle."""

from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from ledger.errors import InsufficientTokens
from ledger.models import Kind, LotSource
from ledger.posting.commands import Grant, TakeBack
from ledger.posting.plan import plan
from ledger.posting.requests import JobView, Request
from ledger.posting.state import NEVER
from tests.ledger.oracle import Oracle
from tests.ledger.planner import POOLS, SHARED, Planner, check, empty_state, start
from tests.ledger.programs import lots_of, random_step, run
from tests.ledger.steps import START, day

STEPS = 1_000


@pytest.mark.parametrize("seed", range(4))
def test_a_thousand_random_steps_go_as_the_rules_say(seed: int) -> None:
    random = Random(seed)
    oracle = Oracle(users=("bob", "carol"), split=seed % 2 == 1, grace=timedelta(days=30 if seed < 2 else 0))
    world = Planner(oracle)
    last_at = run([random_step(random) for _ in range(STEPS)], oracle, world)
    assert len(oracle.jobs) > STEPS / 10
    oracle.set_clock(last_at)
    oracle.look_at(POOLS)
    world.expire(last_at)
    found = world.state.lots.values()
    assert {lot.id: (lot.amount_mt, lot.remaining_mt, lot.held_mt, lot.usable_until) for lot in found} == lots_of(
        oracle
    )
    for name, pool_id in POOLS.items():
        balances = world.state.pools[pool_id].balances
        assert balances == {account: oracle.balance(name, account, oracle.now) for account in balances}


def ids() -> object:
    numbers = iter(range(1_000, 2_000))
    return lambda: UUID(int=next(numbers))


def gift(pool: str, amount_mt: int, expires_at: object = None) -> Grant:
    kind = {"source": LotSource.GIFT, "kind": Kind.GRANT}
    return Grant(pool_id=POOLS[pool], amount_mt=amount_mt, expires_at=expires_at, **kind)


def test_a_request_refused_whole_leaves_no_trace_of_what_went_before() -> None:
    state = empty_state()
    wanted = [gift("bob", 12_000), *[start(UUID(int=number), user="bob", price=5_000) for number in (10, 11, 12)]]
    result = plan(state, [Request(commands=wanted)], now=START, new_id=ids())
    (refusal,) = result.answers[0].results
    assert isinstance(refusal, InsufficientTokens)
    assert refusal.extra["index"] == 3
    after = result.journal.state
    assert (result.journal.transactions, result.journal.entries, after.book.last_seq) == ([], [], 0)
    assert (after.lots, after.jobs, after.new_lots, after.new_jobs) == ({}, {}, set(), set())
    assert after.pools[POOLS["bob"]].available_mt == 0
    check(result)


def test_what_comes_after_a_request_refused_whole_is_planned_on_what_was_before_it() -> None:
    requests = [
        Request(commands=[gift("bob", 7_000, day(30))]),
        Request(commands=[start(UUID(int=number), user="bob", price=5_000) for number in (10, 11)]),
        Request(commands=[start(UUID(int=12), user="bob", price=5_000)]),
        Request(commands=[start(UUID(int=13), user="bob", price=2_000)], at=day(30)),
    ]
    result = plan(empty_state(), requests, now=START, new_id=ids())
    assert [type(answer.results[0]).__name__ for answer in result.answers] == [
        "Posted",
        "InsufficientTokens",
        "JobView",
        "InsufficientTokens",
    ]
    assert [row.kind for row in result.journal.transactions] == ["grant", "hold", "expire"]
    check(result)


def test_time_does_not_go_back_from_one_request_to_the_next() -> None:
    requests = [Request(commands=[gift("bob", 1_000)], at=at) for at in (day(2), day(1), None)]
    result = plan(empty_state(), requests, now=day(3), new_id=ids())
    assert [row.at for row in result.journal.transactions] == [day(2), day(2), day(3)]


def test_a_lot_made_smaller_by_taking_back_is_spent_before_larger_ones() -> None:
    state = empty_state()
    setup = [Request(commands=[gift("shared", 10_000)]), Request(commands=[gift("bob", 5_000)])]
    state = plan(state, setup, now=START, new_id=ids()).journal.state
    planner = Planner(Oracle(users=("bob",)))
    planner.state = state
    planner.do(START, "allocate", user="bob", amount=10_000)
    planner.do(START, "start", user="bob", price=1_000, refundable=True, chosen="bob")
    requests = [
        Request(commands=[TakeBack(shared_id=SHARED, individual_id=POOLS["bob"], amount_mt=8_000)]),
        Request(commands=[start(UUID(int=20), user="bob", price=2_000)]),
    ]
    result = plan(planner.state, requests, now=START, new_id=ids())
    job = result.answers[1].results[0]
    assert isinstance(job, JobView)
    paid = result.journal.state.lots[job.lots[0][0]]
    assert (paid.source, paid.usable_until, job.lots[0][1]) == (LotSource.ALLOCATION, NEVER, 2_000)


def test_halves_of_tokens_count_where_two_pools_pay_together() -> None:
    state = empty_state(split=True)
    setup = [Request(commands=[gift("bob", 10_500)]), Request(commands=[gift("shared", 500)])]
    state = plan(state, setup, now=START, new_id=ids()).journal.state
    order = Request(commands=[start(UUID(int=10), user="bob", price=11_000)])
    job = plan(state, [order], now=START, new_id=ids()).answers[0].results[0]
    assert isinstance(job, JobView)
    assert sorted(amount_mt for _, amount_mt in job.lots) == [500, 10_500]
