"""Writes sign-ins, failed ones, and changes of passwords, addresses and second factors into the audit log.

Connected once, when the portal is ready. No password, code or secret is ever written. Where a sign-in came from is
remembered beside the log, by portal.sign_ins, because the log forgets nothing.
"""

from typing import Any, Final

from allauth.account import signals as account
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import Signal
from django.http import HttpRequest

from ledger import audit
from portal import sign_ins
from portal.models.sign_ins import Outcome

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
    mfa.authentication_failed.connect(_failed_second_step, dispatch_uid="account.second_step_noted")


def _noted(action: str) -> Any:
    def note(*, user: User, authenticator: Any = None, **told: Any) -> None:
        kind = authenticator.get_type_display() if authenticator else ""
        audit.record(contract=None, actor=user, action=action, subject=user, detail=kind)

    return note


def _signed_in(*, user: User, request: HttpRequest | None = None, **told: Any) -> None:
    audit.record(contract=None, actor=user, action="account.signed_in", subject=user)
    sign_ins.note(user=user, outcome=Outcome.SIGNED_IN, request=request)


def _failed(*, credentials: dict[str, Any], request: HttpRequest | None = None, **told: Any) -> None:
    # What was typed may be a password in the wrong field: an address is written only if it is one of ours.
    typed = str(credentials.get("email") or credentials.get("username") or "")
    known = _owner_of(typed) if typed and "\0" not in typed else None
    audit.record(contract=None, actor=None, action="account.sign_in_failed", subject=known.email if known else UNKNOWN)
    if known:
        sign_ins.note(user=known, outcome=Outcome.WRONG_PASSWORD, request=request)


def _failed_second_step(*, user: User, request: HttpRequest | None = None, **told: Any) -> None:
    sign_ins.note(user=user, outcome=Outcome.WRONG_SECOND_STEP, request=request)


def _owner_of(address: str) -> User | None:
    """Return whose address it is; one that somebody added and nobody confirmed is nobody's."""
    if user := User.objects.filter(email__iexact=address).first():
        return user
    other = EmailAddress.objects.filter(email__iexact=address, verified=True).select_related("user").first()
    return other.user if other else None
