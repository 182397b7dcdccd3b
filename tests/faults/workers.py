"""The worker killed in the middle of its tasks, again and again, while neglected contracts come in."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.faults.campaign import Outcome
from tests.faults.ledger import change
from tests.faults.neglected import Neglect
from tests.faults.processes import kill_group
from tests.faults.site import Site

NAME = "worker killed"
BACKLOG = 60
_LONG_AGO = "UPDATE portal_taskrun SET due_at = NULL, beat_at = '2020-01-01 00:00:00+00:00'"


@contextmanager
def neglect(site: Site) -> Iterator[Neglect]:
    made = Neglect(site)
    try:
        yield made
    finally:
        made.end()


def let_time_pass(site: Site) -> None:
    """Let all that is written down about runs have been long ago, so that no worker waits for a dead one."""
    change(site.database_url, _LONG_AGO)


def kill_workers(
    site: Site, *, kills: int, seed: int, told: Callable[[Outcome], object] = lambda outcome: None
) -> Outcome:
    """Kill one worker after the other in mid-task, let a last one finish, and count what was not done or done twice."""
    chance, outcome = random.Random(f"{NAME}/{seed}"), Outcome(NAME, seed)
    with neglect(site) as due:
        for _ in range(kills):
            while due.items - due.posted() < BACKLOG:
                due.make(10)
            began, before = time.monotonic(), due.posted()
            worker = site.start_worker_to_kill()
            try:
                due.wait_for(before + chance.randint(1, 20))
                time.sleep(chance.random() * 0.03)
                assert worker.poll() is None, "the worker ended by itself"
            finally:
                kill_group(worker)
            outcome.back_after_s.append(time.monotonic() - began)
            let_time_pass(site)
            outcome.rounds += 1
            told(outcome)
        site.run("manage.py", "worker", "--once")
        missing, doubled = due.missing_and_doubled()
        outcome.account.acknowledged = due.items
        outcome.account.lost += [str(item) for item in missing]
        outcome.account.doubled += [str(item) for item in doubled]
    outcome.verified = site.verify()
    return outcome
