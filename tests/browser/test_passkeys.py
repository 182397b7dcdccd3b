"""A passkey is added, signs in and is removed again, in a real browser, under the site's policy."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect

from ledger.models import Contract
from tests.browser.acting import give_password, greet

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def insert_key(context: BrowserContext, page: Page) -> None:
    """Give the browser a security key that says yes to everything."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})


def add_a_passkey(page: Page, bob: User) -> None:
    """Add one from the page Security, which asks for the password first."""
    page.goto("/security/")
    greet(page)
    page.get_by_role("link", name="Add a passkey").click()
    give_password(page, bob)
    page.get_by_label("Name").fill("Telephone")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()


def sign_in_with_it(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign Out").click()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("main")).to_contain_text("Atelier Alpha")
    greet(page)


def test_a_passkey_is_added_signs_in_and_is_removed(
    contract_a: Contract, bob: User, signed_in: Callable[..., Page], settings: Any
) -> None:
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    page = signed_in(bob)
    insert_key(page.context, page)
    add_a_passkey(page, bob)
    sign_in_with_it(page)
    page.goto("/security/")
    steps = page.get_by_role("region", name="Second step")
    expect(steps).to_contain_text("last used")
    page.get_by_role("link", name="Manage passkeys").click()
    page.get_by_role("link", name="Remove").click()
    give_password(page, bob)
    expect(page.get_by_role("heading", name="Remove Security Key")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("status").get_by_text("Security key removed.")).to_be_visible()
    page.goto("/security/")
    expect(steps.get_by_role("link", name="Add a passkey")).to_be_visible()
    expect(page.get_by_text("Removed a second step (WebAuthn)")).to_be_visible()
