"""The headers that every answer of the site carries, whatever it answers."""

from django.http import HttpResponseBase

from portal.middleware import content_security_policy

ALWAYS = {
    "Content-Security-Policy": content_security_policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
# What stands in these may be copied by anybody.
TELLTALES = ("Server", "X-Powered-By")
PUBLIC = ("/static/", "/.well-known/", "/api/schema/", "/api/docs/")


def missing_headers(response: HttpResponseBase) -> list[str]:
    """Say what an answer lacks."""
    path = getattr(response, "request", {}).get("PATH_INFO", "")
    wrong = [f"{name}: {found}" for name, value in ALWAYS.items() if (found := response.headers.get(name)) != value]
    if not response.headers.get("Permissions-Policy", "").startswith("camera=()"):
        wrong.append("no Permissions-Policy")
    if "no-store" not in response.headers.get("Cache-Control", "") and not path.startswith(PUBLIC):
        wrong.append(f"Cache-Control: {response.headers.get('Cache-Control')}")
    return [*wrong, *(f"{name} tells what it is built of" for name in TELLTALES if name in response.headers)]
