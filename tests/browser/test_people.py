"""Days of those who look after people: inviting from a list, handing over, reading the log; and who reaches nothing."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core import mail
from playwright.sync_api import Page, expect

from ledger.models import Contract, Membership, Role
from tests.browser.test_days import give_password, sign_in
from tests.browser.watch import Watch
from tests.doors.asking import address as address_of
from tests.doors.asking import names
from tests.doors.table import rows
from tests.portal.conftest import World, subscription, world

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["subscription", "world"]
PASTED = "frank@example.com\nGrace Hopper <grace@example.com>, coordinator\nheidi@example.com; end user; shared\nnobody"
SignedIn = Callable[..., Page]


def go(page: Page, entry: str) -> None:
    page.get_by_role("navigation", name="Site").get_by_role("link", name=entry, exact=True).click()


def begin(page: Page, user: User) -> None:
    sign_in(page, user)
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()


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


def test_an_administrator_hands_over_and_the_log_says_so(page: Page, world: World, alice: User, tmp_path: Path) -> None:
    begin(page, alice)
    go(page, "Members and roles")
    page.get_by_role("link", name="Hand the contract over").click()
    give_password(page, alice)
    page.get_by_label("New administrator").select_option("carol@example.com, software coordinator")
    page.get_by_label("I understand").check()
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_text("carol@example.com administers the contract now")).to_be_visible()
    assert Membership.objects.get(user=alice).role == Role.COORDINATOR

    go(page, "Audit log")
    page.get_by_label("Kind").select_option("Members, roles, invitations")
    page.get_by_label("Done by").fill("alice")
    page.get_by_role("button", name="Filter").click()
    log = page.get_by_role("region", name="Audit log")
    expect(log).to_contain_text("handed the contract over")
    expect(log).not_to_contain_text("placed an order")
    with page.expect_download() as started:
        page.get_by_role("button", name="CSV").click()
    started.value.save_as(tmp_path / "audit.csv")
    with (tmp_path / "audit.csv").open(encoding="utf-8-sig", newline="") as file:
        acts = [(row["actor"], row["action"], row["subject"]) for row in csv.DictReader(file)]
    assert acts[0] == ("alice@example.com", "contract.handed_over", "carol@example.com")
    assert {actor for actor, _, _ in acts} == {"alice@example.com"}


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


def test_somebody_of_another_contract_reaches_nothing(
    page: Page, world: World, contract_b: Contract, mallory: User, watch: Watch
) -> None:
    page.context.set_default_timeout(30_000)
    sign_in(page, mallory)
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    given = names(world)
    pages = [row for row in rows("pages") if row.method == "GET"]
    asked = [row for row in pages if (row.cells["mallory"], row.cells["alice"]) == ("404", "200")]
    assert len(asked) > 5
    for row in asked:
        watch.expect(404, address_of(row, given))
        page.goto(address_of(row, given))
        expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
        expect(page.get_by_text("Reference:")).to_be_visible()
    for entry in ("Members and roles", "Audit log", "API clients", "Benefit requests"):
        go(page, entry)
        expect(page.get_by_role("main")).not_to_contain_text("Atelier Alpha")
        for name in ("alice@", "carol@", "bob@", "erin@", "dana@"):
            expect(page.get_by_role("main")).not_to_contain_text(name)


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
