"""One limit for all processes: what each of them counts is in one place, and no two are told the same number."""

import json
import subprocess
import sys

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from structlog.testing import capture_logs

from portal.api.clients import issue_token
from portal.limits import BENEFIT_ATTEMPTS, SharedCounters, benefit_attempt
from portal.models import Counter
from portal.models.counters import count_shared, forget_ended
from tests.api.caller import Api
from tests.ledger.test_concurrency import ROOT, scratch
from tests.processes.counters import LIMIT

__all__ = ["scratch"]
PROCESSES, EACH = 6, 100


def test_no_attempt_of_any_process_is_lost(scratch: dict[str, str]) -> None:
    command = [sys.executable, "-m", "tests.processes.counters", str(PROCESSES), str(EACH)]
    done = subprocess.run(command, cwd=ROOT, env=scratch, check=True, capture_output=True, text=True, timeout=300)
    found = json.loads(done.stdout)
    assert found["told"] == list(range(1, PROCESSES * EACH + 1))
    overlooked = PROCESSES * EACH - found["throttle"]
    assert 0 <= overlooked <= PROCESSES * LIMIT // 100


def test_a_window_begins_at_nothing_and_a_late_clock_counts_in_the_newer(db: None) -> None:
    first = [count_shared("door", window_s=60, now=now) for now in (6_000.0, 6_059.9, 6_060.0, 6_030.0, 6_119.0)]
    assert first == [1, 2, 1, 2, 3]
    assert count_shared("another door", window_s=60, now=6_060.0) == 1
    assert count_shared("door", window_s=3600, now=6_060.0) == 1


def test_what_has_ended_is_forgotten(db: None) -> None:
    count_shared("old", window_s=60, now=6_000.0)
    count_shared("new", window_s=60, now=60_000.0)
    assert forget_ended(now=60_000.0) == 1
    assert Counter.objects.count() == 1


def test_no_name_of_anybody_is_kept(db: None) -> None:
    count_shared("login:bob@example.com", window_s=60, now=6_000.0)
    assert "bob" not in Counter.objects.get().key


def test_two_processes_share_the_allowance_of_a_caller(db: None) -> None:
    one, other = SharedCounters(window_s=60), SharedCounters(window_s=60)
    counted = [process.count("bob", limit=10, now=6_000.0) for process in (one, other, one, other)]
    assert counted == [1, 2, 3, 4]


def test_a_large_limit_costs_a_statement_for_a_hundredth_of_it(
    db: None, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    counters = SharedCounters(window_s=60)
    counters.count("bob", limit=1000, now=6_000.0)
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert [counters.count("bob", limit=1000, now=6_001.0) for _ in range(20)][-1] == 21


def test_attempts_at_benefits_are_counted_for_each_user(bob: User, alice: User) -> None:
    waits = [benefit_attempt(bob.pk) for _ in range(BENEFIT_ATTEMPTS + 1)]
    assert waits[:-1] == [None] * BENEFIT_ATTEMPTS
    assert 0 < (waits[-1] or 0) <= 3600
    assert benefit_attempt(alice.pk) is None


def test_whoever_exceeds_a_limit_stands_in_the_log(bob: User, settings: LazySettings) -> None:
    with capture_logs() as lines:
        for _ in range(BENEFIT_ATTEMPTS + 1):
            benefit_attempt(bob.pk)
        settings.API_REQUESTS_PER_MINUTE = 1
        token = issue_token(user=bob, scopes=["tokens:read"])
        answers = [Api(token).get("/me").status_code for _ in range(3)]
    assert 429 in answers
    exceeded = {(line["limit"], line["caller"]) for line in lines if line["event"] == "limit.exceeded"}
    assert exceeded == {("benefit-attempts", f"user:{bob.pk}"), ("requests", f"user:{bob.pk}")}


def test_guessing_a_password_is_slowed_down_whoever_asks(bob: User) -> None:
    cache.clear()
    wrong = {"login": bob.email, "password": "guess"}
    for address in range(6):
        page = Client().post("/accounts/login/", wrong, REMOTE_ADDR=f"192.0.2.{address}")
    right = {"login": bob.email, "password": "secret-bob"}
    refused = Client().post("/accounts/login/", right, REMOTE_ADDR="192.0.2.99")
    assert "Too many failed login attempts" in page.text
    assert refused.status_code == 200
    assert "Too many failed login attempts" in refused.text
