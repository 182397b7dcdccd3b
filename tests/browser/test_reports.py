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

from ledger.models import Pool
from reporting.rollups import fold
from tests.browser.test_pages import LOOKS, sticks_out
from tests.reporting.conftest import Work, work

__all__ = ["work"]
BASE = "/management/reporting/"
ADDRESSES = [
    "individual-tokens/",
    "shared-tokens/",
    "individual-usage/?scope=contract&range=30&group_by=day",
    "individual-usage/?scope=contract&range=90&group_by=user&group_by=project&group_by=service",
    "individual-usage/?first=now",
    "jobs/?scope=contract&range=all",
    "entries/?range=all",
]
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
    for number, address in enumerate(ADDRESSES):
        page.goto(BASE + address)
        if pictures := os.environ.get("PICTURES"):
            page.screenshot(path=Path(pictures) / f"{number}-{theme}-{width}.png", full_page=True)
        assert_accessible(page)
        assert not sticks_out(page), address


def test_the_way_from_a_figure_to_its_entries_needs_no_script(used: None, alice: User, signed_in: SignedIn) -> None:
    page = signed_in(alice, java_script_enabled=False)
    page.goto(BASE + "individual-usage/")
    page.get_by_role("link", name="Whole contract").click()
    page.get_by_label("Group by").select_option("User")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Jobs of Carol").click()
    expect(page.get_by_role("heading", name="Jobs behind the usage")).to_be_visible()
    page.get_by_role("row").nth(1).get_by_role("link", name="Entries").click()
    expect(page.get_by_role("cell", name="Used")).not_to_have_count(0)
