"""Finds out who makes an API request: by access token, or by the browser's session."""

from typing import Any, Final

from allauth.idp.oidc.internal.resources import is_resources_subset
from allauth.idp.oidc.models import Token
from django.contrib.auth.models import User
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from portal.api.caller import Caller, ServicePrincipal
from portal.api.problems import REALM, CsrfFailed
from portal.api.scopes import SESSION_SCOPES
from portal.models import ServiceClient

SCHEME: Final = "bearer"


class BearerAuthentication(authentication.BaseAuthentication):
    """An access token of this site: of a person, or of a service client in its own name.

    allauth's own class asks oauthlib, which reads the body before the caller is known, and leaves a service client
    without a principal. The token's table, hash, expiry and resources are allauth's.
    """

    def authenticate(self, request: Request) -> tuple[User | ServicePrincipal, Caller] | None:
        """Return the principal and the caller; None when there is no bearer token.

        Raises:
            AuthenticationFailed: the token is unknown, has expired, or belongs to nobody the API serves.
        """
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME:
            return None
        token = _valid_token(value.strip())
        if token is None or not is_resources_subset([request.build_absolute_uri(request.path)], token.get_resources()):
            raise AuthenticationFailed("The access token is not valid, or it has expired.")
        scopes = frozenset(token.get_scopes())
        if token.user is not None:
            return token.user, Caller(scopes=scopes, user=token.user)
        caller = Caller(scopes=scopes, client=_registration(token))
        return ServicePrincipal(caller), caller

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
        return user, Caller(scopes=SESSION_SCOPES, user=user, by_session=True)

    def enforce_csrf(self, request: Any) -> None:
        """Refuse a change without the session's CSRF token."""
        try:
            super().enforce_csrf(request)
        except PermissionDenied:
            raise CsrfFailed from None


def _valid_token(value: str) -> Token | None:
    tokens = Token.objects.valid().by_value(value).filter(type=Token.Type.ACCESS_TOKEN, client__isnull=False)
    token: Token | None = tokens.select_related("user", "client__service_client").first()
    return None if token is None or (token.user and not token.user.is_active) else token


def _registration(token: Token) -> ServiceClient:
    try:
        registration: ServiceClient = token.client.service_client
    except ServiceClient.DoesNotExist:
        raise AuthenticationFailed("This client is registered with no contract.") from None
    return registration
