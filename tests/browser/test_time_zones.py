"""Times are written in the reader's zone, which stands beside each, and follow the preference at once."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from ledger.models import Contract, Pool
from tests.browser.acting import SignedIn, opened
from tests.portal.conftest import Fund, start

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("/jobs/", "/management/reporting/token-events/")


def choose_zone(page: Page, zone: str) -> None:
    page.goto("/preferences/")
    page.get_by_label("Time zone").select_option(zone)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Time zone")).to_have_value(zone)


def first_time(page: Page, address: str) -> tuple[datetime, str]:
    """Return the instant of the first time of a page's list, and how it is written."""
    page.goto(address)
    found = page.locator("main tbody time").first
    return datetime.fromisoformat(found.get_attribute("datetime") or ""), found.inner_text()


def test_the_same_instants_are_written_in_the_chosen_zone(
    contract_a: Contract, bob: User, bobs_pool: Pool, fund: Fund, signed_in: SignedIn
) -> None:
    fund(bobs_pool, "100")
    start(bob, contract_a)
    page = opened(signed_in, bob)
    before = {address: first_time(page, address) for address in PAGES}
    choose_zone(page, "Asia/Tokyo")
    for address, (at, written) in before.items():
        same, in_tokyo = first_time(page, address)
        assert same == at
        assert (at.utcoffset(), same.utcoffset()) == (timedelta(0), timedelta(hours=9))
        assert (written[-3:], in_tokyo[-3:]) == ("UTC", "JST")
        assert f"{same:%H:%M}" in in_tokyo
