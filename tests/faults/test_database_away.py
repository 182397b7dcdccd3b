"""A database that is away and a lock that is not had: 503 that says when to come again, red readiness, and it heals."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest

from tests.faults.http import call, start
from tests.faults.ledger import rows
from tests.faults.stages import Stage, on_postgres

DATABASE = b'"database": true'


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with on_postgres(serving=False) as stage:
        stage.site.run("manage.py", "collectstatic", "--noinput", "--verbosity=0")
        stage.site.start_web()
        stage.site.wait_until("/healthz", 200)
        yield stage


def assert_comes_again(answer: tuple[int, dict[str, object]]) -> None:
    status, body = answer
    assert (status, body["status"]) == (503, 503)
    headers: Any = body["headers"]
    assert int(headers["Retry-After"]) > 0
    assert headers["Content-Type"] == "application/problem+json"


def test_a_lost_database_is_503_everywhere_and_heals_by_itself(stage: Stage) -> None:
    site = stage.site
    assert start(stage, "before")[0] == 201
    stage.server.kill_all()
    assert_comes_again(start(stage, "during"))
    assert_comes_again(call(stage, "/pools"))
    for page in ("/", "/accounts/login/"):
        status, headers, content = site.get(page)
        assert status in {200, 503}, (page, content)
        assert status != 503 or int(headers["Retry-After"]) > 0
    status, headers, content = site.get("/readyz")
    assert (status, int(headers["Retry-After"]) > 0, DATABASE in content) == (503, True, False)
    assert site.get("/healthz")[0] == 200
    stage.server.start()
    assert start(stage, "during")[0] == 201
    assert DATABASE in site.get("/readyz")[2]
    assert site.verify().startswith("The books are sound")


def test_readiness_is_green_again_without_a_restart_of_the_web_server(stage: Stage) -> None:
    stage.site.run("manage.py", "worker", "--once")
    stage.site.wait_until("/readyz", 200, within_s=10)
    stage.server.pause()
    assert stage.site.get("/readyz")[0] == 503
    stage.server.go_on()
    stage.site.wait_until("/readyz", 200, within_s=10)


def test_a_blocked_lock_is_503_and_takes_effect_once_when_it_is_had(stage: Stage) -> None:
    with closing(psycopg.connect(stage.server.conninfo)) as other:
        other.execute("SELECT * FROM ledger_book FOR UPDATE")
        assert_comes_again(start(stage, "blocked"))
        assert stage.site.get("/healthz", timeout_s=1)[0] == 200
        other.rollback()
    status, job = start(stage, "blocked")
    assert status == 201
    again = start(stage, "blocked")[1]
    assert (again["id"], again["headers"]["Idempotent-Replayed"]) == (job["id"], "true")
    assert rows(stage.site.database_url, "SELECT COUNT(*) FROM ledger_job WHERE external_id = 'blocked'") == [(1,)]
