"""A passkey is added and signs in, in a real browser, under the site's policy."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect

from ledger.models import Contract

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


def test_bob_adds_a_passkey_and_signs_in_with_it(
    contract_a: Contract, bob: User, signed_in: Callable[..., Page], settings: Any
) -> None:
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    page = signed_in(bob)
    insert_key(page.context, page)
    page.goto("/accounts/reauthenticate/?next=/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill("secret-bob")
    page.get_by_role("button", name="Confirm").click()
    page.get_by_role("dialog").get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill("Telephone")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()

    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign Out").click()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("main")).to_contain_text("Atelier Alpha")
