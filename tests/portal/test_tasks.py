"""Named tasks: each at its time, by one worker at a time, with its progress written down, whatever the others do."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from ledger.ids import new_id
from ledger.instants import database_now
from ledger.progress import Progress, in_batches
from portal.models.task_runs import TaskRun
from portal.tasks import runs, states
from portal.tasks.runner import Runner
from portal.tasks.task import Daily, Every, Task
from tests.doors.operators import operator_client

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


class Counted:
    """Work that counts how often it was done; `fails` so many times first."""

    def __init__(self, *, fails: int = 0, stop: threading.Event | None = None) -> None:
        self.times, self.fails, self.stop = 0, fails, stop

    def __call__(self, *, progress: Progress) -> int:
        self.times += 1
        if self.times <= self.fails:
            raise ValueError("no luck")
        done = 0
        for batch in progress.batches(range(10), 4):
            done += len(batch)
            if self.stop:
                self.stop.set()
        return done


def worker(*tasks: Task, stop: threading.Event | None = None) -> Runner:
    return Runner(stop or threading.Event(), tasks)


def moved_back(by: timedelta) -> None:
    """Let all that is written down have happened so much earlier."""
    for run in TaskRun.objects.all():
        for name in ("started_at", "beat_at", "finished_at", "succeeded_at", "due_at"):
            if at := getattr(run, name):
                setattr(run, name, at - by)
        run.save()


def test_a_task_runs_when_it_is_due_and_not_before() -> None:
    work = Counted()
    runner = worker(Task("one", Every(60), work))
    for _ in range(3):
        runner.do_round()
    assert work.times == 1
    moved_back(timedelta(seconds=61))
    runner.do_round()
    assert work.times == 2


@pytest.mark.parametrize(
    ("started", "due"),
    [
        ("2026-03-01T01:59", "2026-03-01T02:00"),
        ("2026-03-01T02:00", "2026-03-02T02:00"),
        ("2025-12-31T09:00", "2026-01-01T02:00"),
    ],
)
def test_a_daily_task_is_due_at_its_time_of_utc(started: str, due: str) -> None:
    def utc(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert Daily(time(2)).next_after(utc(started)) == utc(due)


def test_a_run_says_how_far_it_came_and_what_came_of_it() -> None:
    worker(Task("one", Every(60), Counted())).do_round()
    run = TaskRun.objects.get()
    assert (run.name, run.done, run.total, run.result, run.error, run.failures) == ("one", 10, 10, "10 done", "", 0)
    assert run.started_at
    assert run.finished_at
    assert run.started_at <= run.finished_at == run.succeeded_at < run.due_at


def test_a_task_that_fails_waits_longer_each_time_and_keeps_no_other_from_its_work() -> None:
    bad, good = Counted(fails=3), Counted()
    runner = worker(Task("bad", Every(60), bad), Task("good", Every(60), good))
    waits = []
    for _ in range(3):
        runner.do_round()
        run = TaskRun.objects.get(name="bad")
        assert run.finished_at
        assert run.due_at
        waits.append((run.due_at - run.finished_at).total_seconds())
        assert run.error == "ValueError: no luck"
        moved_back(2 * MINUTE)
    assert waits == [15, 30, 60]
    assert good.times == 3
    runner.do_round()
    run.refresh_from_db()
    assert (run.failures, run.error, run.result) == (0, "", "10 done")


def test_the_wait_after_failures_has_an_end() -> None:
    assert [runs.retry_after(count) for count in (7, 8, 1000)] == [15 * MINUTE] * 3


def test_a_task_that_another_worker_is_at_is_left_to_it() -> None:
    work = Counted()
    task = Task("one", Every(60), work)
    runs.make_rows((task,))
    assert runs.begin(task, worker=new_id())
    runner = worker(task)
    runner.do_round()
    assert work.times == 0


def test_a_run_whose_worker_was_killed_is_begun_anew() -> None:
    task = Task("one", Every(60), Counted())
    runs.make_rows((task,))
    killed = runs.begin(task, worker=new_id())
    moved_back(runs.ABANDONED_AFTER + timedelta(seconds=1))
    worker(task).do_round()
    run = TaskRun.objects.get()
    assert (run.done, run.result) == (10, "10 done")
    assert killed
    runs.fail(killed, error="too late", done=0, total=None)
    run.refresh_from_db()
    assert run.error == ""


@pytest.mark.parametrize("ahead", [timedelta(days=3), timedelta(days=800)])
def test_a_clock_that_was_days_ahead_holds_nothing_up(ahead: timedelta) -> None:
    work = Counted()
    runner = worker(Task("one", Every(60), work))
    runner.do_round()
    moved_back(-ahead)
    runner.do_round()
    assert work.times == 2


def test_a_worker_that_is_stopped_finishes_its_batch_and_the_next_goes_on_at_once() -> None:
    stop = threading.Event()
    work, other = Counted(stop=stop), Counted()
    worker(Task("one", Every(60), work), Task("other", Every(60), other), stop=stop).do_round()
    run = TaskRun.objects.get(name="one")
    assert (run.done, run.total, run.succeeded_at, other.times) == (4, 10, None, 0)
    again = Counted()
    worker(Task("one", Every(60), again)).do_round()
    assert again.times == 1


def test_a_batch_that_fails_keeps_none_of_the_others_from_being_done() -> None:
    done: list[int] = []

    def do(batch: list[int]) -> int:
        if 3 in batch:
            raise ValueError("three")
        done.extend(batch)
        return len(batch)

    with pytest.raises(ExceptionGroup, match="1 batches failed"):
        in_batches([[1, 2], [3], [4]], do)
    assert done == [1, 2, 4]


def state(task: Task, monkeypatch: pytest.MonkeyPatch) -> states.TaskState:
    monkeypatch.setattr(states, "TASKS", (task,))
    (found,) = states.task_states()
    return found


def test_the_state_of_a_task_tells_whether_it_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    task = Task("one", Every(60), Counted())
    assert state(task, monkeypatch).reason == "It never ran."
    worker(task).do_round()
    assert state(task, monkeypatch).is_healthy
    moved_back(5 * MINUTE)
    assert state(task, monkeypatch).is_healthy
    moved_back(2 * MINUTE)
    assert state(task, monkeypatch).reason == "It is late."


def test_a_task_that_runs_long_is_well_as_long_as_it_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    task = Task("one", Every(60), Counted())
    runs.make_rows((task,))
    begun = runs.begin(task, worker=new_id())
    assert begun
    runs.tell(begun, done=3, total=9)
    TaskRun.objects.update(started_at=database_now() - 60 * MINUTE, due_at=None)
    found = state(task, monkeypatch)
    assert (found.is_running, found.is_healthy, found.done, found.total) == (True, True, 3, 9)
    TaskRun.objects.update(beat_at=database_now() - 3 * MINUTE)
    assert state(task, monkeypatch).reason == "It is late."


def test_three_failures_in_a_row_are_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    task = Task("one", Every(60), Counted(fails=9))
    well = []
    for _ in range(3):
        worker(task).do_round()
        well.append(state(task, monkeypatch).is_healthy)
        moved_back(2 * MINUTE)
    assert well == [True, True, False]


def test_readiness_names_the_task_that_is_late_and_the_site_stays_ready() -> None:
    task = Task("sweep_holds", Every(60), Counted())
    worker(task).do_round()
    assert Client().get("/readyz").json()["tasks"] == {}
    moved_back(7 * MINUTE)
    answer = Client().get("/readyz")
    found = answer.json()
    assert (answer.status_code, found["status"]) == (200, "degraded")
    assert found["tasks"] == {"sweep_holds": "It is late."}


def test_olga_sees_each_task_with_its_last_run(olga: User) -> None:
    worker(Task("sweep_holds", Every(60), Counted()), Task("expire_lots", Every(60), Counted(fails=1))).do_round()
    page = operator_client(olga).get(reverse("admin:portal_taskrun_changelist"))
    text = page.content.decode()
    assert page.status_code == 200
    for said in ("sweep_holds", "10 of 10", "Well", "expire_lots", "ValueError: no luck"):
        assert said in text


@pytest.mark.parametrize("name", ["bob", "alice"])
def test_nobody_else_sees_the_tasks(name: str, request: pytest.FixtureRequest, sign_in: Callable[..., Client]) -> None:
    user = request.getfixturevalue(name)
    assert sign_in(user).get(reverse("admin:portal_taskrun_changelist"), follow=True).status_code == 403
