"""Explain this balance, for any two instants, and explain this charge: every step with the entries behind it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from itertools import combinations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django.utils.http import urlencode

from ledger.allocations import allocate, take_back
from ledger.balances import balance
from ledger.contracts import individual_pool
from ledger.expiry import expire_lots
from ledger.grants import adjust
from ledger.models import Contract, Pool
from reporting.explain import explain
from tests.cast import fresh_key
from tests.reporting.conftest import Work

BASE = "/management/reporting/"
Fund = Callable[..., None]
SignIn = Callable[[User], Client]


@pytest.fixture
def instants(
    contract_a: Contract, bobs_pool: Pool, shared_a: Pool, bob: User, fund: Fund, work: Work
) -> list[datetime]:
    """Bob's pool gained and lost tokens in every way there is, one a day; these are the moments between."""
    start = timezone.now() - timedelta(days=20)
    people = {"contract_id": contract_a.id, "user_id": bob.pk}
    steps: list[Callable[[datetime], object]] = [
        lambda at: fund(shared_a, "500", at=at),
        lambda at: fund(bobs_pool, "100", at=at),
        lambda at: fund(bobs_pool, "60", at=at, expires_at=start + timedelta(days=8, hours=1)),
        lambda at: allocate(idempotency=fresh_key(), **people, amount_mt=40_000, at=at),
        lambda at: work(bob, "cfd_complex", at=at),
        lambda at: work(bob, "simulation", "refunded", at=at),
        lambda at: take_back(idempotency=fresh_key(), **people, amount_mt=10_000, at=at),
        lambda at: adjust(idempotency=fresh_key(), pool_id=bobs_pool.id, amount_mt=-2_500, reason="Twice", at=at),
        lambda at: None,
        lambda at: expire_lots(at=at + timedelta(hours=12)),
        lambda at: work(bob, "analysis", "running", at=at + timedelta(hours=13)),
        lambda at: work(bob, "analysis", "free", at=at),
    ]
    for day, step in enumerate(steps):
        step(start + timedelta(days=day))
    return [start + timedelta(days=day, hours=6) for day in range(-1, len(steps) + 1)]


def test_between_any_two_instants_the_steps_add_up_to_what_the_balance_was(
    instants: list[datetime], bobs_pool: Pool, shared_a: Pool
) -> None:
    for pool in (bobs_pool, shared_a):
        for from_at, to_at in combinations(instants, 2):
            found = explain(pool, from_at=from_at, to_at=to_at)
            assert found.adds_up, found
            assert found.opening_mt == balance(pool.pk, from_at).available_mt
            assert found.closing_mt == balance(pool.pk, to_at).available_mt


def test_every_step_has_its_own_line(instants: list[datetime], bobs_pool: Pool) -> None:
    found = explain(bobs_pool, from_at=instants[0], to_at=instants[-1])
    assert {term.code: term.amount_mt for term in found.terms} == {
        "granted": 160_000,
        "bought": 0,
        "allocated": 30_000,
        "used": -45_000,
        "refunded": 10_000,
        "expired": -22_500,  # of 60: 35 spent, 2.5 adjusted away; what is taken back is what was allocated
        "adjusted": -2_500,
        "held-more": -5_000,
    }


def test_an_expiry_counts_from_its_instant_before_it_is_posted(bobs_pool: Pool, fund: Fund) -> None:
    start = timezone.now() - timedelta(days=3)
    fund(bobs_pool, "9", at=start, expires_at=start + timedelta(days=1))
    for _ in range(2):
        found = explain(bobs_pool, from_at=start + timedelta(hours=1), to_at=start + timedelta(days=2))
        assert (found.opening_mt, found.closing_mt, found.adds_up) == (9_000, 0, True)
        assert {term.code: term.amount_mt for term in found.terms}["expired"] == -9_000
        expire_lots()


def page_of(client: Client, pool: Pool, from_at: datetime, to_at: datetime) -> str:
    query = urlencode({"pool": str(pool.pk), "from": from_at.isoformat(), "to": to_at.isoformat()})
    answer = client.get(f"{BASE}explain/balance/?{query}")
    assert answer.status_code == 200
    return answer.text


def test_each_step_leads_to_entries_that_add_up_to_it(
    instants: list[datetime], bobs_pool: Pool, bob: User, signed_in: SignIn
) -> None:
    client = signed_in(bob)
    text = page_of(client, bobs_pool, instants[0], instants[-1])
    assert "It adds up" in text
    found = re.findall(
        r'<td class="amount"><data value="([^"]+)">[^<]+</data></td><td><a href="([^"]+entries[^"]+)">', text
    )
    assert len(found) >= 6
    for amount, address in found:
        (total,) = re.findall(r'add up to \+?<data value="-?([^"]+)">', client.get(unescape(address)).text)
        assert total == amount


def test_the_instants_are_in_the_readers_zone_and_must_be_in_order(
    bobs_pool: Pool, bob: User, fund: Fund, signed_in: SignIn
) -> None:
    fund(bobs_pool, "5")
    client = signed_in(bob)
    client.post("/preferences/", {"time_zone": "Asia/Tokyo", "theme": "auto"})
    text = client.get(f"{BASE}explain/balance/?from=2026-01-02T09:00").text
    assert "2 Jan 2026, 09:00 JST" in text
    assert "the zone Asia/Tokyo" in text
    refused = client.get(f"{BASE}explain/balance/?from=2026-01-02T09:00&to=2026-01-01T09:00")
    assert refused.status_code == 400
    assert "after the second one" in refused.text


NOWHERE = (
    *("from=now", "from=2026-13-01T00:00", "to=%D9%A2", "pool=x"),
    *("from=0001-01-01T00:00", "to=0001-01-05T00:00Z&from=0001-01-01T00:00Z", "to=9999-12-31T23:59Z"),
)


@pytest.mark.parametrize("query", NOWHERE)
def test_instants_and_pools_that_nobody_has_lead_nowhere(
    query: str, bobs_pool: Pool, bob: User, signed_in: SignIn
) -> None:
    client = signed_in(bob)
    for zone in ("America/New_York", "Pacific/Kiritimati"):
        client.post("/preferences/", {"time_zone": zone, "theme": "auto"})
        assert client.get(f"{BASE}explain/balance/?{query}").status_code == 404
        other = query.replace("from=", "after=").replace("to=", "until=")
        assert client.get(f"{BASE}entries/?{other}").status_code in (403, 404)


def test_whose_balance_may_be_explained(
    instants: list[datetime],
    contract_a: Contract,
    contract_b: Contract,
    bobs_pool: Pool,
    shared_a: Pool,
    alice: User,
    bob: User,
    mallory: User,
    signed_in: SignIn,
) -> None:
    theirs = individual_pool(contract_id=contract_b.id, user_id=mallory.pk)
    asked = f"{BASE}explain/balance/?pool="
    expected = {
        alice: {bobs_pool: 200, shared_a: 200, theirs: 404},
        bob: {bobs_pool: 200, shared_a: 403, theirs: 404, alice.pools.get(): 404},
        mallory: {bobs_pool: 404, shared_a: 404, theirs: 200},
    }
    for person, pools in expected.items():
        for pool, status in pools.items():
            assert signed_in(person).get(f"{asked}{pool.pk}").status_code == status, (person, pool)
    contract_a.memberships.filter(user=bob).update(uses_shared=True)
    text = signed_in(bob).get(f"{asked}{shared_a.pk}").text
    assert "It adds up" in text
    assert f"{BASE}entries/" not in text  # they tell what others used


def test_a_charge_is_explained_from_its_quote_to_its_refund(
    bobs_pool: Pool, alice: User, bob: User, fund: Fund, work: Work, signed_in: SignIn
) -> None:
    fund(bobs_pool, "3", expires_at=timezone.now() + timedelta(days=9))
    fund(bobs_pool, "500")
    job = work(bob, "optimization", "refunded", quantity_m=12_000)
    answer = signed_in(alice).get(f"{BASE}explain/charge/{job.id}/")
    text = re.sub(r"<data[^>]*>|</data>", "", answer.text)
    for words in (
        "12 km: 3 started steps; 3 \N{MULTIPLICATION SIGN} 100 = 300 tokens",
        "None was asked for; the price was taken from the rate card",
        "the first result charged 300 tokens",
        "300 tokens went back to the lots they came from",
    ):
        assert words in text
    drawn = re.findall(
        r'<td class="amount"[^>]*>([\d.]+)</td><td class="amount"[^>]*>([\d.]+)</td><td class="amount"[^>]*>([\d.]+)',
        text,
    )
    assert drawn == [("3", "3", "3"), ("297", "297", "297")]


def test_nobody_elses_charge_is_explained(
    bobs_pool: Pool,
    contract_b: Contract,
    alice: User,
    bob: User,
    mallory: User,
    fund: Fund,
    work: Work,
    signed_in: SignIn,
) -> None:
    fund(alice.pools.get(), "50")
    address = f"{BASE}explain/charge/{work(alice).id}/"
    assert [signed_in(each).get(address).status_code for each in (alice, bob, mallory)] == [200, 404, 404]
