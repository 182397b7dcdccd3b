"""What a list is filtered by stands in its address: it can be sent on, reloaded, and gone back from."""

from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from tests.browser.acting import SignedIn, opened
from tests.portal.conftest import World, subscription, world

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["subscription", "world"]


@dataclass(frozen=True, slots=True)
class List:
    """A page with a filter: two values of it, each with words that only its rows have."""

    address: str
    label: str
    first: tuple[str, str]
    second: tuple[str, str]


LISTS = [
    List("/management/members/", "Role", ("coordinator", "carol@example.com"), ("end_user", "bob@example.com")),
    List("/management/orders/", "Status", ("awaiting_approval", "A-100-0001"), ("fulfilled", "No order has")),
    List("/management/audit/", "Kind", ("refunds", "asked for a refund"), ("orders", "placed an order")),
    List("/jobs/?whose=all", "Status", ("running", "Running"), ("cancelled", "No job")),
]


def choose(page: Page, where: List, value: str) -> None:
    """Choose a value of the filter; a button sends it where the choice alone does not."""
    before = page.url
    page.get_by_role("main").get_by_label(where.label, exact=True).select_option(value)
    if (button := page.get_by_role("button", name="Filter", exact=True)).count():
        button.click()
    page.wait_for_url(lambda url: url != before)


def assert_chosen(page: Page, where: List, chosen: tuple[str, str], other: tuple[str, str]) -> None:
    value, words = chosen
    expect(page.get_by_role("main").get_by_label(where.label, exact=True)).to_have_value(value)
    shown = page.locator("main table tbody, main .empty").first
    expect(shown).to_contain_text(words)
    expect(shown).not_to_contain_text(other[1])


@pytest.mark.parametrize("where", LISTS, ids=lambda where: where.address.strip("/").rpartition("/")[2])
def test_back_reload_and_a_sent_address_show_the_same(
    where: List, world: World, alice: User, carol: User, signed_in: SignedIn
) -> None:
    page = opened(signed_in, alice, where.address)
    choose(page, where, where.first[0])
    assert_chosen(page, where, where.first, where.second)
    sent = page.url
    choose(page, where, where.second[0])
    assert_chosen(page, where, where.second, where.first)
    page.reload()
    assert_chosen(page, where, where.second, where.first)
    page.go_back()
    assert page.url == sent
    assert_chosen(page, where, where.first, where.second)
    page.go_forward()
    assert_chosen(page, where, where.second, where.first)
    hers = opened(signed_in, carol)
    hers.goto(sent)
    assert_chosen(hers, where, where.first, where.second)


def test_back_from_a_shorter_range_shows_the_longer_one(world: World, alice: User, signed_in: SignedIn) -> None:
    page = opened(signed_in, alice, "/management/reporting/individual-usage/?scope=contract")
    ranges = page.get_by_role("navigation", name="Range of days")
    for days in ("365 days", "7 days"):
        ranges.get_by_role("link", name=days).click()
        expect(ranges.locator("[aria-current]")).to_have_text(days)
    page.reload()
    expect(ranges.locator("[aria-current]")).to_have_text("7 days")
    page.go_back()
    expect(ranges.locator("[aria-current]")).to_have_text("365 days")
    assert "scope=contract" in page.url


def test_a_deep_link_waits_for_the_sign_in(page: Page, world: World, alice: User) -> None:
    page.goto("/management/audit/?kind=refunds")
    page.get_by_label("Email").fill(alice.email)
    page.get_by_label("Password").fill("secret-alice")
    page.get_by_role("button", name="Sign In", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    assert page.url.endswith("/management/audit/?kind=refunds")
    expect(page.get_by_role("region", name="Audit log")).to_contain_text("asked for a refund")
