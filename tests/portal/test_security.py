"""The page Security: sessions and applications that can be ended, second steps, what happened lately."""

import pytest
from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Token
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ledger.models import AuditEvent, Contract
from portal.api.clients import create_desktop_application, issue_token
from portal.browsers import browser_words
from tests.portal.conftest import SignIn
from tests.portal.pages import page, text_of

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1"
PASSWORD = {"oldpassword": "secret-bob", "password1": "a-longer-one-4711", "password2": "a-longer-one-4711"}


def browser_of(user: User, agent: str = FIREFOX, password: str = "") -> Client:
    """Sign in as a browser does."""
    client = Client(headers={"User-Agent": agent})
    client.post("/accounts/login/", {"login": user.email, "password": password or f"secret-{user.username}"})
    return client


def listed(client: Client) -> list[tuple[str, bool]]:
    return [(line.browser, line.is_current) for line in client.get(page("security")).context["sessions"]]


def is_in(client: Client) -> bool:
    return client.get(page("security")).status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [(FIREFOX, "Firefox, Windows"), (SAFARI, "Safari, iOS"), ("curl/8.5", "curl/8.5"), ("", "")],
)
def test_browsers_are_named_in_words(agent: str, words: str) -> None:
    assert browser_words(agent) == words


def test_one_other_browser_is_signed_out(contract_a: Contract, bob: User) -> None:
    here, telephone, third = browser_of(bob), browser_of(bob, SAFARI), browser_of(bob)
    assert listed(here)[0] == ("Firefox, Windows", True)
    assert ("Safari, iOS", False) in listed(here)
    theirs = UserSession.objects.get(session_key=telephone.session.session_key)
    here.post(page("end-session"), {"session": theirs.pk})
    assert (is_in(here), is_in(telephone), is_in(third)) == (True, False, True)
    assert AuditEvent.objects.get(action="account.session_ended").detail == "Safari, iOS"


def test_all_other_browsers_are_signed_out_and_never_this_one(contract_a: Contract, bob: User) -> None:
    here, telephone = browser_of(bob), browser_of(bob, SAFARI)
    mine = UserSession.objects.get(session_key=here.session.session_key)
    here.post(page("end-session"), {"session": mine.pk})
    here.post(page("end-session"), {"session": "nonsense"})
    assert (is_in(here), is_in(telephone)) == (True, True)
    here.post(page("end-session"))
    assert (is_in(here), is_in(telephone)) == (True, False)
    assert listed(here) == [("Firefox, Windows", True)]


def test_nobody_signs_out_somebody_else(contract_a: Contract, bob: User, mallory: User) -> None:
    bobs, mallorys = browser_of(bob), browser_of(mallory)
    theirs = UserSession.objects.get(session_key=bobs.session.session_key)
    mallorys.post(page("end-session"), {"session": theirs.pk})
    assert is_in(bobs)


def test_a_new_password_signs_out_the_other_browsers(contract_a: Contract, bob: User) -> None:
    here, telephone = browser_of(bob), browser_of(bob, SAFARI)
    here.post("/accounts/password/change/", PASSWORD)
    assert (is_in(telephone), len(listed(here))) == (False, 1)
    assert "Changed the password" in text_of(here.get(page("security")))


def test_an_application_is_listed_with_what_it_may_do_and_stopped(
    contract_a: Contract, bob: User, carol: User, sign_in: SignIn
) -> None:
    client_id = create_desktop_application(name="Mill", redirect_uris=["http://127.0.0.1:8765/callback"])
    tokens = {user: issue_token(user=user, scopes=["tokens:read"]) for user in (bob, carol)}
    Token.objects.update(client_id=client_id)
    client = sign_in(bob)
    (found,) = client.get(page("security")).context["applications"]
    assert (found.name, found.scopes) == ("Mill", ("See token balances, jobs and your own usage",))
    assert "Mill can do nothing for you" in text_of(
        client.post(page("end-application"), {"client": client_id}, follow=True)
    )
    assert [_status(tokens[user]) for user in (bob, carol)] == [401, 200]


def test_the_page_costs_the_same_few_statements_whatever_there_is(contract_a: Contract, bob: User) -> None:
    here = browser_of(bob)
    is_in(here)
    counts = []
    for more in (0, 8):
        for _ in range(more):
            browser_of(bob, SAFARI)
            EmailAddress.objects.create(user=bob, email=f"bob{EmailAddress.objects.count()}@example.com")
        with CaptureQueriesContext(connection) as statements:
            is_in(here)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 12


def test_who_has_only_a_password_is_told_so(contract_a: Contract, bob: User, sign_in: SignIn) -> None:
    client = sign_in(bob)
    assert "Your password is all that protects your account" in text_of(client.get(page("security")))
    assert client.get("/accounts/sessions/").url == page("security")


def _status(token: str) -> int:
    return Client().get("/api/v1/pools", headers={"Authorization": f"Bearer {token}"}).status_code
