"""Recent sign-ins on the page Security: succeeded and failed, with time, browser and address, for 90 days."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from ledger.models import Contract
from portal import sign_ins
from portal.models.sign_ins import Outcome, SignIn
from portal.tasks.registry import TASKS
from tests.portal.pages import page
from tests.portal.test_security import FIREFOX, SAFARI, browser_of


def lines(client: Client) -> list[tuple[str, str, str]]:
    """What the page lists, newest first."""
    return [(line.words, line.browser, line.address) for line in client.get(page("security")).context["sign_ins"]]


def noted(user: User) -> list[str]:
    return list(SignIn.objects.filter(user=user).values_list("outcome", flat=True))


def test_both_kinds_are_listed_with_browser_and_address(contract_a: Contract, bob: User) -> None:
    browser_of(bob, SAFARI, password="wrong")
    here = browser_of(bob, FIREFOX)
    assert lines(here) == [
        ("Signed in", "Firefox, Windows", "127.0.0.1"),
        ("Wrong password", "Safari, iOS", "127.0.0.1"),
    ]


def test_nobody_sees_anybody_elses(contract_a: Contract, bob: User, mallory: User) -> None:
    browser_of(bob, password="wrong")
    assert [words for words, _, _ in lines(browser_of(mallory))] == ["Signed in"]


def test_what_was_typed_is_kept_nowhere(contract_a: Contract, bob: User) -> None:
    Client().post("/accounts/login/", {"login": "secret-bob@example.com", "password": "secret-bob"})
    Client().post("/accounts/login/", {"login": bob.email, "password": "hunter2-hunter2"})
    kept = str(list(SignIn.objects.values()))
    assert noted(bob) == ["wrong_password"]
    assert "secret-bob" not in kept
    assert "hunter2" not in kept


@pytest.mark.parametrize(("verified", "expected"), [(True, ["wrong_password"]), (False, [])])
def test_another_address_counts_once_it_is_confirmed(
    verified: bool, expected: list[str], contract_a: Contract, mallory: User
) -> None:
    EmailAddress.objects.create(user=mallory, email="other@example.com", verified=verified)
    Client().post("/accounts/login/", {"login": "other@example.com", "password": "wrong"})
    assert noted(mallory) == expected


def test_a_wrong_second_step_is_listed(contract_a: Contract, bob: User) -> None:
    TOTP.activate(bob, generate_totp_secret())
    client = browser_of(bob)
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert noted(bob) == ["wrong_second_step"]


def test_they_are_forgotten_after_ninety_days(bob: User) -> None:
    now = timezone.now()
    for days in (89, 91, 400):
        SignIn.objects.create(user=bob, outcome=Outcome.SIGNED_IN, at=now - timedelta(days=days))
    assert [task.work for task in TASKS if task.name == "forget_sign_ins"] == [sign_ins.forget_old]
    assert sign_ins.forget_old() == 2
    assert [(now - each.at).days for each in SignIn.objects.all()] == [89]
