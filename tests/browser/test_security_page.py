"""The page Security in a browser: another browser is signed out, and an authenticator app is set up."""

from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from ledger.models import Contract
from tests.browser.acting import begin, give_password, go, greet, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_browser_left_somewhere_is_signed_out_from_here(
    page: Page, new_context: Callable[..., BrowserContext], live_server: LiveServer, contract_a: Contract, bob: User
) -> None:
    elsewhere = new_context(base_url=live_server.url).new_page()
    begin(elsewhere, bob)
    begin(page, bob)
    page.get_by_role("navigation", name="Site").get_by_role("link", name="Security").click()
    sessions = page.get_by_role("region", name="Where you are signed in")
    expect(sessions.get_by_role("row")).to_have_count(3)
    page.get_by_role("button", name="Sign out all other browsers").click()
    expect(page.get_by_text("1 browser is signed out.")).to_be_visible()
    expect(sessions.get_by_role("row")).to_have_count(2)
    elsewhere.goto("/jobs/")
    expect(elsewhere.get_by_role("heading", name="Sign In")).to_be_visible()


def test_a_failed_attempt_and_a_sign_in_are_listed(page: Page, contract_a: Contract, bob: User) -> None:
    page.goto("/")
    page.get_by_label("Email").fill(bob.email)
    page.get_by_label("Password").fill("not-the-password")
    page.get_by_role("button", name="Sign In", exact=True).click()
    expect(page.get_by_text("not correct")).to_be_visible()
    begin(page, bob)
    go(page, "Security")
    attempts = page.get_by_role("region", name="Recent sign-ins").locator("tbody").get_by_role("row")
    expect(attempts).to_contain_text(["Signed in", "Wrong password"])
    expect(attempts.last).to_contain_text("Chrome, Linux")
    expect(attempts.last).to_contain_text("127.0.0.1")


def set_up_the_app(page: Page, bob: User) -> str:
    """Set an authenticator app up and return one of the recovery codes that follow."""
    go(page, "Security")
    expect(page.get_by_text("Your password is all that protects your account")).to_be_visible()
    page.get_by_role("link", name="Set up an authenticator app").click()
    give_password(page, bob)
    secret = page.get_by_label("Authenticator secret").input_value()
    counter = next(iter(yield_hotp_counters_from_time()))
    page.get_by_label("Code").fill(format_hotp_value(hotp_value(secret, counter)))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()
    return page.get_by_label("Unused codes").input_value().split()[0]


def test_an_authenticator_app_is_set_up_and_a_recovery_code_signs_in_without_it(
    page: Page, contract_a: Contract, bob: User
) -> None:
    begin(page, bob)
    code = set_up_the_app(page, bob)
    page.goto("/security/")
    expect(page.get_by_text("10 codes are left")).to_be_visible()
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign Out").click()
    sign_in(page, bob)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign In", exact=True).click()
    expect(page.get_by_text("Incorrect code.")).to_be_visible()
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign In", exact=True).click()
    greet(page)
    page.goto("/security/")
    expect(page.get_by_text("9 codes are left")).to_be_visible()
    expect(page.get_by_role("region", name="Recent sign-ins")).to_contain_text("Wrong second step")
