"""Headers that every answer of the site carries."""

from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponse

CSP_HEADER = "Content-Security-Policy"
CSP_DIRECTIVES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
SIGNING_OUT = "account_logout"
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def content_security_policy(*, form_targets: Iterable[str] = ()) -> str:
    """Return the site's policy, with `form_targets` (origins) allowed as the end of a form's journey.

    The consent page of OAuth needs one: browsers apply form-action to the redirect after the form as well.
    """
    directives = dict(CSP_DIRECTIVES)
    directives["form-action"] = " ".join([directives["form-action"], *form_targets])
    return "; ".join(f"{name} {value}" for name, value in directives.items())


class SecurityHeadersMiddleware:
    """Sets the content security policy, unless the view set its own, and that nobody keeps or embeds an answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = content_security_policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(CSP_HEADER, self.policy)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # Django's own stands further in, where a request for another host never arrives.
        response.headers.setdefault("X-Frame-Options", "DENY")
        # Files say for how long they keep; all else is somebody's, and stays in no browser's or proxy's store.
        response.headers.setdefault("Cache-Control", "no-store")
        if request.method == "POST" and request.resolver_match and request.resolver_match.view_name == SIGNING_OUT:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response
