"""POST /allocations: shared to individual and unused back."""

import pytest
from django.contrib.auth.models import User

from ledger.models import Contract, Pool
from tests.api.caller import Api, ok, problem

pytestmark = pytest.mark.usefixtures("funded")


def test_tokens_go_to_a_user_and_unused_ones_come_back(
    as_carol: Api, bob: User, bobs_pool: Pool, shared_a: Pool
) -> None:
    give = {"user": bob.email, "amount": "20.5", "direction": "give"}
    given = as_carol.post("/allocations", give, key="once")
    assert (ok(given, 201)["amount"], ok(given, 201)["user"]) == ("20.5", bob.email)
    assert as_carol.post("/allocations", give, key="once").content == given.content
    taken = ok(as_carol.post("/allocations", {**give, "amount": "0.5", "direction": "take"}), 201)
    assert taken["direction"] == "take"
    available = [ok(as_carol.get(f"/pools/{pool.id}"))["available"] for pool in (bobs_pool, shared_a)]
    assert available == ["120", "980"]


def test_what_was_not_allocated_cannot_be_taken(as_alice: Api, bob: User) -> None:
    body = {"user": bob.email, "amount": "1", "direction": "take"}
    problem(as_alice.post("/allocations", body), 402, "insufficient_tokens")


def test_more_than_the_shared_pool_has_cannot_be_given(as_alice: Api, bob: User) -> None:
    body = {"user": bob.email, "amount": "1000.001", "direction": "give"}
    problem(as_alice.post("/allocations", body), 402, "insufficient_tokens")


def test_end_users_and_service_clients_allocate_nothing(as_bob: Api, as_desktop: Api, bob: User) -> None:
    body = {"user": bob.email, "amount": "1", "direction": "give"}
    problem(as_bob.post("/allocations", body), 403, "forbidden")
    problem(as_desktop.post("/allocations", body), 403, "forbidden")


def test_only_members_are_given_tokens(as_alice: Api, mallory: User, contract_b: Contract) -> None:
    body = {"amount": "1", "direction": "give"}
    known = problem(as_alice.post("/allocations", {**body, "user": mallory.email}), 404, "not_found")
    unknown = problem(as_alice.post("/allocations", {**body, "user": "nobody@example.com"}), 404, "not_found")
    assert known == unknown
    problem(
        as_alice.post("/allocations", {**body, "user": mallory.email, "contract": str(contract_b.id)}), 404, "not_found"
    )
