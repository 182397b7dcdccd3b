"""What the page Security shows of a person's account: sessions, second steps, applications, what happened lately.

A constant number of statements, however many sessions and tokens there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from allauth.idp.oidc.models import Token
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db.transaction import atomic
from django.utils import timezone

from ledger import audit
from ledger.models import AuditEvent
from portal import sign_ins
from portal.api.clients import FIRST_PARTY_ID
from portal.api.scopes import Scope
from portal.browsers import browser_words

MOST: Final = 50
RECENT: Final = 10
ATTEMPTS: Final = ("account.signed_in", "account.second_factor_failed")


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A browser that is signed in."""

    id: int
    browser: str
    address: str
    since: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class SignInLine:
    """An attempt to sign in: `outcome` for the page's looks, `words` for people."""

    at: datetime
    outcome: str
    words: str
    browser: str
    address: str


@dataclass(frozen=True, slots=True)
class Application:
    """A program that acts for the person, with what it may do."""

    client_id: str
    name: str
    since: datetime
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SecondSteps:
    """How the person proves a second time who they are; None or 0 where not at all."""

    app_since: datetime | None
    keys: tuple[tuple[str, datetime | None], ...]
    codes_left: int | None


def sessions_of(user: User, *, current_key: str) -> list[SessionLine]:
    """Return where the user is signed in, this browser first; sessions that ended are left out."""
    kept = {each.session_key: each for each in UserSession.objects.filter(user=user).order_by("-created_at")[:MOST]}
    alive = Session.objects.filter(session_key__in=kept, expire_date__gt=timezone.now())
    # A changed password ends sessions by their hash: they are still there, and let nobody in.
    hashes = {user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()}
    found = [kept[row.session_key] for row in alive if row.get_decoded().get(HASH_SESSION_KEY) in hashes]
    lines = [
        SessionLine(each.pk, browser_words(each.user_agent), each.ip, each.created_at, each.session_key == current_key)
        for each in found
    ]
    return sorted(lines, key=lambda line: (not line.is_current, -line.since.timestamp()))


@atomic
def end_sessions(user: User, *, current_key: str, session_id: int | None = None) -> int:
    """Sign out one other browser of the user, or all others; return how many that were."""
    others = UserSession.objects.filter(user=user).exclude(session_key=current_key)
    chosen = list(others if session_id is None else others.filter(pk=session_id))
    Session.objects.filter(session_key__in=[each.session_key for each in chosen]).delete()
    UserSession.objects.filter(pk__in=[each.pk for each in chosen]).delete()
    ended = [(user, browser_words(each.user_agent)) for each in chosen]
    audit.record_many(contract=None, actor=user, action="account.session_ended", subjects=ended)
    return len(chosen)


def applications_of(user: User) -> list[Application]:
    """Return the programs that hold a token of the user that still works."""
    tokens = Token.objects.valid().filter(user=user, client__isnull=False).exclude(client_id=FIRST_PARTY_ID)
    found: dict[str, list[Token]] = {}
    for token in tokens.select_related("client").order_by("created_at")[: MOST * 10]:
        found.setdefault(token.client_id, []).append(token)
    return [
        Application(client_id, held[0].client.name, held[0].created_at, _in_words(held))
        for client_id, held in found.items()
    ]


@atomic
def end_application(user: User, *, client_id: str) -> str:
    """Take every token of the user from a program and return its name; empty where it held none."""
    held = Token.objects.filter(user=user, client_id=client_id).exclude(client_id=FIRST_PARTY_ID)
    first = held.select_related("client").first()
    if first is None:
        return ""
    held.delete()
    name = str(first.client.name)
    audit.record(contract=None, actor=user, action="account.application_removed", subject=user, detail=name)
    return name


def second_steps_of(user: User) -> SecondSteps:
    """Return the user's second steps, in one statement."""
    found = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    by_type = {each.type: each for each in found}
    app = by_type.get(Authenticator.Type.TOTP)
    codes = by_type.get(Authenticator.Type.RECOVERY_CODES)
    keys = tuple((str(each), each.last_used_at) for each in found if each.type == Authenticator.Type.WEBAUTHN)
    left = len(codes.wrap().get_unused_codes()) if codes else None
    return SecondSteps(app.created_at if app else None, keys, left)


def recent_events(user: User) -> list[AuditEvent]:
    """Return what was changed about the account lately, newest first; sign-ins are listed on their own."""
    found = AuditEvent.objects.filter(contract=None, actor=user).exclude(action__in=ATTEMPTS)
    return list(found.order_by("-at", "-id")[:RECENT])


def recent_sign_ins(user: User) -> list[SignInLine]:
    """Return the last attempts to sign in as the user, newest first."""
    return [
        SignInLine(
            each.at, each.outcome, each.get_outcome_display(), browser_words(each.user_agent), each.address or ""
        )
        for each in sign_ins.recent(user)
    ]


def _in_words(tokens: Iterable[Token]) -> tuple[str, ...]:
    words = dict(Scope.choices)
    scopes = {scope for token in tokens for scope in token.get_scopes()}
    return tuple(str(words[scope]) for scope in words if scope in scopes)
