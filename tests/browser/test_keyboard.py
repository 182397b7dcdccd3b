"""Generating, buying and allocating with Tab, Enter, Escape and what is typed; a dialog gives the focus back."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from ledger.models import Contract, Pool
from tests.browser.acting import SignedIn, opened, tab_to
from tests.portal.conftest import Fund

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_study_is_generated(
    contract_a: Contract, bob: User, bobs_pool: Pool, fund: Fund, signed_in: SignedIn
) -> None:
    fund(bobs_pool, "100")
    page = signed_in(bob)
    page.goto("/generate/")
    expect(page.get_by_role("dialog").get_by_role("button", name="Continue")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    tab_to(page, page.get_by_label("Service"))
    page.keyboard.type("Generative")
    tab_to(page, page.get_by_label("Number of studies"))
    page.keyboard.type("2")
    expect(page.locator("#cost")).to_contain_text("22 tokens")
    tab_to(page, page.get_by_role("button", name="Generate", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("2 jobs have started")).to_be_visible()


def test_tokens_are_bought(contract_a: Contract, carol: User, signed_in: SignedIn) -> None:
    page = opened(signed_in, carol, "/management/buy/")
    tab_to(page, page.get_by_label("100 tokens"))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Continue"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Password"))
    page.keyboard.type("secret-carol")
    page.keyboard.press("Enter")
    place = page.get_by_role("button", name="Place order ...")
    dialog = page.get_by_role("dialog", name="Place this order?")
    tab_to(page, place)
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    tab_to(page, dialog.get_by_role("button", name="Not yet"))
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(place).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, dialog.get_by_role("button", name="Yes, place the order"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Receipt A-100-0001")).to_be_visible()


def test_what_is_allocated_is_asked_and_the_focus_comes_back(
    contract_a: Contract, carol: User, shared_a: Pool, bobs_pool: Pool, fund: Fund, signed_in: SignedIn
) -> None:
    fund(shared_a, "100")
    bobs = contract_a.memberships.get(user_id=bobs_pool.user_id)
    page: Page = opened(signed_in, carol, f"/management/members/{bobs.id}/")
    amount = page.get_by_label("Tokens", exact=True)
    tab_to(page, amount)
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Allocate 30 tokens to bob@example.com?")
    expect(dialog.get_by_role("button", name="Yes, allocate them")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(amount).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Yes, allocate them")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("30 tokens allocated to bob@example.com")).to_be_visible()
