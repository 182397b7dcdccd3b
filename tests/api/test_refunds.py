"""Refund requests: asked for by the user of the job, decided on by somebody else, once."""

from typing import Any

import pytest

from ledger.models import Pool
from tests.api.caller import Api, ok, problem

REASON = {"reason": "The outcome is empty."}
NO_REQUEST = "0190a000-0000-7000-8000-000000000000"


@pytest.fixture
def job(funded: None, as_bob: Api, as_desktop: Api) -> dict[str, Any]:
    """A completed study of Bob's."""
    started = ok(as_bob.post("/jobs", {"service": "generative_study"}), 201)
    return ok(as_desktop.post(f"/jobs/{started['id']}/complete"))


@pytest.fixture
def claim(job: dict[str, Any], as_bob: Api) -> dict[str, Any]:
    """Bob's refund request for it."""
    return ok(as_bob.post(f"/jobs/{job['id']}/refund-requests", REASON, key=None), 201)


def test_an_approved_refund_brings_the_tokens_back_once(
    claim: dict[str, Any], as_carol: Api, as_alice: Api, as_bob: Api, bobs_pool: Pool
) -> None:
    assert (claim["status"], claim["reason"]) == ("pending", REASON["reason"])
    kindly = {"reason": "The service was down."}
    approved = as_carol.post(f"/refund-requests/{claim['id']}/approve", kindly, key="once")
    assert (ok(approved)["status"], ok(approved)["decision_reason"]) == ("approved", kindly["reason"])
    assert ok(as_bob.get(f"/pools/{bobs_pool.id}"))["available"] == "100"
    again = as_carol.post(f"/refund-requests/{claim['id']}/approve", kindly, key="once")
    assert (again.content, again["Idempotent-Replayed"]) == (approved.content, "true")
    problem(as_alice.post(f"/refund-requests/{claim['id']}/approve"), 409, "already_refunded")
    problem(as_bob.post(f"/jobs/{claim['job']}/refund-requests", REASON, key=None), 409, "already_refunded")


def test_a_declined_refund_keeps_the_charge(claim: dict[str, Any], as_carol: Api, as_bob: Api, bobs_pool: Pool) -> None:
    body = {"reason": "It has four outcomes."}
    declined = ok(as_carol.post(f"/refund-requests/{claim['id']}/decline", body, key=None))
    assert (declined["status"], declined["decision_reason"]) == ("declined", body["reason"])
    assert ok(as_bob.get(f"/pools/{bobs_pool.id}"))["available"] == "89"
    problem(as_carol.post(f"/refund-requests/{claim['id']}/approve"), 409, "already_decided")


def test_nobody_decides_on_their_own_request(funded: None, as_carol: Api, as_desktop: Api, as_bob: Api) -> None:
    started = ok(as_carol.post("/jobs", {"service": "analysis"}), 201)
    as_desktop.post(f"/jobs/{started['id']}/complete")
    claim = ok(as_carol.post(f"/jobs/{started['id']}/refund-requests", REASON, key=None), 201)
    problem(as_carol.post(f"/refund-requests/{claim['id']}/approve"), 403, "own_decision")
    problem(as_bob.post(f"/refund-requests/{claim['id']}/approve"), 404, "not_found")


def test_the_asker_sees_the_request_and_may_not_decide(claim: dict[str, Any], as_bob: Api, as_carol: Api) -> None:
    for caller in (as_bob, as_carol):
        assert ok(caller.get("/refund-requests", status="pending"))["results"] == [claim]
    problem(as_bob.post(f"/refund-requests/{claim['id']}/approve"), 403, "forbidden")


def test_only_the_user_of_a_charged_job_asks_and_says_why(
    job: dict[str, Any], as_bob: Api, as_carol: Api, as_desktop: Api
) -> None:
    path = f"/jobs/{job['id']}/refund-requests"
    problem(as_carol.post(path, REASON, key=None), 403, "forbidden")
    problem(as_desktop.post(path, REASON, key=None), 403, "forbidden")
    problem(as_bob.post(path, {"reason": " "}, key=None), 400, "invalid")
    ok(as_bob.post(path, REASON, key=None), 201)
    problem(as_bob.post(path, REASON, key=None), 409, "refund_pending")
    free = ok(as_bob.post("/jobs", {"service": "analysis"}), 201)
    problem(as_bob.post(f"/jobs/{free['id']}/refund-requests", REASON, key=None), 409, "nothing_to_refund")


def test_another_contracts_request_is_none(claim: dict[str, Any], as_mallory: Api) -> None:
    for verb in ("approve", "decline"):
        there = as_mallory.post(f"/refund-requests/{claim['id']}/{verb}")
        nowhere = as_mallory.post(f"/refund-requests/{NO_REQUEST}/{verb}")
        problem(there, 404, "not_found")
        assert there.content == nowhere.content
