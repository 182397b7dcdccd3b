"""The whole day of an administrator: enables, sets a limit, approves an order above it, reads the log, hands over."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect

from ledger.models import Membership, Order, Role
from portal.audit_words import words_of
from tests.browser.acting import begin, exported_csv, give_password, go
from tests.browser.watch import Watch
from tests.portal.conftest import World, subscription, world

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["subscription", "world"]
DONE = [
    ("alice@example.com", "order.approved"),
    ("alice@example.com", "contract.options_changed"),
    ("alice@example.com", "benefit.enabled"),
]


def enable_dana(page: Page) -> None:
    page.get_by_role("link", name="1 person waiting").click()
    page.get_by_role("button", name="Approve dana@example.com").click()
    expect(page.get_by_role("status").get_by_text("dana@example.com is enabled")).to_be_visible()


def set_the_limit(page: Page, limit: str) -> None:
    go(page, "Contract options")
    page.get_by_label("Orders above this price need your approval").fill(limit)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").get_by_text("saved")).to_be_visible()


def order_above_it(page: Page, carol: User) -> None:
    """Order 100 tokens for 300.00 as a coordinator, and learn that they wait."""
    go(page, "Buy tokens")
    page.get_by_label("100 tokens").check()
    page.get_by_role("button", name="Continue").click()
    give_password(page, carol)
    page.get_by_role("button", name="Place order").click()
    page.get_by_role("button", name="Yes, send it for approval").click()
    expect(page.get_by_role("listitem").filter(has_text="Approved")).to_contain_text("waited for")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)


def approve(page: Page, alice: User, reference: str) -> None:
    go(page, "Orders")
    page.get_by_role("button", name=f"Approve {reference}").click()
    page.get_by_role("dialog", name="Approve this order?").get_by_role("button", name="Yes, approve it").click()
    give_password(page, alice)
    expect(page.get_by_role("heading", name=f"Receipt {reference}")).to_be_visible()


def read_the_log(page: Page) -> None:
    """Find what Alice did today, on the screen and in the file."""
    go(page, "Audit log")
    page.get_by_label("Done by").fill("alice")
    page.get_by_role("button", name="Filter").click()
    log = page.get_by_role("region", name="Audit log")
    expect(log).not_to_contain_text("placed an order")
    did = log.locator("tbody tr td:nth-child(3)").all_inner_texts()
    file = exported_csv(page)
    assert [str(words_of(line["action"])) for line in file] == did
    assert [(line["actor"], line["action"]) for line in file][: len(DONE)] == DONE


def hand_over(page: Page, watch: Watch) -> None:
    """Make Carol the administrator; what only an administrator may do is gone, from the menu and by its address."""
    go(page, "Members and roles")
    page.get_by_role("link", name="Hand the contract over").click()
    page.get_by_label("New administrator").select_option("carol@example.com, software coordinator")
    page.get_by_label("I understand").check()
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_role("status").get_by_text("carol@example.com administers the contract now")).to_be_visible()
    expect(page.get_by_role("link", name="Hand the contract over")).to_have_count(0)
    expect(page.get_by_role("link", name="Contract options")).to_have_count(0)
    for address in ("/management/options/", "/management/members/hand-over/", "/management/api-clients/"):
        watch.expect(403, address)
        page.goto(address)
        expect(page.get_by_role("main")).to_contain_text("carol@example.com")


def test_the_day_of_an_administrator(
    page: Page,
    new_context: Callable[..., BrowserContext],
    live_server: object,
    world: World,
    alice: User,
    carol: User,
    watch: Watch,
) -> None:
    begin(page, alice)
    enable_dana(page)
    set_the_limit(page, "250")

    hers = new_context(base_url=str(live_server)).new_page()
    begin(hers, carol)
    order_above_it(hers, carol)
    approve(page, alice, "A-100-0002")
    hers.reload()
    expect(hers.get_by_role("heading", name="Receipt A-100-0002")).to_be_visible()
    assert Order.objects.get(number=2).approved_by == alice

    read_the_log(page)
    hand_over(page, watch)
    go(page, "Audit log")
    expect(page.get_by_role("region", name="Audit log").get_by_role("row").nth(1)).to_contain_text(
        "handed the contract over"
    )
    assert Membership.objects.get(user=alice).role == Role.COORDINATOR
    hers.goto("/management/options/")
    expect(hers.get_by_label("Orders above this price need your approval")).to_have_value("250")
