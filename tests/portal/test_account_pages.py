"""Signing in and the pages about one's account: in the house's clothes, without inline scripts or styles."""

import re
import socket
from contextlib import closing
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from tests.portal.conftest import SignIn
from tests.portal.pages import text_of

ENTRANCE = ("login/", "signup/", "password/reset/", "confirm-email/", "password/reset/key/1-x/", "password/reset/done/")
ACCOUNT = (
    "email/",
    "password/change/",
    "2fa/",
    "2fa/totp/activate/",
    "2fa/webauthn/",
    "2fa/webauthn/add/",
    "logout/",
)
# A script without src is data for a script file only with a type that browsers do not run.
INLINE = re.compile(
    r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")|<style|\sstyle=\"|\son[a-z]+=\"", re.IGNORECASE
)


def check(client: Client, address: str) -> None:
    response = client.get(f"/accounts/{address}")
    assert response.status_code == 200, address
    shown = text_of(response)
    assert not INLINE.findall(shown)
    assert 'class="site-header"' in shown
    assert shown.count("<h1>") == 1
    title = re.search(r"<title>(.*?)</title>", shown, re.DOTALL)
    assert title
    assert title[1].split("·")[0].strip()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ENTRANCE)
def test_the_entrance_is_in_the_houses_clothes(address: str) -> None:
    check(Client(), address)


@pytest.mark.parametrize("address", [*ACCOUNT, "reauthenticate/"])
def test_the_account_pages_are_in_the_houses_clothes(address: str, bob: User, sign_in: SignIn) -> None:
    check(sign_in(bob, fresh=address != "reauthenticate/"), address)


def test_inline_scripts_and_styles_are_noticed() -> None:
    for bad in ("<script>x()</script>", '<p style="color: red">', '<a onclick="x()">', "<style>"):
        assert INLINE.search(bad)
    assert not INLINE.search('<script src="/x.js" defer></script><script type="application/json">{}</script>')


@pytest.mark.django_db
def test_a_new_person_signs_up_confirms_and_signs_in() -> None:
    client = Client()
    secret = "correct horse battery"
    client.post("/accounts/signup/", {"email": "new@example.com", "password1": secret, "password2": secret})
    address = re.search(r"http://testserver(\S+)", mail.outbox[0].body)
    assert address
    client.post(address[1])
    signed_in = client.post("/accounts/login/", {"login": "new@example.com", "password": secret}, follow=True)
    assert "not on any contract yet" in text_of(signed_in)


def test_an_unknown_address_and_a_wrong_password_read_the_same(bob: User) -> None:
    def answer(login: str) -> str:
        shown = text_of(Client().post("/accounts/login/", {"login": login, "password": "wrong"}))
        return shown[shown.index("alert") :].split("</div>")[0]

    assert answer("bob@example.com") == answer("nobody@example.com")


def test_a_mail_server_that_is_away_undoes_nothing_and_is_told_of(
    client: Client, bob: User, sign_in: SignIn, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", closed_port()
    for address in (bob.email, "nobody@example.com"):
        response = client.post("/accounts/password/reset/", {"email": address}, follow=True)
        assert response.status_code == 200
        assert "could not be sent just now" in text_of(response)
    words = {"oldpassword": "secret-bob", "password1": "a-new-secret-of-bob", "password2": "a-new-secret-of-bob"}
    assert sign_in(bob, fresh=True).post("/accounts/password/change/", words, follow=True).status_code == 200
    bob.refresh_from_db()
    assert bob.check_password("a-new-secret-of-bob")


def closed_port() -> int:
    """Return a port that nobody listens at."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
