"""The main pages in German, as who chose it gets them: no English sentence of the catalogue is left."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from ledger.models import Service
from portal.models.preferences import keep_language
from tests.doors.asking import QUERIES, names
from tests.doors.asking import address as address_of
from tests.doors.table import rows
from tests.portal.conftest import World, subscription, world
from tools import messages

__all__ = ["subscription", "world"]
SignedIn = Callable[..., Page]
FACT = re.compile(r"%\(\w+\)s|\{\w+\}|%%")
# What is written for a machine, or by the people of the test.
NO_WORDS = ("reporting:suggestions", "portal:export-file", "portal:help-chapter", "portal:verification")
# Kept with an export as it was said to who asked for it.
WRITTEN_BEFORE = ("from the beginning",)
LONG_ENOUGH = 14
"""Characters without which a piece of a sentence may well be something else, such as a name."""


def english() -> list[str]:
    """Return the pieces of English messages between their facts, where the German differs, the longest first."""
    pieces: set[str] = set()
    for message in messages.read("de"):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        german = " ".join(messages.strings(message))
        found = [piece.strip() for text in ids for piece in FACT.split(re.sub(r"<[^>]+>", "%%", text))]
        pieces |= {piece for piece in found if len(piece) >= LONG_ENOUGH and " " in piece and piece not in german}
    return sorted(pieces, key=len, reverse=True)


def left_over(page: Page, pieces: list[str]) -> list[str]:
    """Return the English pieces that the page shows."""
    shown = page.locator("body").inner_text()
    return [piece for piece in pieces if piece in shown]


def main_pages(world: World) -> list[str]:
    given = names(world)
    found = [row for row in rows("pages") if row.method == "GET" and row.cells["alice"] == "200"]
    ours = [row for row in found if row.name.startswith(("portal:", "reporting:")) and row.name not in NO_WORDS]
    return [address_of(row, given) + QUERIES.get(row.label, "") for row in ours]


@pytest.mark.parametrize("width", [320, 1440])
def test_the_pages_of_an_administrator_in_german(width: int, world: World, alice: User, signed_in: SignedIn) -> None:
    keep_language(user_id=alice.pk, language="de")
    page = signed_in(alice, viewport={"width": width, "height": 900})
    page.goto("/accounts/reauthenticate/?next=/")
    page.locator("input[type=password]").fill("secret-alice")
    page.get_by_role("button", name="Bestätigen").click()
    page.get_by_role("dialog").get_by_role("button", name="Weiter").click()
    kept = {*Service.objects.values_list("name", flat=True), *WRITTEN_BEFORE}
    pieces, found = [piece for piece in english() if piece not in kept], {}
    assert len(pieces) > 300
    for address in main_pages(world):
        page.goto(address)
        assert page.get_attribute("html", "lang") == "de"
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"), address
        if rest := left_over(page, pieces):
            found[address] = rest
    assert found == {}


def test_an_english_sentence_is_noticed(world: World, alice: User, signed_in: SignedIn) -> None:
    page = signed_in(alice)
    page.goto("/support/")
    assert left_over(page, english())


def test_the_header_changes_the_language_and_keeps_it(world: World, bob: User, signed_in: SignedIn) -> None:
    page = signed_in(bob)
    page.goto("/support/")
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    page.locator("header details.menu-end > summary").click()
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.goto("/preferences/")
    expect(page.get_by_label("Sprache", exact=True)).to_have_value("de")


def test_the_sign_in_page_offers_the_other_language(new_context: Callable[..., object], live_server: object) -> None:
    page = new_context(base_url=live_server.url).new_page()  # type: ignore[attr-defined]
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert page.url.endswith("/accounts/login/")
    expect(page.get_by_label("Passwort")).to_be_visible()
