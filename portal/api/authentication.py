"""Finds out who makes an API request: by access token, or by the browser's session."""

from typing import Any, Final

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.internal.resources import is_resources_subset
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from ledger.models import Membership
from portal.api.caller import Caller, Principal
from portal.api.lookups import KnownToken, find_token
from portal.api.problems import REALM, CsrfFailed
from portal.api.scopes import SESSION_SCOPES

SCHEME: Final = "bearer"


class BearerAuthentication(authentication.BaseAuthentication):
    """An access token of this site: of a person, or of a service client in its own name.

    allauth's own class asks oauthlib, which reads the body before the caller is known, and leaves a service client
    without a principal. The token's table, hash, expiry and resources are allauth's.
    """

    def authenticate(self, request: Request) -> tuple[Principal, Caller] | None:
        """Return the principal and the caller; None when there is no bearer token.

        Raises:
            AuthenticationFailed: the token is unknown, has expired, or belongs to nobody the API serves.
        """
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME:
            return None
        token = find_token(get_adapter().hash_token(value.strip()), now=timezone.now())
        if token is None or not _is_meant_for(token, request):
            raise AuthenticationFailed("The access token is not valid, or it has expired.")
        caller = Caller(token.scopes, token.contract_ids, user_id=token.user_id, client_id=token.client_id)
        return Principal(caller), caller

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge that makes a refusal a 401."""
        return REALM


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of somebody signed in to the site. Changes need the CSRF token."""

    def authenticate(self, request: Request) -> tuple[User, Caller] | None:
        """Return the signed-in user with every scope: here their role alone decides."""
        found = super().authenticate(request)
        if found is None:
            return None
        user: User = found[0]
        contract_ids = list(Membership.objects.filter(user=user).values_list("contract_id", flat=True))
        return user, Caller(SESSION_SCOPES, contract_ids, user_id=user.pk, by_session=True)

    def enforce_csrf(self, request: Any) -> None:
        """Refuse a change without the session's CSRF token."""
        try:
            super().enforce_csrf(request)
        except PermissionDenied:
            raise CsrfFailed from None


def _is_meant_for(token: KnownToken, request: Request) -> bool:
    here = request.build_absolute_uri(request.path) if token.resources else ""
    return bool(is_resources_subset([here], token.resources))
