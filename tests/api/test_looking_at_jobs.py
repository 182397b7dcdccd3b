"""GET /jobs: who sees which, and how they are chosen."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import Contract
from portal.api.clients import create_service_client, issue_token
from tests.api.caller import Api, ok, problem, statements_for


@pytest.fixture
def jobs(funded: None, as_bob: Api, as_carol: Api) -> list[dict[str, Any]]:
    """Bob's study for project P, Bob's analysis, Carol's study."""
    orders = [
        (as_bob, {"service": "generative_study", "project": "P", "external_id": "x"}),
        (as_bob, {"service": "analysis"}),
        (as_carol, {"service": "generative_study"}),
    ]
    return [ok(caller.post("/jobs", order), 201) for caller, order in orders]


def ids(response: Any) -> list[str]:
    return [job["id"] for job in ok(response)["results"]]


def test_users_see_their_own_jobs_and_buyers_the_whole_contracts(
    jobs: list[dict[str, Any]], as_bob: Api, as_carol: Api, as_mallory: Api, as_desktop: Api
) -> None:
    newest_first = [job["id"] for job in jobs][::-1]
    assert ids(as_carol.get("/jobs")) == newest_first
    assert ids(as_desktop.get("/jobs")) == newest_first
    assert ids(as_bob.get("/jobs")) == newest_first[1:]
    assert ids(as_mallory.get("/jobs")) == []
    problem(as_bob.get(f"/jobs/{jobs[2]['id']}"), 404, "not_found")


def test_a_client_without_reports_sees_the_jobs_it_started(
    jobs: list[dict[str, Any]], contract_a: Contract, bob: User
) -> None:
    client_id, _ = create_service_client(name="other", contracts=[contract_a])
    other = Api(issue_token(client_id=client_id, scopes=["jobs:write"]))
    assert ids(other.get("/jobs")) == []
    own = ok(other.post("/jobs", {"service": "analysis", "user": bob.email}), 201)
    assert ids(other.get("/jobs")) == [own["id"]]


@pytest.mark.parametrize(
    ("query", "positions"),
    [
        ({"service": "generative_study"}, [2, 0]),
        ({"service": "nothing"}, []),
        ({"user": "CAROL@example.com"}, [2]),
        ({"user": "nobody@example.com"}, []),
        ({"project": "P"}, [0]),
        ({"project": ""}, [2, 1]),
        ({"external_id": "x"}, [0]),
        ({"status": "running"}, [2, 1, 0]),
        ({"status": "failed"}, []),
        ({"from": "2020-01-01T00:00:00Z"}, [2, 1, 0]),
        ({"to": "2020-01-01T00:00:00Z"}, []),
    ],
)
def test_jobs_are_chosen_by_what_they_are(
    jobs: list[dict[str, Any]], as_carol: Api, query: dict[str, str], positions: list[int]
) -> None:
    assert ids(as_carol.get("/jobs", **query)) == [jobs[position]["id"] for position in positions]


def test_from_is_inclusive_and_to_is_exclusive(jobs: list[dict[str, Any]], as_carol: Api) -> None:
    begin, end = jobs[0]["created_at"], jobs[2]["created_at"]
    assert ids(as_carol.get("/jobs", **{"from": begin, "to": end})) == [jobs[1]["id"], jobs[0]["id"]]


def test_many_jobs_take_as_many_statements_as_few(jobs: list[dict[str, Any]], as_carol: Api, as_bob: Api) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as counted:
            as_carol.get("/jobs")
        return statements_for(counted)

    before = statements()
    for _ in range(8):
        ok(as_bob.post("/jobs", {"service": "analysis"}), 201)
    assert statements() == before
