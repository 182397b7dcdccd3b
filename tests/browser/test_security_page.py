"""The page Security in a browser: another browser is signed out, and an authenticator app is set up."""

from collections.abc import Callable

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from ledger.models import Contract
from tests.browser.test_days import give_password, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def begin(page: Page, user: User) -> None:
    sign_in(page, user)
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()


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


def test_an_authenticator_app_is_set_up_and_recovery_codes_follow(page: Page, contract_a: Contract, bob: User) -> None:
    begin(page, bob)
    page.goto("/security/")
    expect(page.get_by_text("Your password is all that protects your account")).to_be_visible()
    page.get_by_role("link", name="Set up an authenticator app").click()
    give_password(page, bob)
    secret = page.get_by_label("Authenticator secret").input_value()
    counter = next(iter(yield_hotp_counters_from_time()))
    page.get_by_label("Code").fill(format_hotp_value(hotp_value(secret, counter)))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Security").click()
    expect(page.get_by_text("10 codes are left")).to_be_visible()
