"""Writes sign-ins, failed ones, and changes of passwords, addresses and second factors into the audit log.

Connected once, when the portal is ready. No password, code or secret is ever written.
"""

from typing import Any, Final

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import Signal
from django.http import HttpRequest

from ledger import audit

UNKNOWN: Final = "an address without an account"
CHANGES: Final[dict[str, Signal]] = {
    "account.password_changed": account.password_changed,
    "account.password_set": account.password_set,
    "account.password_reset": account.password_reset,
    "account.address_added": account.email_added,
    "account.address_changed": account.email_changed,
    "account.address_removed": account.email_removed,
    "account.second_factor_added": mfa.authenticator_added,
    "account.second_factor_removed": mfa.authenticator_removed,
    "account.second_factor_reset": mfa.authenticator_reset,
    "account.second_factor_failed": mfa.authentication_failed,
}


def connect() -> None:
    """Listen to each of the signals. Called by portal.apps."""
    for action, signal in CHANGES.items():
        signal.connect(_noted(action), weak=False, dispatch_uid=action)
    user_logged_in.connect(_signed_in, dispatch_uid="account.signed_in")
    user_login_failed.connect(_failed, dispatch_uid="account.sign_in_failed")


def _noted(action: str) -> Any:
    def note(*, user: User, authenticator: Any = None, **told: Any) -> None:
        kind = authenticator.get_type_display() if authenticator else ""
        audit.record(contract=None, actor=user, action=action, subject=user, detail=kind)

    return note


def _signed_in(*, user: User, **told: Any) -> None:
    audit.record(contract=None, actor=user, action="account.signed_in", subject=user)


def _failed(*, credentials: dict[str, Any], request: HttpRequest | None = None, **told: Any) -> None:
    # What was typed may be a password in the wrong field: an address is written only if it is one of ours.
    typed = str(credentials.get("email") or credentials.get("username") or "")
    known = User.objects.filter(email__iexact=typed).first() if typed and "\0" not in typed else None
    audit.record(contract=None, actor=None, action="account.sign_in_failed", subject=known.email if known else UNKNOWN)
