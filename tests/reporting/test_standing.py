"""How a pool stands: low at exactly 20 % of what its live lots were granted."""

import pytest
from django.contrib.auth.models import User

from ledger.models import Contract, Pool
from reporting.standing import is_low, standings
from tests.ledger.steps import complete, day, put, start

pytestmark = pytest.mark.django_db


def test_what_was_granted_in_live_lots_counts_spent_ones_and_no_expired_ones(
    contract_a: Contract, bob: User, bobs_pool: Pool
) -> None:
    put(bobs_pool, "30", expires_at=day(30))
    put(bobs_pool, "5")
    put(bobs_pool, "20")
    complete(start(contract_a, bob, at=day(31)), at=day(31))
    assert standings([bobs_pool.id], now=day(31))[bobs_pool.id].granted_mt == 25_000


def test_exactly_a_fifth_is_low_and_a_thousandth_more_is_not() -> None:
    assert is_low(20_000, granted_mt=100_000)
    assert not is_low(20_001, granted_mt=100_000)
