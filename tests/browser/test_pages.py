"""Every page in both themes, on a telephone and on a wide screen: accessible, and nothing sticks out."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from ledger.models import Contract
from tests.browser.watch import Watch
from tests.doors.asking import QUERIES, names
from tests.doors.asking import address as address_of
from tests.doors.table import rows
from tests.portal.conftest import World, subscription, world
from tests.portal.test_account_pages import ACCOUNT, ENTRANCE

__all__ = ["subscription", "world"]
REPORTS = ("individual-tokens", "shared-tokens", "individual-usage")
FILES = ("portal:export-file",)
PASSWORD_FIRST = ("confirm-order", "redeem-code", "hand-over")
LOOKS = [(theme, width) for theme in ("light", "dark") for width in (320, 1440)]
SignedIn = Callable[..., Page]


def addresses(world: World) -> Iterator[str]:
    """Yield every page that shows something to an administrator, the account's and the reports included."""
    given = names(world)
    pages = [row for row in rows("pages") if row.name.startswith("portal:") and row.name not in FILES]
    for row in pages:
        if row.method == "GET" and row.cells["alice"] == "200":
            yield address_of(row, given) + QUERIES.get(row.label, "")
    yield from (f"/accounts/{part}" for part in ACCOUNT)
    yield from (f"/management/reporting/{report}/" for report in REPORTS)


def sticks_out(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_of_an_administrator(
    theme: str, width: int, world: World, alice: User, signed_in: SignedIn, assert_accessible: Callable[[Page], None]
) -> None:
    page = signed_in(alice, color_scheme=theme, viewport={"width": width, "height": 900})
    page.goto("/accounts/reauthenticate/?next=/")
    assert_accessible(page)
    page.get_by_label("Password").fill("secret-alice")
    page.get_by_role("button", name="Confirm").click()
    assert_accessible(page)
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    faults: list[str] = []
    for address in addresses(world):
        page.goto(address)
        assert page.get_attribute("html", "data-bs-theme") == theme
        faults += [f"{address} is too wide"] if sticks_out(page) else []
        try:
            assert_accessible(page)
        except AssertionError as fault:
            faults.append(str(fault))
    assert faults == []


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_page_before_the_sign_in(
    theme: str, width: int, new_context: Any, live_server: Any, db: None, assert_accessible: Callable[[Page], None]
) -> None:
    context = new_context(base_url=live_server.url, color_scheme=theme, viewport={"width": width, "height": 900})
    page = context.new_page()
    for part in ENTRANCE:
        page.goto(f"/accounts/{part}")
        assert_accessible(page)
        assert not sticks_out(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_people_see_when_something_is_wrong(
    theme: str,
    contract_a: Contract,
    bob: User,
    signed_in: SignedIn,
    watch: Watch,
    assert_accessible: Callable[[Page], None],
) -> None:
    page = signed_in(bob, color_scheme=theme, viewport={"width": 320, "height": 900})
    page.goto("/support/")
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    for status, address in ((403, "/management/buy/"), (404, "/no/such/page/")):
        watch.expect(status, address)
        page.goto(address)
        assert_accessible(page)


def test_the_menu_of_a_telephone_opens_by_keyboard(world: World, bob: User, signed_in: SignedIn) -> None:
    page = signed_in(bob, viewport={"width": 375, "height": 800})
    page.goto("/support/")
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    menu = page.get_by_role("navigation", name="Site menu")
    expect(menu).to_be_hidden()
    page.get_by_text("Menu", exact=True).focus()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_the_first_tab_skips_to_the_content(world: World, bob: User, signed_in: SignedIn) -> None:
    page = signed_in(bob)
    page.goto("/support/")
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    page.goto("/jobs/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
