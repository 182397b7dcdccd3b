"""A desktop application signs its user in: by a code with proof (PKCE, RFC 7636), and by a device code (RFC 8628)."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from secrets import token_urlsafe
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from ledger.models import Contract
from portal.api.clients import create_desktop_application
from tests.browser.acting import greet

pytestmark = pytest.mark.django_db(transaction=True)


class Listener(BaseHTTPRequestHandler):
    """The part of a desktop application that waits for its code on the machine's own address."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Designer</title><link rel=icon href=data:,><p>Signed in.")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def callback() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Listener)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/callback"
    server.shutdown()
    server.server_close()


@pytest.fixture
def ask(live_server: Any) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Ask the site as a program does, and return the status and what it answers."""

    def send(path: str, form: dict[str, str] | None = None, token: str = "") -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = Request(f"{live_server}{path}", urlencode(form).encode() if form else None, headers)
        try:
            with urlopen(request) as answer:
                return answer.status, json.load(answer)
        except HTTPError as refusal:
            return refusal.code, json.load(refusal)

    return send


def sign_in(page: Page, user: User) -> None:
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(f"secret-{user.username}")
    page.get_by_role("button", name="Sign In", exact=True).click()


def test_a_code_with_proof_lets_the_application_read_until_its_access_is_taken(
    page: Page, contract_a: Contract, bob: User, callback: str, ask: Callable[..., Any]
) -> None:
    client_id = create_desktop_application(name="Designer", redirect_uris=[callback])
    verifier, state = token_urlsafe(48), token_urlsafe(8)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {"client_id": client_id, "response_type": "code", "redirect_uri": callback, "state": state}
    asked |= {"scope": "tokens:read jobs:write", "code_challenge": challenge, "code_challenge_method": "S256"}
    page.goto(f"/identity/o/authorize?{urlencode(asked)}")
    sign_in(page, bob)
    expect(page.get_by_role("heading", name="Allow Designer?")).to_be_visible()
    page.get_by_label("Quote, start and settle jobs").uncheck()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("Signed in.")).to_be_visible()
    came = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    assert came["state"] == state

    sent = {"grant_type": "authorization_code", "code": came["code"], "client_id": client_id, "redirect_uri": callback}
    assert ask("/identity/o/api/token", {**sent, "code_verifier": "w" * 64})[0] in (400, 401)
    status, given = ask("/identity/o/api/token", {**sent, "code_verifier": verifier})
    assert (status, given["scope"].split()) == (200, ["tokens:read"])
    assert ask("/api/v1/pools", token=given["access_token"])[0] == 200
    take_its_access(page, "Designer")
    assert ask("/api/v1/pools", token=given["access_token"])[0] == 401


def take_its_access(page: Page, name: str) -> None:
    page.goto("/security/")
    greet(page)
    applications = page.get_by_role("region", name="Applications that act for you")
    expect(applications).to_contain_text("See token balances")
    applications.get_by_role("button", name=f"Take its access away {name}").click()
    expect(page.get_by_role("status").get_by_text(f"{name} can do nothing for you any more.")).to_be_visible()


@pytest.mark.parametrize(("button", "status"), [("Confirm", 200), ("Deny", 400)])
def test_a_device_shows_a_code_that_its_user_confirms_or_denies(
    button: str, status: int, page: Page, contract_a: Contract, bob: User, ask: Callable[..., Any]
) -> None:
    client_id = create_desktop_application(name="Mill", redirect_uris=[])
    _, shown = ask("/identity/o/api/device/code", {"client_id": client_id, "scope": "tokens:read"})
    page.goto(urlsplit(shown["verification_uri"]).path)
    sign_in(page, bob)
    page.get_by_label("Code").fill(shown["user_code"])
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Confirm the device")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Does Mill show this code?")
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", name="Confirm the device")).to_have_count(0)
    grant = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": shown["device_code"]}
    answered, given = ask("/identity/o/api/token", {**grant, "client_id": client_id})
    assert answered == status
    if status == 200:
        assert ask("/api/v1/pools", token=given["access_token"])[0] == 200
