"""Operators who come in as operators do: password, then the code of their authenticator, then a reason to read."""

import time

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from ledger.models import Contract

PERIOD_S = 30


def code_of(secret: str) -> str:
    """The code that an authenticator shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD_S))


def operator_client(user: User, *reads: Contract, fresh: bool = True) -> Client:
    """Sign an operator in with a second factor; `fresh` with the password given again, reading these contracts."""
    cache.clear()
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": f"secret-{user.username}"})
    entered = client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert entered.status_code == 302
    assert entered.headers["Location"] == "/"
    if fresh:
        client.post("/accounts/reauthenticate/", {"password": f"secret-{user.username}"})
    for contract in reads:
        assert read(client, contract).status_code == 302
    return client


def read(client: Client, contract: Contract, reason: str = "Request 4711.") -> HttpResponse:
    """Give a reason to read a contract's books."""
    answer: HttpResponse = client.post(f"/operator/reading/{contract.id}/", {"reason": reason})
    return answer
