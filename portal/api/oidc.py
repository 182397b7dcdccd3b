"""How the site presents itself as an OAuth and OpenID Connect provider. Named in settings.IDP_OIDC_ADAPTER."""

from base64 import b64decode
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.views import AuthorizationView
from django.http import HttpRequest, HttpResponse, JsonResponse

from portal.api.scopes import Scope
from portal.middleware import CSP_HEADER, content_security_policy

_BELOW: Final = "/identity/"


class NulMiddleware:
    """Refuses what applications send with a NUL in it, as RFC 6749, 5.2, says: PostgreSQL takes it in no text."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_BELOW) and _holds_nul(request):
            refusal = {"error": "invalid_request", "error_description": "A parameter holds a NUL character."}
            return JsonResponse(refusal, status=400)
        return self.get_response(request)


def _holds_nul(request: HttpRequest) -> bool:
    sent = [text for data in (request.GET, request.POST) for _, texts in data.lists() for text in texts]
    return any("\0" in text for text in sent) or b"\0" in _basic(request.headers.get("Authorization", ""))


def _basic(header: str) -> bytes:
    """Return the pair in a header of Basic, nothing where there is none; the provider refuses one that cannot be."""
    scheme, _, pair = header.partition(" ")
    try:
        return b64decode(pair) if scheme.lower() == "basic" else b""
    except ValueError:
        return b""


class OIDCAdapter(DefaultOIDCAdapter):  # type: ignore[misc]  # allauth carries no types
    """Names the API's scopes to people (consent page) and to programs (discovery document)."""

    scope_display = DefaultOIDCAdapter.scope_display | dict(Scope.choices)

    def populate_server_metadata(self, data: dict[str, Any]) -> None:
        """Publish the API's scopes beside OpenID's."""
        data["scopes_supported"] = [*data["scopes_supported"], *Scope.values]


class ConsentView(AuthorizationView):  # type: ignore[misc]  # allauth carries no types
    """The consent page, allowed to send its form on to the application that asked."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer as allauth does; browsers apply form-action to the redirect after the form, so name its target."""
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        if target := _form_target(request.GET.get("redirect_uri", "")):
            response.headers[CSP_HEADER] = content_security_policy(form_targets=[target])
        return response


def _form_target(redirect_uri: str) -> str:
    try:
        parts = urlsplit(redirect_uri)
    except ValueError:
        return ""
    target = f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"
    # It becomes part of a header: whatever could end or extend the directive is not an origin.
    return target if parts.scheme and target.isascii() and not set(target) & set("; ,'\"*\r\n\t") else ""
