"""Addresses in mails: absolute, and signed where they work without signing in."""

from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.urls import reverse

_SALT: Final = "portal.notifications.stop"


def absolute(path: str) -> str:
    """Return a path as an address of the site."""
    return settings.SITE_URL.rstrip("/") + path


def page(name: str, **kwargs: Any) -> str:
    """Return the address of one of the portal's pages."""
    return absolute(reverse(f"portal:{name}", kwargs=kwargs or None))


def stop_path(what: str, about: object) -> str:
    """Return the path of the page that stops mails: `kind`, or `schedule` with its id, for whoever has the link."""
    return reverse("portal:stop-mails", kwargs={"token": signing.dumps([what, str(about)], salt=_SALT)})


def read_stop(token: str) -> tuple[str, str] | None:
    """Return what a stop link is about; None for one that we did not make."""
    try:
        what, about = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return what, about


def reporting(name: str) -> str:
    """Return the address of a reporting page."""
    return absolute(reverse(f"reporting:{name}"))
