"""Passwords, second factors and sessions: what the self-assessment says of them."""

from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import LazySettings, global_settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import import_string

from portal.local_secrets import oidc_private_key
from tests.doors.operators import code_of
from tests.house.sources import ROOT
from tests.portal.conftest import SignIn

CHANGE = "/accounts/password/change/"


def changed(client: Client, new: str, old: str = "secret-bob") -> bool:
    """Whether the site takes this password."""
    return client.post(CHANGE, {"oldpassword": old, "password1": new, "password2": new}).status_code == 302


def sign_in_to(client: Client, user: User) -> str:
    """Sign in, and return where to go on."""
    cache.clear()
    answer = client.post("/accounts/login/", {"login": user.email, "password": f"secret-{user.username}"})
    return answer.headers["Location"]


@pytest.mark.parametrize(
    "weak", ["", "short-1", "password", "12345678901", "iloveyou", "bob@example.com", "qwertyuiop"]
)
def test_a_weak_password_is_refused(weak: str, bob: User, sign_in: SignIn) -> None:
    assert not changed(sign_in(bob, fresh=True), weak)


@pytest.mark.parametrize(
    ("new", "taken"),
    [("Counting-House-2026!", False), ("Tokens2026Tokens", False), ("a ledger of three green owls", True)],
)
def test_words_of_the_site_with_little_added_are_no_password(new: str, taken: bool, bob: User, sign_in: SignIn) -> None:
    assert changed(sign_in(bob, fresh=True), new) == taken


@pytest.mark.parametrize(
    "new", ["x y z a b c d e f", "ключ от всех дверей", "aAaAaAaA" * 16, "🂡🂢🂣🂤🂥🂦🂧🂨", " leading and trailing "]
)
def test_any_kind_of_characters_will_do(new: str, bob: User, sign_in: SignIn) -> None:
    assert changed(sign_in(bob, fresh=True), new)
    bob.refresh_from_db()
    assert bob.check_password(new)
    assert not bob.check_password(new.strip() + "!")


def test_a_change_needs_the_current_password(bob: User, sign_in: SignIn) -> None:
    browser = sign_in(bob, fresh=True)
    assert not changed(browser, "a-longer-one-4711", old="wrong")
    tired = sign_in(bob)
    new = {"action_add": "", "email": "bob@elsewhere.example"}
    for answer in (
        tired.post("/accounts/email/", new),
        tired.get("/accounts/2fa/totp/activate/"),
        tired.get("/accounts/2fa/webauthn/add/"),
    ):
        assert answer.headers.get("Location", "").startswith("/accounts/reauthenticate/")


def test_what_is_typed_is_hidden_and_may_be_pasted(db: None) -> None:
    for page in ("/accounts/login/", "/accounts/signup/"):
        shown = Client().get(page).text
        assert 'type="password"' in shown
        assert "onpaste" not in shown
        assert 'autocomplete="off"' not in shown


def test_a_second_factor_is_asked_for_after_the_password(bob: User) -> None:
    TOTP.activate(bob, generate_totp_secret())
    browser = Client()
    assert sign_in_to(browser, bob) == "/accounts/2fa/authenticate/"
    assert browser.get("/jobs/").status_code == 302


def test_a_code_works_once(bob: User) -> None:
    secret = generate_totp_secret()
    TOTP.activate(bob, secret)
    code, answers = code_of(secret), []
    for _ in range(2):
        browser = Client()
        browser.post("/accounts/login/", {"login": bob.email, "password": "secret-bob"})
        answers.append(browser.post("/accounts/2fa/authenticate/", {"code": code}).status_code)
    assert answers == [302, 200]


def test_signing_in_changes_the_session(bob: User) -> None:
    browser = Client()
    browser.session["a"] = 1
    browser.session.save()
    before = browser.session.session_key
    sign_in_to(browser, bob)
    after = browser.cookies["sessionid"].value
    assert after != before
    assert len(after) == 32


def test_signing_out_ends_the_session(bob: User) -> None:
    browser = Client()
    sign_in_to(browser, bob)
    kept = browser.cookies["sessionid"].value
    assert browser.post("/accounts/logout/").headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Clear-Site-Data" not in browser.get("/accounts/login/").headers
    thief = Client()
    thief.cookies["sessionid"] = kept
    assert thief.get("/").status_code == 302


def test_a_session_ends(bob: User) -> None:
    browser = Client()
    sign_in_to(browser, bob)
    session = Session.objects.get(session_key=browser.cookies["sessionid"].value)
    assert timezone.now() < session.expire_date < timezone.now() + timedelta(days=15)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert browser.get("/").status_code == 302


def test_a_former_key_still_opens_what_it_closed(settings: LazySettings) -> None:
    closed = get_adapter().encrypt("seed")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key " + "y" * 50, [settings.SECRET_KEY]
    assert get_adapter().decrypt(closed) == "seed"
    assert get_adapter().encrypt("seed") != closed


def test_keys_that_the_site_makes_are_long_enough(tmp_path: Path) -> None:
    key = load_pem_private_key(oidc_private_key(tmp_path).encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    assert key.key_size >= 3072


def test_passwords_are_kept_by_a_slow_hash() -> None:
    """The site keeps Django's choice; only the tests are in a hurry."""
    assert "PASSWORD_HASHERS" not in (ROOT / "portal/settings.py").read_text()
    hasher = import_string(global_settings.PASSWORD_HASHERS[0])
    assert hasher is PBKDF2PasswordHasher
    assert hasher.iterations >= 600_000
