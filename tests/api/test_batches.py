"""POST /jobs/batch: all of them or none, or each by itself; each is its own job."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import Contract, Job, Pool
from tests.api.caller import Api, ok, problem, statements_for

STUDY = {"service": "generative_study"}

pytestmark = pytest.mark.usefixtures("funded")


def test_all_or_nothing_starts_every_job(as_bob: Api) -> None:
    body = {"items": [STUDY, {"service": "analysis"}], "mode": "all_or_nothing"}
    jobs = ok(as_bob.post("/jobs/batch", body), 201)["jobs"]
    assert [job["price"] for job in jobs] == ["11", "5"]


def test_all_or_nothing_is_refused_whole_and_names_the_item(as_bob: Api, bobs_pool: Pool) -> None:
    item = {**STUDY, "quantity": "4", "pool": str(bobs_pool.id)}
    refused = problem(
        as_bob.post("/jobs/batch", {"items": [item, item, item], "mode": "all_or_nothing"}),
        402,
        "insufficient_tokens",
    )
    assert (refused["index"], refused["available"]) == (2, "12")
    assert Job.objects.count() == 0


def test_a_batch_of_one_is_refused_as_longer_ones_are(as_bob: Api, bobs_pool: Pool) -> None:
    body = {"items": [{**STUDY, "quantity": "20", "pool": str(bobs_pool.id)}]}
    refused = problem(as_bob.post("/jobs/batch", body, key="once"), 402, "insufficient_tokens")
    assert (refused["index"], refused["required"]) == (0, "220")
    again = as_bob.post("/jobs/batch", body, key="once")
    assert (problem(again, 402, "insufficient_tokens"), again["Idempotent-Replayed"]) == (refused, "true")


def test_an_item_that_is_wrong_refuses_the_whole_and_is_named(as_bob: Api) -> None:
    body = {"items": [STUDY, {"service": "analysis", "quantity": "-1"}], "mode": "all_or_nothing"}
    refused = problem(as_bob.post("/jobs/batch", body), 400, "invalid")
    assert (refused["index"], list(refused["errors"])) == (1, ["quantity"])
    body = {"items": [STUDY, {"service": "no such service"}], "mode": "all_or_nothing"}
    assert problem(as_bob.post("/jobs/batch", body), 404, "not_found")["index"] == 1


def test_each_answers_item_by_item_in_order(as_bob: Api, carol: User) -> None:
    items = [
        {**STUDY, "quantity": "1000"},
        {"service": "analysis"},
        {"service": "no such service"},
        {**STUDY, "user": carol.email},
        {**STUDY, "quantity": "0.0001"},
        "not an object",
        STUDY,
    ]
    results = ok(as_bob.post("/jobs/batch", {"items": items, "mode": "each"}))["results"]
    assert [result["status"] for result in results] == [402, 201, 404, 403, 400, 400, 201]
    assert [result["job"]["price"] for result in results if "job" in result] == ["5", "11"]


def test_each_starts_jobs_for_several_users(as_desktop: Api, bob: User, carol: User) -> None:
    items = [{**STUDY, "user": email} for email in (bob.email, carol.email, "nobody@example.com", bob.email)]
    results = ok(as_desktop.post("/jobs/batch", {"items": items, "mode": "each"}))["results"]
    assert [result["status"] for result in results] == [201, 201, 404, 201]
    assert [result["job"]["user"] for result in results if "job" in result] == [bob.email, carol.email, bob.email]


@pytest.mark.parametrize("items", [[], [STUDY] * 1001, "many", None])
def test_a_batch_has_1_to_1000_items(as_bob: Api, items: object) -> None:
    assert "items" in problem(as_bob.post("/jobs/batch", {"items": items, "mode": "each"}), 400, "invalid")["errors"]


def test_many_jobs_take_as_many_statements_as_few(as_desktop: Api, bob: User, contract_a: Contract) -> None:
    counts = []
    for number in (2, 20):
        body = {"items": [{"service": "analysis", "user": bob.email}] * number, "mode": "each"}
        with CaptureQueriesContext(connection) as counted:
            ok(as_desktop.post("/jobs/batch", body))
        counts.append(statements_for(counted))
    assert counts[0] == counts[1]
