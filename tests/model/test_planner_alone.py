"""The planner alone, which is pure: thousands of random steps a second, each answer compared with the oracle.

MODEL_STEPS makes the round longer and SEED another one; see `make model`.
"""

import os
import sys
import time
from datetime import timedelta
from random import Random

from tests.ledger.oracle import Oracle
from tests.ledger.planner import POOLS, Planner
from tests.ledger.programs import lots_of, random_step, run

STEPS = int(os.environ.get("MODEL_STEPS", "4000"))
SEED = int(os.environ.get("SEED", "1"))
STEPS_A_PROGRAM = 200


def play(seed: int) -> None:
    """Run one program and compare every lot and balance at its end."""
    random = Random(seed)
    grace = timedelta(days=random.choice([0, 30]))
    oracle = Oracle(users=("bob", "carol"), split=random.random() < 0.5, grace=grace)
    world = Planner(oracle)
    last_at = run([random_step(random) for _ in range(STEPS_A_PROGRAM)], oracle, world)
    oracle.set_clock(last_at)
    oracle.look_at(POOLS)
    world.expire(last_at)
    found = world.state.lots.values()
    assert {lot.id: (lot.amount_mt, lot.remaining_mt, lot.held_mt, lot.usable_until) for lot in found} == lots_of(
        oracle
    )
    for name, pool_id in POOLS.items():
        balances = world.state.pools[pool_id].balances
        assert balances == {account: oracle.balance(name, account, oracle.now) for account in balances}, f"seed {seed}"


def test_the_planner_answers_as_the_rules_say() -> None:
    started, done = time.perf_counter(), 0
    for number in range(SEED * 1_000_000, SEED * 1_000_000 + STEPS // STEPS_A_PROGRAM):
        play(number)
        done += STEPS_A_PROGRAM
    rate = done / (time.perf_counter() - started)
    sys.stdout.write(f"planner alone, seed {SEED}: {done} steps, {rate:.0f} steps/s, 0 disagreements\n")
    assert done >= STEPS - STEPS_A_PROGRAM
