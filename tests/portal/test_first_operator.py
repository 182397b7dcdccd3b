"""A new site's first operator: a link from the log makes one account, once."""

from datetime import timedelta
from io import StringIO
from urllib.parse import urlsplit

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from ledger.models import AuditEvent
from portal.first_operator import announce, become_first, is_wanted
from tests.portal.conftest import SignIn
from tests.portal.pages import text_of

NEW = {"email": "Olga@example.com", "password": "a-longer-one-4711", "again": "a-longer-one-4711"}


def link() -> str:
    """The path of the link that the command prints."""
    written = StringIO()
    call_command("operator_link", stdout=written)
    return urlsplit(written.getvalue().strip()).path


@pytest.mark.django_db
def test_who_opens_the_link_becomes_the_operator_and_is_signed_in() -> None:
    path, client = link(), Client()
    assert "The first operator" in text_of(client.get(path))
    answer = client.post(path, NEW)
    olga = User.objects.get(email="olga@example.com")
    assert (answer.url, olga.is_staff, olga.is_superuser) == ("/operator/", True, True)
    assert client.get("/operator/").url == "/accounts/2fa/"  # a second step comes first
    assert AuditEvent.objects.get(action="account.first_operator").actor == olga
    signed_in = Client().post("/accounts/login/", {"login": "olga@example.com", "password": NEW["password"]})
    assert signed_in.status_code == 302


@pytest.mark.django_db
def test_the_link_is_dead_once_there_is_an_operator() -> None:
    path = link()
    Client().post(path, NEW)
    for answer in (Client().get(path), Client().post(path, {**NEW, "email": "mallory@example.com"})):
        assert answer.status_code == 404
    assert not User.objects.filter(email="mallory@example.com").exists()
    with pytest.raises(CommandError):
        link()


@pytest.mark.django_db
def test_the_link_is_dead_after_a_day_and_cannot_be_made_up() -> None:
    path = link()
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert Client().get(path).status_code == 404
    assert Client().get(path[:-3] + "xx/").status_code == 404
    assert Client().get(path).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"password": "short", "again": "short"}, {"again": "another-4711"}, {"email": "no"}])
def test_what_makes_no_account_is_said(wrong: dict[str, str]) -> None:
    answer = Client().post(link(), {**NEW, **wrong})
    assert answer.status_code == 200
    assert "errorlist" in text_of(answer)
    assert is_wanted()


def test_who_has_an_account_signs_in_first_and_keeps_it(bob: User, sign_in: SignIn) -> None:
    path = link()
    assert "Sign in with it first" in text_of(Client().post(path, {**NEW, "email": "BOB@example.com"}))
    client = sign_in(bob)
    assert "signed in as bob@example.com" in text_of(client.get(path))
    client.post(path)
    bob.refresh_from_db()
    assert (bob.is_staff, bob.is_superuser, User.objects.count()) == (True, True, 1)


def test_who_comes_second_is_refused(bob: User, carol: User) -> None:
    become_first(user=bob)
    with pytest.raises(Exception, match="operator already"):
        become_first(user=carol)
    carol.refresh_from_db()
    assert not carol.is_staff


def test_the_worker_writes_the_link_into_its_log_only_while_it_is_wanted(
    bob: User, caplog: pytest.LogCaptureFixture
) -> None:
    announce()
    assert "/first-operator/" in caplog.text
    caplog.clear()
    become_first(user=bob)
    announce()
    assert caplog.text == ""
