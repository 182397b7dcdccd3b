"""What people do on many pages: sign in, go somewhere by the left column, give the password, take a file home."""

import csv
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

SignedIn = Callable[..., Page]
MOST_TABS = 60
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
IS_SEEN = "each => { const s = getComputedStyle(each); return s.outlineStyle !== 'none' || s.boxShadow !== 'none'; }"


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


def tab_to(page: Page, there: Locator) -> None:
    """Press Tab until `there` has the focus, which must be seen."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if there.evaluate("each => each === document.activeElement"):
            assert there.evaluate(IS_SEEN), f"nothing shows that {there} has the focus"
            return
    raise AssertionError(f"{MOST_TABS} tabs do not reach {there}")


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


def exported_excel(page: Page) -> list[dict[str, str | float]]:
    """Return the rows of what is shown, by its export menu, as Excel; an empty cell is left out."""
    menu = page.get_by_role("form", name="Export what is shown")
    book = file_of(page, menu.get_by_role("button", name="Excel")).read_bytes()
    tree = ET.fromstring(ZipFile(BytesIO(book)).read("xl/worksheets/sheet1.xml"))
    headings, *rows = [_cells(row) for row in tree.iter(f"{SHEET}row")]
    return [{str(headings[column]): value for column, value in row.items()} for row in rows]


def _cells(row: ET.Element) -> dict[str, str | float]:
    """Return what stands in each column, by its letters."""
    found: dict[str, str | float] = {}
    for cell in row.iter(f"{SHEET}c"):
        text, number = cell.findtext(f"{SHEET}is/{SHEET}t"), cell.findtext(f"{SHEET}v")
        if text is not None or number is not None:
            found[cell.attrib["r"].rstrip("0123456789")] = text if text is not None else float(number or 0)
    return found
