"""Those who look after people: inviting from a list, ticking many, taking somebody off, and the help beside it all."""

import pytest
from django.contrib.auth.models import User
from django.core import mail
from playwright.sync_api import Page, expect

from tests.browser.acting import begin, give_password, go
from tests.portal.conftest import World, subscription, world

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["subscription", "world"]
PASTED = "frank@example.com\nGrace Hopper <grace@example.com>, coordinator\nheidi@example.com; end user; shared\nnobody"


def test_an_administrator_invites_three_people_from_a_pasted_list(page: Page, world: World, alice: User) -> None:
    begin(page, alice)
    go(page, "Members and roles")
    page.get_by_role("link", name="Invite people").click()
    page.get_by_label("People", exact=True).fill(PASTED)
    page.get_by_role("button", name="Check the list").click()
    expect(page.get_by_role("alert")).to_contain_text("1 line cannot be used")
    expect(page.get_by_role("row", name="4 nobody")).to_contain_text("There is no e-mail address in this line.")
    assert mail.outbox == []
    page.get_by_role("button", name="Send 3 invitations").click()
    give_password(page, alice)
    expect(page.get_by_text("3 people are invited")).to_be_visible()
    expect(page.get_by_role("row", name="grace@example.com")).to_contain_text("Software coordinator")
    assert len(mail.outbox) == 3

    page.get_by_role("button", name="Withdraw heidi@example.com").click()
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_text("The invitation of heidi@example.com is withdrawn.")).to_be_visible()
    page.get_by_role("button", name="Send again frank@example.com").click()
    expect(page.get_by_text("frank@example.com is invited")).to_be_visible()


def test_members_are_ticked_by_keyboard_and_one_is_taken_off(page: Page, world: World, carol: User) -> None:
    begin(page, carol)
    go(page, "Members and roles")
    page.get_by_label("Tick all end users on this page").focus()
    page.keyboard.press("Space")
    expect(page.get_by_label("Tick bob@example.com")).to_be_checked()
    page.get_by_role("button", name="may use the shared tokens").press("Enter")
    expect(page.get_by_text("1 member more may use the shared tokens")).to_be_visible()
    page.get_by_role("link", name="Manage bob@example.com").click()
    page.get_by_role("button", name="Take off the contract ...").click()
    expect(page.get_by_text("78 tokens are left in their Individual Tokens")).to_be_visible()
    page.get_by_role("button", name="Yes, take them off").click()
    give_password(page, carol)
    expect(page.get_by_text("bob@example.com is not on the contract any more")).to_be_visible()


def test_the_help_is_one_step_from_a_page_and_one_back(page: Page, world: World, alice: User) -> None:
    begin(page, alice)
    go(page, "Audit log")
    page.get_by_role("banner").get_by_role("link", name="Help Audit log").click()
    expect(page.get_by_role("heading", name="Audit log", level=1)).to_be_visible()
    page.get_by_role("link", name="exports", exact=True).click()
    expect(page.get_by_role("heading", name="Exports and schedules")).to_be_visible()
    page.go_back()
    page.go_back()
    expect(page.get_by_text("Every administrative act on")).to_be_visible()
