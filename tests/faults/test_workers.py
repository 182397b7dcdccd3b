"""Real workers on real databases: two at once, one that is killed, one that is stopped. All is done, and once."""

import signal
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.faults.ledger import rows
from tests.faults.processes import kill_group
from tests.faults.stages import Stage, on_postgres, on_sqlite
from tests.faults.workers import kill_workers, let_time_pass, neglect

BOTH = pytest.mark.parametrize("stage_on", [on_sqlite, on_postgres])
STOPPED = "SELECT name FROM portal_taskrun WHERE done < total AND finished_at IS NOT NULL AND error = ''"
RUNNING = "SELECT name FROM portal_taskrun WHERE started_at IS NOT NULL AND finished_at IS NULL"
StageOn = Callable[..., AbstractContextManager[Stage]]


@BOTH
def test_two_workers_at_once_do_years_of_work_once(stage_on: StageOn) -> None:
    with stage_on(serving=False) as stage, neglect(stage.site) as due:
        due.make(12)
        workers = [stage.site.start_worker("--once") for _ in range(2)]
        assert [worker.wait(timeout=240) for worker in workers] == [0, 0]
        assert due.missing_and_doubled() == ([], [])
        assert stage.site.verify().startswith("The books are sound")


@BOTH
def test_a_worker_killed_in_mid_task_leaves_nothing_half_and_the_next_goes_on(stage_on: StageOn) -> None:
    with stage_on(serving=False) as stage:
        outcome = kill_workers(stage.site, kills=2, seed=1)
        outcome.assert_sound()


def test_a_worker_that_is_asked_to_stop_finishes_its_batch_and_says_how_far_it_came() -> None:
    with on_postgres(serving=False) as stage, neglect(stage.site) as due:
        due.make(40)
        worker = stage.site.start_worker()
        due.wait_for(3)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=10) == 0
        assert due.posted() < due.items
        url = stage.site.database_url
        stopped = rows(
            url, "SELECT done, total, error FROM portal_taskrun WHERE done < total AND finished_at IS NOT NULL"
        )
        assert len(stopped) == 1
        assert stopped[0][2] == ""
        assert rows(url, "SELECT COUNT(*) FROM portal_taskrun WHERE started_at > finished_at") == [(0,)]
        stage.site.run("manage.py", "worker", "--once")
        assert due.missing_and_doubled() == ([], [])


def test_a_worker_outlives_its_database() -> None:
    with on_postgres(serving=False) as stage, neglect(stage.site) as due:
        due.make(10)
        worker = stage.site.start_worker()
        due.wait_for(3)
        stage.server.kill_all()
        stage.server.start()
        let_time_pass(stage.site)
        due.wait_for(due.items)
        assert worker.poll() is None
        kill_group(worker)
        assert due.missing_and_doubled() == ([], [])


@pytest.mark.parametrize("offset", ["-400d", "+400d"])
def test_a_worker_whose_clock_is_wrong_does_just_what_is_due(offset: str) -> None:
    with on_postgres(serving=False, wrong_clock=True) as stage, neglect(stage.site) as due:
        due.make(3)
        assert stage.clock
        stage.clock.set(offset)
        assert stage.site.start_worker("--once").wait(timeout=240) == 0
        assert due.missing_and_doubled() == ([], [])
