"""POST /jobs: the price is held at once, whole, from one pool, once per key."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from ledger.contracts import add_member
from ledger.models import Contract, Pool
from tests.api.caller import Api, ok, problem

STUDY = {"service": "generative_study"}

pytestmark = pytest.mark.usefixtures("funded")


def test_a_job_holds_its_price_and_the_balance_drops_at_once(as_bob: Api, bobs_pool: Pool) -> None:
    job = ok(as_bob.post("/jobs", STUDY), 201)
    assert (job["status"], job["price"], job["captured"], job["refunded"]) == ("running", "11", "0", "0")
    assert [draw["amount"] for draw in job["lots"]] == ["11"]
    pool = ok(as_bob.get(f"/pools/{bobs_pool.id}"))
    assert (pool["available"], pool["held"], pool["total"]) == ("89", "11", "100")


def test_a_service_is_named_by_code_or_by_id(as_bob: Api) -> None:
    services = ok(as_bob.get("/services"))["results"]
    study = next(service for service in services if service["code"] == "generative_study")
    assert ok(as_bob.post("/jobs", {"service": study["id"]}), 201)["service"] == "generative_study"


def test_a_job_carries_what_it_was_given(as_bob: Api) -> None:
    given = {"project": "P-7", "comment": "bracket", "external_id": "run 1"}
    job = ok(as_bob.post("/jobs", {**STUDY, **given}), 201)
    assert {name: job[name] for name in given} == given
    assert ok(as_bob.get(f"/jobs/{job['id']}")) == job


def test_a_service_client_starts_a_job_for_a_user(as_desktop: Api, bob: User) -> None:
    job = ok(as_desktop.post("/jobs", {**STUDY, "user": "BOB@example.com"}), 201)
    assert job["user"] == bob.email


def test_a_service_client_says_for_whom(as_desktop: Api) -> None:
    problem(as_desktop.post("/jobs", STUDY), 400, "user_required")


def test_a_service_client_does_not_act_for_users_of_other_contracts(
    as_desktop: Api, contract_b: Contract, mallory: User
) -> None:
    known = problem(as_desktop.post("/jobs", {**STUDY, "user": mallory.email}), 404, "not_found")
    unknown = problem(as_desktop.post("/jobs", {**STUDY, "user": "nobody@example.com"}), 404, "not_found")
    assert known == unknown


def test_nobody_starts_a_job_in_somebody_elses_name(as_bob: Api, carol: User) -> None:
    problem(as_bob.post("/jobs", {**STUDY, "user": carol.email}), 403, "forbidden")


def test_too_few_tokens_are_refused_with_the_figures(as_bob: Api, bobs_pool: Pool, shared_a: Pool) -> None:
    refused = problem(
        as_bob.post("/jobs", {**STUDY, "quantity": "50", "pool": str(bobs_pool.id)}), 402, "insufficient_tokens"
    )
    assert (refused["required"], refused["available"], refused["shortfall"]) == ("550", "100", "450")
    assert refused["alternatives"] == [{"pool": str(shared_a.id), "available": "1000"}]


def test_a_pool_of_another_contract_is_none(as_bob: Api, pool_b: Pool) -> None:
    there = problem(as_bob.post("/jobs", {**STUDY, "pool": str(pool_b.id)}), 404, "not_found")
    nowhere = problem(as_bob.post("/jobs", {**STUDY, "pool": "0190a000-0000-7000-8000-000000000000"}), 404, "not_found")
    assert there == nowhere


def test_a_contract_must_be_named_where_there_are_several(
    as_bob: Api, bob: User, contract_a: Contract, contract_b: Contract
) -> None:
    add_member(contract=contract_b, user=bob)
    problem(as_bob.post("/jobs", STUDY), 400, "contract_required")
    assert ok(as_bob.post("/jobs", {**STUDY, "contract": str(contract_a.id)}), 201)["contract"] == str(contract_a.id)


def test_whoever_is_on_no_contract_is_not_enabled(as_stranger: Api) -> None:
    problem(as_stranger.post("/jobs", STUDY), 403, "not_enabled")


def test_a_contract_may_ask_for_a_project(as_bob: Api, contract_a: Contract) -> None:
    contract_a.project_required = True
    contract_a.save()
    assert "project" in problem(as_bob.post("/jobs", STUDY), 400, "project_required")["errors"]
    ok(as_bob.post("/jobs", {**STUDY, "project": "P-7"}), 201)


def test_a_job_starts_at_the_price_of_its_quote(as_bob: Api) -> None:
    quote = ok(as_bob.post("/quotes", {**STUDY, "quantity": "2"}, key=None), 201)
    wrong = as_bob.post("/jobs", {**STUDY, "quote": quote["id"]})
    problem(wrong, 400, "quote_mismatch")
    job = ok(as_bob.post("/jobs", {**STUDY, "quantity": 2, "quote": quote["id"]}), 201)
    assert job["price"] == quote["required"] == "22"


def test_a_quote_moves_nothing_and_says_what_would_remain(as_bob: Api, bobs_pool: Pool, shared_a: Pool) -> None:
    quote = ok(as_bob.post("/quotes", {**STUDY, "count": 10, "pool": str(bobs_pool.id)}, key=None), 201)
    assert (quote["required"], quote["available"], quote["will_remain"]) == ("110", "100", "-10")
    assert (quote["sufficient"], quote["max_count"]) == (False, 9)
    assert quote["alternatives"] == [{"pool": str(shared_a.id), "available": "1000"}]
    assert ok(as_bob.get(f"/pools/{bobs_pool.id}"))["held"] == "0"


def test_an_end_user_who_is_not_ticked_may_not_name_the_shared_pool(
    as_user: Callable[..., Api], contract_a: Contract, stranger: User, shared_a: Pool
) -> None:
    add_member(contract=contract_a, user=stranger)
    dave = as_user(stranger)
    problem(dave.post("/jobs", {**STUDY, "pool": str(shared_a.id)}), 403, "shared_use_not_allowed")
    problem(dave.get(f"/pools/{shared_a.id}"), 403, "forbidden")
