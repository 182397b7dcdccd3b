"""The site that is measured: the example's data, collected static files, Granian on a free port."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import Client

from ledger.models import Contract, VerificationMode
from ledger.sealing import seal_all, sign_due_root
from ledger.verification import verify
from portal.demo.people import ALICE, BOB, CAROL, CONTRACT_A, MALLORY, OLGA, STRANGER, Person
from portal.operator_reading import SESSION_KEY
from portal.proof import signer
from tests.browser.test_real_server import START_TIMEOUT_S, free_port, wait_for
from tests.pages.example import EXAMPLE

Cookies = dict[str, str]
# The table's Bob has no use of the shared tokens, its Tina has: the example's Bob stands for both.
CAST: Mapping[str, Person | None] = {
    "alice": ALICE,
    "carol": CAROL,
    "bob": BOB,
    "tina": BOB,
    "mallory": MALLORY,
    "stranger": STRANGER,
    "olga": OLGA,
    "anonymous": None,
}


def prepare() -> None:
    """Make the example anew, and collect the static files."""
    making = {**os.environ, **EXAMPLE, "DEMO": "true", "DJANGO_SETTINGS_MODULE": "portal.settings"}
    for environment, command in (
        (making, ["demo", "--no-serve", "--reset"]),
        (dict(os.environ), ["collectstatic", "--noinput", "--verbosity=0"]),
    ):
        subprocess.run([sys.executable, "manage.py", *command], check=True, env=environment, stdout=subprocess.DEVNULL)


@contextmanager
def served() -> Iterator[str]:
    """Serve the site for as long as the block runs; the address of its root."""
    port = free_port()
    options = ["--interface", "wsgi", "--workers", "1", "--blocking-threads", "8", "--no-ws", "--port", str(port)]
    server = subprocess.Popen(
        [sys.executable, "-m", "granian", *options, "portal.wsgi:application"], stdout=subprocess.DEVNULL
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/accounts/login/", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=START_TIMEOUT_S)


def prove() -> None:
    """Seal and verify the example's books, as the worker of a running site would have."""
    seal_all()
    sign_due_root(signer=signer())
    for mode in (VerificationMode.FULL, VerificationMode.INCREMENTAL):
        verify(mode=mode)


def sessions() -> dict[str, Cookies]:
    """Sign everybody in and return their cookies by role: password just given, first dialog seen."""
    return {role: _session(role, person) if person else {} for role, person in CAST.items()}


def person(role: str) -> User | None:
    """Return who stands for a role of the table; None for nobody."""
    who = CAST[role]
    return None if who is None else User.objects.get(email=who.email)


def _session(role: str, who: Person) -> Cookies:
    user = User.objects.get(email=who.email)
    if role == "olga" and not Authenticator.objects.filter(user=user).exists():
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
    client = Client()
    client.force_login(user)
    session = client.session
    request = HttpRequest()
    request.session = session
    for method in ("password", "mfa"):
        record_authentication(request, user, method=method, reauthenticated=True)
    if role == "olga":
        session[SESSION_KEY] = [str(Contract.objects.get(number=CONTRACT_A).id)]
    session.save()
    client.get("/")
    return {name: str(cookie.value) for name, cookie in client.cookies.items()}
