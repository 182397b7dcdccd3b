"""A sealer that is killed half-way leaves nothing half: its seals are whole, and the next one goes on after them."""

import pytest

from tests.processes.killing import KILLS, STEPS, Workplace, workplace

__all__ = ["workplace"]
pytestmark = pytest.mark.own_database
SEALERS = "tests.processes.sealers"
CONTRACTS = 2
"""Each step is one seal of each."""


def test_killed_sealers_leave_whole_seals_and_the_next_goes_on(workplace: Workplace) -> None:
    workplace.prepare(SEALERS)
    marks = [0]
    for number in range(KILLS):
        state = workplace.kill_midway(SEALERS)
        assert (state["gaps"], state["differences"]) == (0, 0)
        assert state["sealed"] >= marks[-1] + (CONTRACTS * STEPS if number else 0)
        marks.append(state["sealed"])
    workplace.finish(SEALERS, together=2)
    end = workplace.state(SEALERS)
    assert (end["gaps"], end["differences"], end["unsealed"]) == (0, 0, 0)
    assert end["sealed"] == end["posted"] > marks[-1] + CONTRACTS * (STEPS + 1)
