"""A day of an end user, of a coordinator and of an administrator, click by click, and the same without scripts."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect

from ledger import invitations
from ledger.models import Contract, Membership, Pool, Role, Subscription
from tests.portal.conftest import World, subscription, world

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["subscription", "world"]

Contexts = Callable[..., BrowserContext]


def sign_in(page: Page, user: User) -> None:
    page.goto("/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(f"secret-{user.username}")
    page.get_by_role("button", name="Sign In", exact=True).click()


def give_password(page: Page, user: User) -> None:
    expect(page.get_by_role("heading", name="Confirm Access")).to_be_visible()
    page.get_by_label("Password").fill(f"secret-{user.username}")
    page.get_by_role("button", name="Confirm").click()


@pytest.fixture
def invited(contract_a: Contract, alice: User, stranger: User, subscription: Subscription) -> User:
    inviting = contract_a.memberships.select_related("contract", "user").get(user=alice)
    invitations.invite(membership=inviting, email=stranger.email)
    return stranger


def test_too_many_studies_meet_the_red_box(page: Page, invited: User, contract_a: Contract) -> None:
    sign_in(page, invited)
    page.get_by_role("main").get_by_role("button", name="Enable Your Subscription Benefits").click()
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    page.get_by_role("navigation", name="Site").get_by_role("link", name="Generate").click()
    page.get_by_label("Service").select_option("Generative study")
    expect(page.locator("#cost")).to_contain_text("89 tokens")
    page.get_by_label("Number of studies").fill("10")
    expect(page.get_by_role("alert")).to_contain_text("Not enough tokens")
    page.get_by_role("button", name="Reduce to 9 studies").click()
    expect(page.get_by_label("Number of studies")).to_have_value("9")
    page.get_by_label("Number of studies").fill("1")
    expect(page.locator("#cost")).to_contain_text("89 tokens")


def test_the_end_user_sees_what_was_used(page: Page, world: World, bob: User) -> None:
    sign_in(page, bob)
    page.get_by_role("dialog").get_by_role("link", name="See Reporting").click()
    page.get_by_role("navigation", name="Site").get_by_role("link", name="Individual Usage").click()
    expect(page.get_by_role("main")).to_contain_text("Generative study")
    expect(page.get_by_role("main")).to_contain_text("11")


def test_the_day_of_a_coordinator(page: Page, world: World, carol: User, bobs_pool: Pool) -> None:
    sign_in(page, carol)
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="1 refund request to decide").click()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Yes, refund").click()
    expect(page.get_by_text("the tokens are back in the lots they came from")).to_be_visible()

    page.get_by_role("navigation", name="Site").get_by_role("link", name="Buy tokens").click()
    page.get_by_text("100 tokens").first.click()
    page.get_by_role("button", name="Continue").click()
    give_password(page, carol)
    expect(page.get_by_role("main")).to_contain_text("Atelier Alpha")
    page.get_by_role("button", name="Place order").click()
    page.get_by_role("button", name="Yes, place the order").click()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("USD 300.00")


def test_the_day_of_an_administrator(page: Page, world: World, alice: User) -> None:
    sign_in(page, alice)
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    page.get_by_role("link", name="1 person waiting").click()
    page.get_by_role("button", name="Approve dana@example.com").click()
    expect(page.get_by_text("dana@example.com is enabled")).to_be_visible()

    page.get_by_role("navigation", name="Site").get_by_role("link", name="Members and roles").click()
    page.get_by_role("link", name="Hand the contract over").click()
    give_password(page, alice)
    page.get_by_label("New administrator").select_option(
        re.compile("carol").pattern and "carol@example.com, software coordinator"
    )
    page.get_by_label("I understand").check()
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_text("carol@example.com administers the contract now")).to_be_visible()
    expect(page.get_by_role("link", name="Hand the contract over")).to_have_count(0)
    assert Membership.objects.get(user=alice).role == Role.COORDINATOR


def test_everything_works_without_scripts(new_context: Contexts, live_server: Any, world: World, bob: User) -> None:
    options = {"java_script_enabled": False, "viewport": {"width": 375, "height": 800}}
    page = new_context(base_url=live_server.url, **options).new_page()
    sign_in(page, bob)
    dialog = page.get_by_role("dialog", name="Your cloud allocation")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Continue").click()
    expect(dialog).to_be_hidden()

    page.get_by_text("Menu", exact=True).click()
    page.get_by_role("navigation", name="Site menu").get_by_role("link", name="Generate").click()
    page.get_by_label("Service").select_option("Generative study")
    page.get_by_label("Number of studies").fill("2")
    page.get_by_role("button", name="Update cost").click()
    expect(page.locator("#cost")).to_contain_text("22 tokens")
    page.get_by_role("button", name="Generate", exact=True).click()
    expect(page.get_by_text("2 jobs have started")).to_be_visible()
    page.get_by_role("link", name="Generative study").first.click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Yes, stop the job").click()
    expect(page.get_by_text("its tokens are back")).to_be_visible()
