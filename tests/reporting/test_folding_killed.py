"""A folder that is killed half-way leaves nothing half counted: the next one goes on, and reports never differ."""

import pytest

from tests.processes.killing import KILLS, STEPS, Workplace, workplace

__all__ = ["workplace"]
pytestmark = pytest.mark.own_database
FOLDERS = "tests.processes.folders"
JOBS = 120
ENTRIES = 3
"""Each step folds so many, or a few more to the end of a transaction."""


def test_killed_folders_count_nothing_twice_and_lose_nothing(workplace: Workplace) -> None:
    workplace.prepare(FOLDERS)
    marks = [0]
    for number in range(KILLS):
        state = workplace.kill_midway(FOLDERS)
        assert (state["equal"], state["months equal"], state["jobs"]) == (True, True, JOBS)
        assert state["folded"] >= marks[-1] + (ENTRIES * STEPS if number else 0)
        marks.append(state["folded"])
    workplace.finish(FOLDERS, together=2)
    end = workplace.state(FOLDERS)
    assert end["folded"] == end["last"] > marks[-1] + ENTRIES * (STEPS + 1)
    assert (end["equal"], end["months equal"], end["jobs"], end["levels"]) == (True, True, JOBS, 12)
