"""What people do on many pages: sign in, go somewhere by the left column, give the password, take a file home."""

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from tests.exports.test_xlsx import cells

SignedIn = Callable[..., Page]


def sign_in(page: Page, user: User) -> None:
    page.goto("/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(f"secret-{user.username}")
    page.get_by_role("button", name="Sign In", exact=True).click()


def greet(page: Page) -> None:
    """Close the dialog that each sign-in begins with."""
    page.get_by_role("dialog", name="Your cloud allocation").get_by_role("button", name="Continue").click()


def begin(page: Page, user: User) -> None:
    sign_in(page, user)
    greet(page)


def opened(signed_in: SignedIn, user: User, address: str = "/support/") -> Page:
    """Return the page at `address`, where the user was greeted already."""
    page = signed_in(user)
    page.goto(address)
    greet(page)
    return page


def go(page: Page, entry: str) -> None:
    page.get_by_role("navigation", name="Site").get_by_role("link", name=entry, exact=True).click()


def give_password(page: Page, user: User) -> None:
    expect(page.get_by_role("heading", name="Confirm Access")).to_be_visible()
    page.get_by_label("Password").fill(f"secret-{user.username}")
    page.get_by_role("button", name="Confirm").click()


def file_of(page: Page, button: Locator) -> Path:
    """Click what starts a download, and return where the file is."""
    with page.expect_download() as started:
        button.click()
    return Path(started.value.path())


def exported_csv(page: Page) -> list[dict[str, str]]:
    """Return the rows of what is shown, by its export menu, as CSV."""
    menu = page.get_by_role("form", name="Export what is shown")
    return list(csv.DictReader(StringIO(file_of(page, menu.get_by_role("button", name="CSV")).read_text())))


def exported_excel(page: Page) -> list[list[object]]:
    """Return the rows of the sheet with the data, the headings first, as Excel."""
    menu = page.get_by_role("form", name="Export what is shown")
    book = file_of(page, menu.get_by_role("button", name="Excel")).read_bytes()
    return next(found for number in (1, 2) if (found := list(cells(book, number))) and len(found[0]) > 2)
