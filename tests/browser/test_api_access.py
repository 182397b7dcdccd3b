"""What the API shows in a browser: its documentation, and the page that asks for a user's consent."""

import re
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from ledger.models import Contract
from portal.api.clients import create_desktop_application

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_api_can_be_browsed_by_everybody(page: Page) -> None:
    page.goto("/api/docs/")
    expect(page.get_by_text("Start a job", exact=True)).to_be_visible()
    page.get_by_text("Start a job", exact=True).click()
    expect(page.get_by_text("Needs the scope jobs:write")).to_be_visible()


class Application(BaseHTTPRequestHandler):
    """A desktop application that waits for its code."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Designer</title><link rel=icon href=data:,><p>Signed in.")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_user_gives_a_desktop_application_access(
    signed_in: Callable[..., Page], contract_a: Contract, bob: User
) -> None:
    server = HTTPServer(("127.0.0.1", 0), Application)
    Thread(target=server.serve_forever, daemon=True).start()
    redirect = f"http://127.0.0.1:{server.server_port}/callback"
    client_id = create_desktop_application(name="Designer", redirect_uris=[redirect])
    asked = f"client_id={client_id}&response_type=code&redirect_uri={redirect}&scope=tokens:read&state=s"
    page = signed_in(bob)
    page.goto(f"/identity/o/authorize?{asked}&code_challenge={'c' * 43}&code_challenge_method=S256")
    page.get_by_role("button", name=re.compile("authorize|allow|continue|grant", re.IGNORECASE)).click()
    expect(page.get_by_text("Signed in.")).to_be_visible()
    assert "code=" in page.url
    server.shutdown()
    server.server_close()
