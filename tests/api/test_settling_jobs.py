"""Results, completion, failure, cancelling, and who may report them; one by one and by the thousand."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import Contract, Pool, Service
from portal.api.clients import create_service_client, issue_token
from tests.api.caller import Api, ok, problem, statements_for

NO_JOB = "0190a000-0000-7000-8000-000000000000"

pytestmark = pytest.mark.usefixtures("funded")


@pytest.fixture
def start(as_bob: Api) -> Callable[..., dict[str, Any]]:
    """Bob starts a job."""
    return lambda service="generative_study", **values: ok(as_bob.post("/jobs", {"service": service, **values}), 201)


def test_the_first_result_consumes_the_tokens_and_later_ones_cost_nothing(
    start: Callable[..., dict[str, Any]], as_desktop: Api, bobs_pool: Pool
) -> None:
    job = start()
    first = ok(as_desktop.post(f"/jobs/{job['id']}/results"))
    assert (first["status"], first["captured"], first["results"]) == ("producing", "11", 1)
    second = ok(as_desktop.post(f"/jobs/{job['id']}/results", {"count": 3}))
    assert (second["captured"], second["results"]) == ("11", 4)
    ended = ok(as_desktop.post(f"/jobs/{job['id']}/complete"))
    assert (ended["status"], ended["captured"]) == ("completed", "11")
    pool = ok(as_desktop.get(f"/pools/{bobs_pool.id}"))
    assert (pool["available"], pool["held"], pool["used"]) == ("89", "0", "11")


def test_a_result_may_capture_a_part_and_no_more_than_was_held(
    start: Callable[..., dict[str, Any]], as_desktop: Api
) -> None:
    job = start()
    problem(as_desktop.post(f"/jobs/{job['id']}/results", {"amount": "11.5"}), 400, "amount_exceeds_hold")
    captured = ok(as_desktop.post(f"/jobs/{job['id']}/results", {"amount": "4.5"}))
    assert captured["captured"] == "4.5"


def test_cancelling_before_a_result_brings_the_tokens_back(
    start: Callable[..., dict[str, Any]], as_bob: Api, bobs_pool: Pool
) -> None:
    job = start()
    cancelled = ok(as_bob.post(f"/jobs/{job['id']}/cancel", {"reason": "changed my mind"}))
    assert (cancelled["status"], cancelled["reason"]) == ("cancelled", "changed my mind")
    assert ok(as_bob.get(f"/pools/{bobs_pool.id}"))["available"] == "100"


def test_cancelling_after_a_result_is_refused_and_the_job_goes_on(
    start: Callable[..., dict[str, Any]], as_bob: Api, as_desktop: Api
) -> None:
    job = start()
    as_desktop.post(f"/jobs/{job['id']}/results")
    problem(as_bob.post(f"/jobs/{job['id']}/cancel"), 409, "results_exist")
    assert ok(as_bob.get(f"/jobs/{job['id']}"))["status"] == "producing"


def test_a_failed_analysis_is_refunded(start: Callable[..., dict[str, Any]], as_desktop: Api) -> None:
    job = start("analysis")
    as_desktop.post(f"/jobs/{job['id']}/results")
    failed = ok(as_desktop.post(f"/jobs/{job['id']}/fail", {"reason": "diverged"}))
    assert (failed["status"], failed["captured"], failed["refunded"]) == ("failed", "5", "5")


def test_ending_twice_answers_the_same_job_and_ending_otherwise_is_refused(
    start: Callable[..., dict[str, Any]], as_desktop: Api
) -> None:
    job = start()
    ended = ok(as_desktop.post(f"/jobs/{job['id']}/complete"))
    assert ok(as_desktop.post(f"/jobs/{job['id']}/complete")) == ended
    problem(as_desktop.post(f"/jobs/{job['id']}/fail"), 409, "job_ended")


def test_users_do_not_report_what_became_of_a_job(
    start: Callable[..., dict[str, Any]], as_bob: Api, as_carol: Api
) -> None:
    job = start()
    for verb in ("results", "complete", "fail"):
        problem(as_bob.post(f"/jobs/{job['id']}/{verb}"), 403, "forbidden")
    problem(as_carol.post(f"/jobs/{job['id']}/cancel"), 403, "forbidden")


def test_another_client_settles_only_what_it_started(
    start: Callable[..., dict[str, Any]], contract_a: Contract, bob: User
) -> None:
    client_id, _ = create_service_client(name="other", contracts=[contract_a])
    other = Api(issue_token(client_id=client_id, scopes=["jobs:write"]))
    problem(other.post(f"/jobs/{start()['id']}/complete"), 404, "not_found")
    own = ok(other.post("/jobs", {"service": "analysis", "user": bob.email}), 201)
    ok(other.post(f"/jobs/{own['id']}/complete"))


def test_the_client_that_runs_a_service_settles_its_jobs_and_no_others(
    start: Callable[..., dict[str, Any]], contract_a: Contract
) -> None:
    analysis = Service.objects.filter(code="analysis")
    client_id, _ = create_service_client(name="solver", contracts=[contract_a], services=analysis)
    solver = Api(issue_token(client_id=client_id, scopes=["jobs:write", "reports:read"]))
    ok(solver.post(f"/jobs/{start('analysis')['id']}/complete"))
    problem(solver.post(f"/jobs/{start()['id']}/complete"), 403, "forbidden")


def test_another_contracts_job_is_no_job(start: Callable[..., dict[str, Any]], as_mallory: Api) -> None:
    job = start()
    for verb in ("results", "complete", "fail", "cancel"):
        there = as_mallory.post(f"/jobs/{job['id']}/{verb}")
        nowhere = as_mallory.post(f"/jobs/{NO_JOB}/{verb}")
        problem(there, 404, "not_found")
        assert there.content == nowhere.content
    assert as_mallory.get(f"/jobs/{job['id']}").content == as_mallory.get(f"/jobs/{NO_JOB}").content


def test_each_settled_item_answers_as_its_own_call_would(start: Callable[..., dict[str, Any]], as_desktop: Api) -> None:
    first, second = start(), start("analysis")
    items = [
        {"job": first["id"], "verb": "results"},
        {"job": NO_JOB, "verb": "complete"},
        {"job": first["id"], "verb": "cancel"},
        {"job": second["id"], "verb": "fail", "reason": "diverged"},
        {"job": second["id"], "verb": "results", "amount": 1.5},
        {"job": second["id"], "verb": "complete"},
    ]
    results = ok(as_desktop.post("/jobs/settle", {"items": items}))["results"]
    assert [result["status"] for result in results] == [200, 404, 409, 200, 400, 409]
    codes = [result["problem"]["code"] for result in results if "problem" in result]
    assert codes == ["not_found", "results_exist", "invalid", "job_ended"]
    assert results[4]["problem"]["errors"] == {"amount": results[4]["problem"]["errors"]["amount"]}
    assert (results[0]["job"]["status"], results[3]["job"]["status"]) == ("producing", "failed")


def test_settling_others_jobs_is_refused_item_by_item(
    start: Callable[..., dict[str, Any]], as_bob: Api, as_mallory: Api
) -> None:
    job = start()
    items = {"items": [{"job": job["id"], "verb": "complete"}, {"job": job["id"], "verb": "cancel"}]}
    assert [item["status"] for item in ok(as_mallory.post("/jobs/settle", items))["results"]] == [404, 404]
    assert [item["status"] for item in ok(as_bob.post("/jobs/settle", items))["results"]] == [403, 200]


def test_settling_many_jobs_takes_as_many_statements_as_settling_few(
    start: Callable[..., dict[str, Any]], as_desktop: Api
) -> None:
    counts = []
    for number in (1, 8):
        items = [{"job": start("analysis")["id"], "verb": "complete"} for _ in range(number)]
        with CaptureQueriesContext(connection) as counted:
            as_desktop.post("/jobs/settle", {"items": items})
        counts.append(statements_for(counted))
    assert counts[0] == counts[1]
