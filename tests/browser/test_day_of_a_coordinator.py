"""The whole day of a coordinator: decides a refund, buys, allocates, and takes home what the screen shows."""

import re

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from ledger.balances import balance
from ledger.models import Pool
from tests.browser.acting import begin, exported_csv, exported_excel, give_password, go
from tests.portal.conftest import World, subscription, world

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["subscription", "world"]
EVENTS = [("Allocated (bob@example.com)", "-60"), ("Purchased", "+100"), ("Granted", "+1,000")]


def decide_the_refund(page: Page) -> None:
    page.get_by_role("link", name="1 refund request to decide").click()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Yes, refund").click()
    expect(page.get_by_text("the tokens are back in the lots they came from")).to_be_visible()
    expect(page.get_by_role("region", name="Decided requests")).to_contain_text("11 tokens")


def buy(page: Page, carol: User) -> None:
    """Buy 100 tokens with a password given just now, and see them arrive in the shared pool."""
    go(page, "Buy tokens")
    page.get_by_label("100 tokens").check()
    page.get_by_role("button", name="Continue").click()
    give_password(page, carol)
    expect(page.get_by_role("main")).to_contain_text("Atelier Alpha")
    page.get_by_role("button", name="Place order").click()
    page.get_by_role("dialog", name="Place this order?").get_by_role("button", name="Yes, place the order").click()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("USD 300.00")
    go(page, "Home")
    expect(page.get_by_role("main")).to_contain_text("1,100 tokens")


def allocate(page: Page) -> None:
    """Give Bob 60 tokens: the dialog says what both pools will have, and a no changes nothing."""
    go(page, "Members and roles")
    page.get_by_role("link", name="Manage bob@example.com").click()
    page.get_by_label("Tokens", exact=True).fill("60")
    page.get_by_role("button", name="Allocate").click()
    dialog = page.get_by_role("dialog", name="Allocate 60 tokens to bob@example.com?")
    expect(dialog.get_by_role("row", name="Shared Tokens")).to_contain_text("1,040")
    dialog.get_by_role("button", name="Not yet").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Allocate").click()
    dialog.get_by_role("button", name="Yes, allocate them").click()
    expect(page.get_by_role("status").get_by_text("60 tokens allocated to bob@example.com")).to_be_visible()
    expect(page.get_by_role("region", name="Shared Tokens of the contract")).to_contain_text("1,040")


def shown_events(page: Page) -> list[tuple[str, str]]:
    """What the screen of the shared pool's events says: the event, and its tokens."""
    go(page, "Token events")
    page.get_by_role("navigation", name="Pool").get_by_role("link", name="Shared Tokens").click()
    expect(page.get_by_role("rowheader")).to_have_count(len(EVENTS))
    found = page.locator("main table tbody tr").all()
    return [(row.get_by_role("rowheader").inner_text(), row.locator(".amount").inner_text()) for row in found]


def test_the_day_of_a_coordinator(page: Page, world: World, carol: User, shared_a: Pool, bobs_pool: Pool) -> None:
    before = balance(bobs_pool.id).available_mt
    begin(page, carol)
    decide_the_refund(page)
    buy(page, carol)
    allocate(page)
    assert balance(shared_a.id).available_mt == 1_040_000
    assert balance(bobs_pool.id).available_mt == before + 11_000 + 60_000

    shown = shown_events(page)
    assert shown == EVENTS
    amounts = [float(re.sub(r"[+,]", "", amount).replace("\u2212", "-")) for _, amount in reversed(shown)]
    file = exported_csv(page)
    assert [line["event"] for line in file] == ["grant", "purchase", "allocate"]
    assert [float(line["amount"]) for line in file] == amounts
    assert [line["Tokens"] for line in exported_excel(page)] == amounts
