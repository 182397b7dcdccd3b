"""Balances now and at any instant, lots in spending order, entries of the books, and pages of them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledger.contracts import add_member
from ledger.models import Contract, Pool
from tests.api.caller import Api, ok, problem, statements_for
from tests.cast import make_user

NOWHERE = "0190a000-0000-7000-8000-000000000000"


@pytest.mark.usefixtures("funded")
def test_everybody_lists_the_pools_they_may_see(
    as_bob: Api, as_carol: Api, as_alice: Api, as_mallory: Api, as_stranger: Api, as_desktop: Api
) -> None:
    callers = (as_bob, as_carol, as_alice, as_desktop, as_mallory, as_stranger)
    assert [len(ok(caller.get("/pools"))["results"]) for caller in callers] == [2, 4, 4, 4, 2, 0]


@pytest.mark.usefixtures("funded")
def test_the_figures_of_a_pool_add_up(as_bob: Api, bobs_pool: Pool, bob: User) -> None:
    ok(as_bob.post("/jobs", {"service": "analysis"}), 201)
    pool = ok(as_bob.get(f"/pools/{bobs_pool.id}"))
    assert (pool["kind"], pool["user"]) == ("individual", bob.email)
    figures = [pool[name] for name in ("available", "held", "used", "expired", "total")]
    assert figures == ["95", "5", "0", "0", "100"]


def test_a_balance_may_be_asked_for_at_any_instant(as_bob: Api, bobs_pool: Pool, fund: Callable[..., None]) -> None:
    first = datetime(2021, 3, 1, tzinfo=UTC)
    fund(bobs_pool, "10", at=first, expires_at=first + timedelta(days=30))
    fund(bobs_pool, "7.5", at=first + timedelta(days=1))

    def at(instant: datetime) -> tuple[str, str]:
        pool = ok(as_bob.get(f"/pools/{bobs_pool.id}", as_of=instant.isoformat()))
        return pool["available"], pool["expired"]

    assert at(first - timedelta(microseconds=1)) == ("0", "0")
    assert at(first) == ("10", "0")
    assert at(first + timedelta(days=1)) == ("17.5", "0")
    assert at(first + timedelta(days=30)) == ("7.5", "10")
    listed = ok(as_bob.get("/pools", as_of=first.isoformat()))["results"]
    assert [pool["available"] for pool in listed] == ["10"]


def test_lots_come_in_the_order_in_which_they_will_be_spent(
    as_bob: Api, bobs_pool: Pool, fund: Callable[..., None]
) -> None:
    soon = timezone.now() + timedelta(days=5)
    fund(bobs_pool, "3")
    fund(bobs_pool, "2", expires_at=soon + timedelta(days=5))
    fund(bobs_pool, "9", expires_at=soon)
    fund(bobs_pool, "1", expires_at=soon)
    lots = ok(as_bob.get(f"/pools/{bobs_pool.id}/lots"))["results"]
    assert [lot["remaining"] for lot in lots] == ["1", "9", "2", "3"]
    assert [lot["expires_at"] is None for lot in lots] == [False, False, False, True]
    assert walk(as_bob, f"/pools/{bobs_pool.id}/lots", limit=1) == lots


@pytest.mark.usefixtures("funded")
def test_entries_come_in_the_order_of_the_books(as_bob: Api, as_alice: Api, bobs_pool: Pool) -> None:
    job = ok(as_bob.post("/jobs", {"service": "analysis"}), 201)
    as_bob.post(f"/jobs/{job['id']}/cancel")
    entries = ok(as_bob.get(f"/pools/{bobs_pool.id}/entries"))["results"]
    assert [(entry["kind"], entry["account"], entry["amount"]) for entry in entries] == [
        ("grant", "available", "100"),
        ("hold", "available", "-5"),
        ("hold", "held", "5"),
        ("release", "held", "-5"),
        ("release", "available", "5"),
    ]
    assert {entry["job"] for entry in entries[1:]} == {job["id"]}
    assert all(first["seq"] < second["seq"] for first, second in pairwise(entries))
    assert [entry["balance_after"] for entry in entries if entry["account"] == "available"] == ["100", "95", "100"]
    assert walk(as_alice, f"/pools/{bobs_pool.id}/entries", limit=2) == entries


@pytest.mark.usefixtures("funded")
def test_what_moved_in_the_shared_pool_is_for_buyers(as_bob: Api, as_carol: Api, shared_a: Pool) -> None:
    ok(as_bob.get(f"/pools/{shared_a.id}/lots"))
    problem(as_bob.get(f"/pools/{shared_a.id}/entries"), 403, "forbidden")
    ok(as_carol.get(f"/pools/{shared_a.id}/entries"))


@pytest.mark.parametrize("tail", ["", "/lots", "/entries"])
def test_another_contracts_pool_is_no_pool(as_mallory: Api, bobs_pool: Pool, tail: str) -> None:
    there = as_mallory.get(f"/pools/{bobs_pool.id}{tail}")
    nowhere = as_mallory.get(f"/pools/{NOWHERE}{tail}")
    problem(there, 404, "not_found")
    assert there.content == nowhere.content
    for own in ("RateLimit", "X-Request-ID"):
        there.headers.pop(own), nowhere.headers.pop(own)
    assert dict(there.headers) == dict(nowhere.headers)


def test_a_colleagues_pool_is_no_pool_for_an_end_user(as_bob: Api, carols_pool: Pool) -> None:
    problem(as_bob.get(f"/pools/{carols_pool.id}"), 404, "not_found")


@pytest.mark.usefixtures("funded")
def test_pools_are_chosen_by_contract_kind_and_user(as_alice: Api, contract_a: Contract, bob: User) -> None:
    assert len(ok(as_alice.get("/pools", contract=str(contract_a.id)))["results"]) == 4
    assert len(ok(as_alice.get("/pools", contract=NOWHERE))["results"]) == 0
    assert [pool["user"] for pool in ok(as_alice.get("/pools", kind="shared"))["results"]] == [None]
    assert [pool["user"] for pool in ok(as_alice.get("/pools", user="Bob@Example.com"))["results"]] == [bob.email]


def test_a_long_list_takes_as_many_statements_as_a_short_one(as_alice: Api, contract_a: Contract) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as counted:
            ok(as_alice.get("/pools"))
        return statements_for(counted)

    before = statements()
    for number in range(10):
        add_member(contract=contract_a, user=make_user(f"dave{number}"))
    assert statements() == before


@pytest.mark.usefixtures("funded")
def test_pages_lead_forwards_and_back(as_bob: Api) -> None:
    jobs = [ok(as_bob.post("/jobs", {"service": "analysis"}), 201)["id"] for _ in range(5)][::-1]
    first = ok(as_bob.get("/jobs", limit=2))
    second = ok(as_bob.get(first["next"]))
    third = ok(as_bob.get(second["next"]))
    pages = [[job["id"] for job in page["results"]] for page in (first, second, third)]
    assert pages == [jobs[:2], jobs[2:4], jobs[4:]]
    assert (first["previous"], third["next"]) == (None, None)
    back = ok(as_bob.get(third["previous"]))
    assert back["results"] == second["results"]
    assert ok(as_bob.get(back["previous"]))["results"] == first["results"]


@pytest.mark.usefixtures("funded")
def test_a_job_started_meanwhile_shifts_no_page(as_bob: Api) -> None:
    old = [ok(as_bob.post("/jobs", {"service": "analysis"}), 201)["id"] for _ in range(3)][::-1]
    first = ok(as_bob.get("/jobs", limit=2))
    as_bob.post("/jobs", {"service": "analysis"})
    assert [job["id"] for job in ok(as_bob.get(first["next"]))["results"]] == old[2:]


def test_a_cursor_of_another_list_is_none_of_this(as_bob: Api, bobs_pool: Pool, fund: Callable[..., None]) -> None:
    fund(bobs_pool, "1")
    fund(bobs_pool, "20")
    cursor = ok(as_bob.get(f"/pools/{bobs_pool.id}/entries", limit=1))["next"].split("cursor=")[1]
    problem(as_bob.get(f"/jobs?cursor={cursor}"), 400, "invalid")
    for _ in range(2):
        as_bob.post("/jobs", {"service": "analysis"})
    cursor = ok(as_bob.get("/jobs", limit=1))["next"].split("cursor=")[1]
    problem(as_bob.get(f"/orders?cursor={cursor}"), 400, "invalid")  # sorted alike, and still another list


def walk(caller: Api, path: str, *, limit: int) -> list[dict[str, object]]:
    """Every row of a list, page by page."""
    page = ok(caller.get(path, limit=limit))
    rows = page["results"]
    while page["next"]:
        page = ok(caller.get(page["next"]))
        rows += page["results"]
    return rows
