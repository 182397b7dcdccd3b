"""Enabling subscription benefits, by number and by invitation; few attempts, one wording."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone

from ledger.invitations import invite
from ledger.models import Contract, GiftRule, Membership, Product, Seat, Subscription
from portal.limits import BENEFIT_ATTEMPTS
from tests.api.caller import Api, ok, problem

NUMBERS = {"contract_number": "A-100", "serial_number": "111-22223333"}
NO_BENEFIT = "0190a000-0000-7000-8000-000000000000"


@pytest.fixture(autouse=True)
def no_attempts_yet(db: None) -> None:
    cache.clear()


@pytest.fixture
def subscription(contract_a: Contract) -> Subscription:
    """A year of Fusion with one free seat."""
    bought = Subscription.objects.create(
        contract=contract_a,
        product=Product.objects.get(name="Fusion"),
        rule=GiftRule.objects.get(length="annual"),
        serial_number=NUMBERS["serial_number"],
        starts_at=timezone.now() - timedelta(days=1),
    )
    Seat.objects.create(subscription=bought, number=1)
    return bought


def test_numbers_that_match_wait_for_a_decision(
    subscription: Subscription, as_stranger: Api, as_carol: Api, stranger: User
) -> None:
    asked = ok(as_stranger.post("/benefits", NUMBERS, key=None), 201)
    (benefit,) = asked["benefits"]
    assert (benefit["status"], benefit["product"], asked["services"]) == ("pending", "Fusion", [])
    assert ok(as_carol.get("/benefits", status="pending"))["results"] == [benefit]
    approved = ok(as_carol.post(f"/benefits/{benefit['id']}/approve", key=None))
    assert (approved["status"], approved["decided_by"]) == ("enabled", "carol@example.com")
    (contract,) = ok(as_stranger.get("/me"))["contracts"]
    assert (contract["enabled"], contract["uses_shared"]) == (True, False)
    assert [pool["available"] for pool in ok(as_stranger.get("/pools"))["results"]] == ["100"]
    again = ok(as_stranger.post("/benefits", NUMBERS, key=None), 201)
    assert "generative_study" in [service["code"] for service in again["services"]]


def test_a_refused_user_is_told_why(subscription: Subscription, as_stranger: Api, as_alice: Api) -> None:
    (benefit,) = ok(as_stranger.post("/benefits", NUMBERS, key=None), 201)["benefits"]
    as_alice.post(f"/benefits/{benefit['id']}/refuse", {"reason": "Who are you?"}, key=None)
    (seen,) = ok(as_stranger.get("/benefits"))["results"]
    assert (seen["status"], seen["reason"]) == ("refused", "Who are you?")
    problem(as_alice.post(f"/benefits/{benefit['id']}/approve", key=None), 409, "already_decided")


def test_an_invited_user_is_enabled_at_once(
    subscription: Subscription,
    as_stranger: Api,
    stranger: User,
    carol: User,
    contract_a: Contract,
    member: Callable[[Contract, User], Membership],
) -> None:
    invite(membership=member(contract_a, carol), email=stranger.email)
    enabled = ok(as_stranger.post("/benefits", key=None), 201)
    assert [benefit["status"] for benefit in enabled["benefits"]] == ["enabled"]
    assert "generative_study" in [service["code"] for service in enabled["services"]]


def test_who_was_not_invited_gives_both_numbers(as_stranger: Api) -> None:
    assert set(problem(as_stranger.post("/benefits", key=None), 400, "invalid")["errors"]) == set(NUMBERS)
    half = {"contract_number": "A-100"}
    assert set(problem(as_stranger.post("/benefits", half, key=None), 400, "invalid")["errors"]) == {"serial_number"}


def test_every_wrong_pair_gets_the_same_words(subscription: Subscription, as_stranger: Api) -> None:
    wrong = [{**NUMBERS, "serial_number": "x"}, {**NUMBERS, "contract_number": "x"}]
    first, second = (
        problem(as_stranger.post("/benefits", pair, key=None), 404, "no_such_subscription") for pair in wrong
    )
    assert first == second


def test_attempts_are_few(as_stranger: Api) -> None:
    wrong = {**NUMBERS, "serial_number": "x"}
    for _ in range(BENEFIT_ATTEMPTS):
        problem(as_stranger.post("/benefits", wrong, key=None), 404, "no_such_subscription")
    response = as_stranger.post("/benefits", wrong, key=None)
    problem(response, 429, "throttled")
    assert 0 < int(response["Retry-After"]) <= 3600
    assert "r=0" in response["RateLimit"]
    ok(as_stranger.get("/benefits"))


def test_only_buyers_decide_and_others_see_nothing(
    subscription: Subscription, as_stranger: Api, as_bob: Api, as_mallory: Api, as_desktop: Api
) -> None:
    (benefit,) = ok(as_stranger.post("/benefits", NUMBERS, key=None), 201)["benefits"]
    problem(as_stranger.post(f"/benefits/{benefit['id']}/approve", key=None), 403, "forbidden")
    for caller in (as_bob, as_mallory, as_desktop):
        there = caller.post(f"/benefits/{benefit['id']}/approve", key=None)
        problem(there, 404, "not_found")
        assert there.content == caller.post(f"/benefits/{NO_BENEFIT}/approve", key=None).content
    problem(as_desktop.post("/benefits", NUMBERS, key=None), 403, "forbidden")
