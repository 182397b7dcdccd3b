"""Random programs through the verbs and the database, answer by answer and balance by balance against the oracle."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.transaction import atomic, set_rollback
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.expiry import expire_lots
from ledger.models import Lot
from ledger.verification import differences
from tests.ledger.database_world import ACCOUNTS, DatabaseWorld
from tests.ledger.oracle import NEVER, Answer, Oracle
from tests.ledger.programs import VERBS, Step, lots_of, run

WAITS_S = [1, 3_600, 20_000, 90_000, 400_000, 1_500_000, -1, -50_000, -500_000]
STEP = st.builds(
    Step,
    verb=st.sampled_from([verb for verb, weight in VERBS.items() for _ in range(weight // 3 + 1)]),
    wait_s=st.sampled_from(WAITS_S),
    amount=st.integers(1, 40).map(lambda number: number * 500),
    which=st.integers(0, 63),
    option=st.integers(0, 5),
)
FUNDS = [Step("grant", 1, 40_000, 0, option) for option in (0, 1, 2)]


class WatchedWorld(DatabaseWorld):
    """Compares every balance after every request too."""

    oracle: Oracle

    def do(self, at: datetime, verb: str, **wanted: Any) -> Answer:
        answer = super().do(at, verb, **wanted)
        assert self.balances(self.oracle.now) == balances_of(self.oracle, self.oracle.now)
        return answer


def balances_of(oracle: Oracle, at: datetime) -> dict[str, dict[str, int]]:
    pools = ("shared", *oracle.users)
    return {pool: {account: oracle.balance(pool, account, at) for account in ACCOUNTS} for pool in pools}


def lots_in(world: DatabaseWorld) -> dict[object, tuple[object, ...]]:
    rows = Lot.objects.filter(contract=world.contract)
    return {lot.id: (lot.amount_mt, lot.remaining_mt, lot.held_mt, lot.usable_until or NEVER) for lot in rows}


@pytest.mark.usefixtures("rate_card")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(STEP, min_size=20, max_size=45), st.booleans(), st.booleans(), st.data())
def test_the_ledger_answers_as_the_rules_say(
    bob: User, carol: User, steps: list[Step], split: bool, graceful: bool, data: st.DataObject
) -> None:
    with atomic():
        grace = timedelta(days=30 if graceful else 0)
        oracle = Oracle(users=("bob", "carol"), split=split, grace=grace, looks_everywhere=False)
        world = WatchedWorld(oracle, {"bob": bob, "carol": carol})
        world.oracle = oracle
        last_at = run(FUNDS + steps, oracle, world)
        past = data.draw(st.lists(st.sampled_from([move[0] for move in oracle.moves]), max_size=5))
        for instant in [moment + timedelta(microseconds=shift) for moment in past for shift in (-1, 0, 1)]:
            assert world.balances(instant) == balances_of(oracle, instant)
        expire_lots(at=last_at)
        oracle.set_clock(last_at)
        oracle.look_at(lot.pool for lot in oracle.lots if lot.remaining and lot.until <= last_at)
        assert lots_in(world) == lots_of(oracle)
        assert list(differences()) == []
        set_rollback(True)
