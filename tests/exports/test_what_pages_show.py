"""The files of events, lots, entries and jobs hold exactly what their pages show, with those pages' filters."""

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from ledger.models import Contract, Pool
from tests.exports.conftest import Ask
from tests.reporting.conftest import Work

BASE = "/management/reporting/"
MENU = re.compile(r'name="dataset" value="(\w+)">\s*<input type="hidden" name="query" value="([^"]*)"')


@pytest.fixture
def browser() -> Callable[[User], Client]:
    def of(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return of


def rows(answer: HttpResponse) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(StringIO(answer.getvalue().decode())))


def file_of(client: Client, address: str) -> list[dict[str, str]]:
    """Press CSV in the page's export menu."""
    page = client.get(address).content.decode()
    ((dataset, query),) = MENU.findall(page)
    asked = {"dataset": dataset, "query": unescape(query), "format": "csv"}
    return rows(client.post("/exports/ask/", asked))


def test_events_of_one_kind_of_one_pool(
    history: None, bobs_pool: Pool, alice: User, browser: Callable[[User], Client]
) -> None:
    address = f"{BASE}token-events/?pool={bobs_pool.id}&range=all"
    assert {line["event"] for line in file_of(browser(alice), address)} >= {"grant", "allocate"}
    only = file_of(browser(alice), f"{address}&kind=allocate")
    assert [(line["event"], line["pool"], line["amount"]) for line in only] == [("allocate", str(bobs_pool.id), "7.5")]


def test_the_entries_behind_a_step_of_a_balance(
    history: None, bobs_pool: Pool, bob: User, browser: Callable[[User], Client]
) -> None:
    client = browser(bob)
    explained = client.get(f"{BASE}explain/balance/?pool={bobs_pool.id}&from=2026-01-01T00:00").content.decode()
    links = [unescape(each) for each in re.findall(r'href="(/management/reporting/entries/\?[^"]+)"', explained)]
    assert len(links) >= 3
    for link in links:
        page = client.get(link).content.decode()
        (total,) = re.findall(r'add up to \+?<data value="([^"]+)">', page)
        lines = file_of(client, link)
        assert round(sum(float(line["amount"]) for line in lines), 3) == float(total)
        assert len(lines) == page.count('<th scope="row">')


def test_the_lots_that_expire_of_what_one_may_use(
    contract_a: Contract,
    bobs_pool: Pool,
    shared_a: Pool,
    alice: User,
    bob: User,
    fund: Callable[..., None],
    browser: Callable[[User], Client],
) -> None:
    soon = timezone.now() + timedelta(days=20)
    fund(bobs_pool, "1", expires_at=soon + timedelta(days=1))
    fund(bobs_pool, "2")
    fund(shared_a, "4", expires_at=soon)
    fund(alice.pools.get(), "8", expires_at=soon)
    address = f"{BASE}expiring/"
    assert [line["remaining"] for line in file_of(browser(bob), address)] == ["1"]
    contract_a.memberships.filter(user=bob).update(uses_shared=True)
    assert [line["remaining"] for line in file_of(browser(bob), address)] == ["4", "1"]
    assert {line["remaining"] for line in file_of(browser(alice), address)} == {"1", "4", "8"}
    assert {line["remaining"] for line in file_of(browser(alice), f"{address}?scope=own")} == {"4", "8"}


def test_shared_lots_are_not_for_who_may_not_use_them(
    bobs_pool: Pool, shared_a: Pool, bob: User, fund: Callable[..., None], ask: Ask
) -> None:
    fund(shared_a, "4", expires_at=timezone.now() + timedelta(days=20))
    assert rows(ask(bob, "lots", "csv", expiring="yes")) == []


def test_jobs_that_are_running_now(
    bobs_pool: Pool, bob: User, fund: Callable[..., None], work: Work, browser: Callable[[User], Client]
) -> None:
    fund(bobs_pool, "100")
    work(bob, "analysis")
    work(bob, "simulation", "running")
    work(bob, "cfd_simple", "charged")
    found = file_of(browser(bob), "/jobs/?status=live")
    assert {line["service"] for line in found} == {"simulation", "cfd_simple"}
