"""Remembers sign-ins and failed attempts for DAYS days, with address and browser. Written by portal.security_events."""

from datetime import timedelta
from typing import Final

from allauth.account.adapter import get_adapter
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from ledger.progress import SILENT, Progress
from portal.models.sign_ins import Outcome, SignIn

DAYS: Final = 90
SHOWN: Final = 10
AT_ONCE: Final = 1_000
AGENT_LENGTH: Final = 200


def note(*, user: User, outcome: Outcome, request: HttpRequest | None) -> None:
    """Remember that somebody tried to sign in as `user`; without a request nothing is known of where."""
    SignIn.objects.create(
        user=user,
        outcome=outcome,
        address=_address_of(request) if request else None,
        user_agent=request.headers.get("User-Agent", "").replace("\0", "")[:AGENT_LENGTH] if request else "",
        at=timezone.now(),
    )


def recent(user: User) -> list[SignIn]:
    """Return the last attempts to sign in as the user, newest first."""
    return list(SignIn.objects.filter(user=user)[:SHOWN])


def forget_old(*, progress: Progress = SILENT) -> int:
    """Delete what is older than DAYS, in short transactions; return how many."""
    before = timezone.now() - timedelta(days=DAYS)
    forgotten = 0
    while not progress.is_stopped():
        old = list(SignIn.objects.filter(at__lt=before).order_by("at").values_list("id", flat=True)[:AT_ONCE])
        if not old:
            break
        SignIn.objects.filter(id__in=old).delete()
        forgotten += len(old)
        progress.advance(len(old))
    return forgotten


def _address_of(request: HttpRequest) -> str | None:
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:  # how allauth says that there is no address
        return None
