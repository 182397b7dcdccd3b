"""Short rounds of each fault that strikes while a client charges: nothing acknowledged is lost, nothing is doubled.

`make faults` does the same some hundred times each.
"""

from collections.abc import Iterator

import pytest

from tests.faults.campaign import Outcome, strike_on
from tests.faults.stages import (
    Stage,
    on_lossy_line,
    on_postgres,
    on_small_disk,
    on_small_disk_of_sqlite,
    on_sqlite,
    on_wrong_clock,
)
from tests.faults.strikes import FAULTS

SEED = 1


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with on_postgres() as stage:
        yield stage


def strike(stage: Stage, name: str, times: int) -> Outcome:
    """Strike and let the client have its answers; every one of them is kept, once, and the books are sound."""
    outcome = strike_on(stage, FAULTS[name], kills=times, seed=SEED)
    outcome.assert_sound()
    assert outcome.rounds == times
    return outcome


def test_the_web_server_is_killed_in_mid_request(stage: Stage) -> None:
    assert strike(stage, "web server killed", 2).account.retried > 0


def test_the_first_process_of_postgresql_is_killed_in_mid_commit(stage: Stage) -> None:
    outcome = strike(stage, "postmaster killed", 1)
    assert set(outcome.account.refused) == {503}


def test_all_processes_of_postgresql_are_killed_in_mid_commit(stage: Stage) -> None:
    assert strike(stage, "PostgreSQL killed whole", 1).account.retried > 0


def test_one_backend_is_killed_in_mid_commit(stage: Stage) -> None:
    assert strike(stage, "backend killed", 1).account.retried > 0


def test_a_database_that_stands_still_is_refused_in_time_and_served_when_it_goes_on(stage: Stage) -> None:
    outcome = strike(stage, "PostgreSQL paused", 2)
    assert set(outcome.account.refused) <= {503}
    assert outcome.account.slowest_refusal_s < 5


def test_an_answer_lost_after_the_commit_is_given_again() -> None:
    with on_lossy_line() as stage:
        assert strike(stage, "answer lost", 5).account.replayed >= 5


def test_a_disk_that_is_full_refuses_and_recovers() -> None:
    with on_small_disk() as stage:
        assert set(strike(stage, "disk full", 1).account.refused) == {503}


def test_a_disk_that_is_full_refuses_and_recovers_on_sqlite() -> None:
    with on_small_disk_of_sqlite() as stage:
        assert set(strike(stage, "SQLite disk full", 1).account.refused) == {503}


def test_a_web_server_whose_clock_is_days_wrong_revives_no_dead_token() -> None:
    with on_wrong_clock() as stage:
        strike(stage, "clock wrong", 6)


def test_the_web_server_is_killed_in_mid_commit_on_sqlite() -> None:
    with on_sqlite() as stage:
        assert strike(stage, "SQLite web server killed", 2).account.retried > 0
