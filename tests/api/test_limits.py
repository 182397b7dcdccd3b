"""How often one may ask, and what happens when the database is away."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from ledger.models import Contract
from portal.api import throttling
from portal.models.heartbeat import WORKER, Heartbeat, record_beat
from tests.api.caller import Api, ok, problem


def test_every_answer_says_what_remains(as_bob: Api) -> None:
    first, second = as_bob.get("/me"), as_bob.get("/me")
    assert first["RateLimit-Policy"] == '"default";q=60000;w=60'
    remaining = [int(response["RateLimit"].split(";")[1].removeprefix("r=")) for response in (first, second)]
    assert remaining[0] - remaining[1] == 1


def test_who_asks_too_often_is_told_when_to_come_back(
    as_bob: Api, as_carol: Api, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    minute = (time.time() // 60 + 100) * 60
    monkeypatch.setattr(throttling.time, "time", lambda: minute + 18.5)
    settings.API_REQUESTS_PER_MINUTE = 2
    ok(as_bob.get("/me"))
    ok(as_bob.get("/me"))
    response = as_bob.get("/me")
    problem(response, 429, "throttled")
    assert (response["Retry-After"], response["RateLimit"]) == ("42", '"default";r=0;t=42')
    ok(as_carol.get("/me"))
    monkeypatch.setattr(throttling.time, "time", lambda: minute + 60)
    ok(as_bob.get("/me"))


@contextmanager
def database_away(error: type[Exception], when: str = "") -> Iterator[None]:
    """Every statement that mentions `when` fails."""

    def refuse(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if when in sql:
            raise error("the server closed the connection unexpectedly")
        return execute(sql, *arguments)

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_that_is_away_is_503_and_comes_back_by_itself(as_bob: Api, error: type[Exception]) -> None:
    calls: list[Callable[[], Any]] = [
        lambda: as_bob.get("/pools"),
        lambda: as_bob.post("/jobs", {"service": "analysis"}),
    ]
    for call in calls:
        with database_away(error):
            response = call()
        problem(response, 503, "unavailable")
        assert int(response["Retry-After"]) > 0
    ok(as_bob.get("/pools"))


def test_a_ledger_that_is_busy_is_503_and_nothing_was_written(as_bob: Api, funded: None) -> None:
    with database_away(OperationalError, when="ledger_book"):
        response = as_bob.post("/jobs", {"service": "analysis"}, key="once")
    problem(response, 503, "busy")
    assert int(response["Retry-After"]) > 0
    assert "Idempotent-Replayed" not in as_bob.post("/jobs", {"service": "analysis"}, key="once")


def test_a_session_that_cannot_be_read_is_503_too(contract_a: Contract, bob: User) -> None:
    browser = Client(raise_request_exception=False)
    browser.force_login(bob)
    with database_away(OperationalError):
        problem(browser.get("/api/v1/me"), 503, "unavailable")
    assert browser.get("/api/v1/me").status_code == 200


def test_what_nobody_foresaw_is_a_problem_without_details(as_bob: Api) -> None:
    client = Client(raise_request_exception=False)
    with database_away(ZeroDivisionError):
        response = client.get("/api/v1/me", headers={"Authorization": f"Bearer {as_bob.token}"})
    assert "closed" not in problem(response, 500, "internal_error")["detail"]


def test_liveness_needs_no_database(db: None) -> None:
    with database_away(OperationalError):
        assert Client().get("/healthz").json() == {"status": "ok"}


def test_readiness_names_what_is_missing(db: None) -> None:
    record_beat(WORKER)
    assert Client().get("/readyz").json() == {
        "status": "ok",
        "checks": {"database": True, "migrations": True, "worker": True},
        "verification": None,
        "tasks": {},
    }
    Heartbeat.objects.all().delete()
    silent = Client().get("/readyz")
    assert (silent.status_code, silent.json()["checks"]["worker"]) == (503, False)
    with database_away(OperationalError):
        away = Client().get("/readyz")
    assert (away.status_code, set(away.json()["checks"].values())) == (503, {False})
    record_beat(WORKER)
    assert Client().get("/readyz").status_code == 200
