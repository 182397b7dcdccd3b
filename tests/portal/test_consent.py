"""What a person sees when an application asks to act for them."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from portal.api.clients import create_desktop_application
from tests.portal.pages import fields_of, text_of

REDIRECT = "http://127.0.0.1:4711/callback"


@pytest.fixture
def browser(bob: User) -> Client:
    """Bob's browser, which is held to the tokens of forms as a real one is."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    return client


def test_the_consent_page_names_the_application_and_what_it_asks_for(browser: Client) -> None:
    client_id = create_desktop_application(name="Designer", redirect_uris=[REDIRECT])
    asked = {"client_id": client_id, "response_type": "code", "redirect_uri": REDIRECT, "state": "s"}
    asked |= {"scope": "jobs:write", "code_challenge": "c" * 43, "code_challenge_method": "S256"}
    shown = text_of(browser.get("/identity/o/authorize", asked))
    assert "<h1>Allow Designer?</h1>" in shown
    assert 'type="checkbox" name="scopes" value="jobs:write"' in shown
    assert " checked" in shown


def test_a_device_is_confirmed_with_a_form_that_a_browser_may_send(browser: Client) -> None:
    client_id = create_desktop_application(name="Designer", redirect_uris=[])
    asked = f"client_id={client_id}&scope=tokens%3Aread"
    form = "application/x-www-form-urlencoded"
    device = Client().post("/identity/o/api/device/code", asked, content_type=form).json()
    address = device["verification_uri_complete"].removeprefix("http://testserver")
    confirm = browser.get(address)
    assert "<h1>Confirm the device</h1>" in text_of(confirm)
    token = browser.cookies["csrftoken"].value
    sent = {**fields_of(confirm), "action": "confirm", "csrfmiddlewaretoken": token}
    assert "csrfmiddlewaretoken" in text_of(confirm).split("<h1>")[1]
    assert "authorized" in text_of(browser.post(address, sent, follow=True))
