"""The reports with something in them, in both themes, on a telephone and on a wide screen, with and without script."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from ledger.models import Job, Pool
from reporting.rollups import fold
from tests.browser.test_pages import LOOKS, sticks_out
from tests.reporting.conftest import Work, work

__all__ = ["work"]
BASE = "/management/reporting/"
ADDRESSES = [
    "individual-tokens/",
    "shared-tokens/",
    "individual-usage/?scope=contract&range=30&group_by=day",
    "individual-usage/?scope=contract&range=90&group_by=user&group_by=project&picture=bars",
    "by-user/?range=365&picture=calendar",
    "by-project/?range=365&sort=name",
    "token-events/",
    "expiring/",
    "explain/balance/",
    "individual-usage/?first=now",
    "jobs/?scope=contract&range=all",
    "entries/?range=all",
]
PORTAL = ["/jobs/?whose=all", "/generate/"]
SignedIn = Callable[..., Page]


@pytest.fixture
def used(shared_a: Pool, alice: User, carol: User, work: Work, fund: Callable[..., None]) -> None:
    """Three weeks of work, with a long word for a project and a lot that soon expires."""
    start = timezone.now() - timedelta(days=21)
    fund(alice.pools.get(), "30", at=start, expires_at=start + timedelta(days=60))
    fund(shared_a, "2500", at=start, expires_at=start + timedelta(days=365))
    for number in range(20):
        at = start + timedelta(days=number, hours=3)
        person = (alice, carol)[number % 2]
        service = ("analysis", "cfd_complex", "optimization", "simulation")[number % 4]
        outcome = "refunded" if number % 7 == 6 else "complete"
        work(person, service, outcome, at=at, project="x" * 60 if number == 3 else f"P-{number % 3}")
    fold()
    work(alice, "rendering_large", "running", quantity_m=40_000)


def open_all(page: Page) -> None:
    """Show what is folded away, so that it is looked at too."""
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")


def keep(page: Page, name: str = "My view") -> None:
    """Save the report that is shown."""
    page.goto(BASE + "by-user/?range=90")
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of this view").fill(name)
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_role("status").get_by_text("is saved")).to_be_visible()


def open_reports(page: Page) -> None:
    page.goto(BASE)
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_report_is_accessible_and_fits(
    theme: str,
    width: int,
    used: None,
    alice: User,
    signed_in: SignedIn,
    watch: Any,
    assert_accessible: Callable[[Page], None],
) -> None:
    page = signed_in(alice, color_scheme=theme, viewport={"width": width, "height": 900})
    open_reports(page)
    watch.expect(400, "/management/reporting/individual-usage/")
    charge = f"explain/charge/{Job.objects.filter(captured_mt__gt=0)[0].id}/"
    keep(page)
    for number, address in enumerate([*(BASE + each for each in [*ADDRESSES, charge]), *PORTAL]):
        page.goto(address)
        open_all(page)
        if pictures := os.environ.get("PICTURES"):
            page.screenshot(path=Path(pictures) / f"{number}-{theme}-{width}.png", full_page=True)
        assert_accessible(page)
        assert not sticks_out(page), address


def test_the_way_from_a_figure_to_its_entries_needs_no_script(used: None, alice: User, signed_in: SignedIn) -> None:
    page = signed_in(alice, java_script_enabled=False)
    page.goto(BASE + "individual-usage/")
    page.get_by_role("link", name="Whole contract").click()
    page.get_by_text("Dates, filters and grouping").click()
    page.get_by_label("Group by").select_option("User")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Jobs of Carol").click()
    expect(page.get_by_role("heading", name="Jobs behind the usage")).to_be_visible()
    page.get_by_role("row").nth(1).get_by_role("link", name="Entries").click()
    expect(page.get_by_role("cell", name="Used")).not_to_have_count(0)


def bars_by_user(page: Page) -> str:
    """Go to the whole contract's usage of 90 days as bars by user, and return its address."""
    page.get_by_role("navigation", name="Reports").get_by_role("link", name="Individual Usage").click()
    page.get_by_role("link", name="Whole contract").click()
    page.get_by_role("link", name="90 days").click()
    page.get_by_text("Dates, filters and grouping").click()
    page.get_by_label("Group by").select_option("User")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("navigation", name="Picture").get_by_role("link", name="Bars").click()
    report = page.url.partition("#")[0]
    assert "range=90" in report
    return report


def test_a_coordinators_day_from_a_bar_to_the_charge_and_back(used: None, carol: User, signed_in: SignedIn) -> None:
    page = signed_in(carol)
    open_reports(page)
    report = bars_by_user(page)
    net = page.get_by_role("link", name="Alice").first.locator(".bars-amount").inner_text()
    page.locator(".bars a", has_text="Alice").locator("svg").click()
    expect(page.get_by_role("heading", name="Jobs behind the usage")).to_be_visible()
    expect(page.locator(".totals .figure").last).to_have_text(net)
    page.get_by_role("row").nth(1).get_by_role("link", name="Entries").click()
    expect(page.get_by_role("heading", name="Ledger entries")).to_be_visible()
    page.get_by_role("link", name="Explain this charge").click()
    expect(page.get_by_role("heading", name="Lots drawn")).to_be_visible()
    for _ in range(3):
        page.go_back()
    assert page.url.partition("#")[0] == report
    page.get_by_text("Save this view").click()
    page.get_by_label("Name of this view").fill("Alice and others")
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_role("status").get_by_text("is saved")).to_be_visible()
    page.goto(BASE + "expiring/")
    page.get_by_role("link", name="Alice and others").click()
    assert page.url == report


def test_a_figure_says_what_it_is_by_keyboard_alone(used: None, alice: User, signed_in: SignedIn) -> None:
    page = signed_in(alice, java_script_enabled=False)
    page.goto(BASE + "individual-usage/?scope=contract")
    page.get_by_role("button", name="What is this: Net").focus()
    page.keyboard.press("Enter")
    definition = page.get_by_text("Charged less refunded. It is negative")
    expect(definition).to_be_visible()
    expect(page.get_by_text("True as of").locator("visible=true")).to_be_visible()
    page.keyboard.press("Escape")
    expect(definition).to_be_hidden()


def test_filters_are_suggested_while_they_are_typed(used: None, alice: User, signed_in: SignedIn) -> None:
    page = signed_in(alice)
    open_reports(page)
    page.goto(BASE + "by-user/?range=90")
    page.get_by_text("Dates, filters and grouping").click()
    page.get_by_label("User", exact=True).press_sequentially("car")
    expect(page.locator("#known-users option")).to_have_count(1)
    page.get_by_label("User", exact=True).fill("carol@example.com")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("list", name="Filters that are set")).to_contain_text("User: carol@example.com")
    page.get_by_role("link", name="Remove the filter User: carol@example.com").click()
    expect(page.get_by_role("list", name="Filters that are set")).to_have_count(0)
