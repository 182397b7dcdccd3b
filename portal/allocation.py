"""The dialog with the cloud allocation: once per session, which a cookie of the browser's session remembers.

Source: InfraWorks seed, "When you log in, you should see a dialog with your Subscriptions cloud allocation amount".
A cookie and not the session itself, so that looking at a page writes nothing into the database.
"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

COOKIE: Final = "allocation"
_SHOWN: Final = "allocation_was_shown"


def is_due(request: HttpRequest) -> bool:
    """Tell whether this session has not seen the dialog yet."""
    return not constant_time_compare(request.COOKIES.get(COOKIE, ""), _mark(request))


def show(request: HttpRequest) -> None:
    """Note that the answer to this request has the dialog in it."""
    setattr(request, _SHOWN, True)


def remember(request: HttpRequest, response: HttpResponse) -> None:
    """Have the browser remember the dialog for as long as the session, if the answer has it."""
    if getattr(request, _SHOWN, False):
        response.set_cookie(COOKIE, _mark(request), httponly=True, samesite="Lax", secure=request.is_secure())


def _mark(request: HttpRequest) -> str:
    """Return what stands for this session without telling its key; each sign-in starts another one."""
    return salted_hmac(COOKIE, request.session.session_key or "").hexdigest()[:32]
