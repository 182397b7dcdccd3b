"""A job whose first result cost nothing: it paid nothing, so nothing comes back."""

import pytest
from django.contrib.auth.models import User

from ledger.models import Contract, Pool
from tests.ledger.steps import cancel, complete, fail, figures, put, report, start

pytestmark = pytest.mark.usefixtures("sound_books")


@pytest.fixture
def free_of_charge(contract_a: Contract, bob: User, bobs_pool: Pool) -> object:
    """A job that held 5 tokens and captured none of them, after another one that used 5."""
    put(bobs_pool, "20")
    complete(start(contract_a, bob))
    return report(start(contract_a, bob), amount_mt=0)


@pytest.mark.parametrize("verb", [fail, cancel])
def test_ending_a_job_that_captured_nothing_gives_back_nothing(free_of_charge, bobs_pool: Pool, verb) -> None:
    ended = verb(free_of_charge)
    assert (ended.captured_mt, ended.refunded_mt, ended.lots) == (0, 0, ())
    assert figures(bobs_pool) == (15, 0, 5, 0)


def test_the_rest_of_the_hold_is_back_at_once(free_of_charge, bobs_pool: Pool) -> None:
    assert figures(bobs_pool) == (15, 0, 5, 0)
    assert complete(free_of_charge).captured_mt == 0
