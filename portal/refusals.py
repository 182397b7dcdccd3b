"""The ledger's refusals as pages and messages: one place for all pages, as api/errors.py is for the API."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.defaults import page_not_found

from ledger.errors import Forbidden, LedgerBusy, LedgerError, NotFound
from ledger.models import Membership
from ledger.rights import buyers_of
from portal.error_pages import not_a_page
from portal.wording import translated, words_of

NOT_ALLOWED = 405
CONFLICT = 409
TOO_MANY = 429
UNAVAILABLE = 503
RETRY_AFTER_S = 1


class RefusalMiddleware:
    """Turns a refusal that no view answered, and a method that an address does not take, into a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == NOT_ALLOWED and _wants_a_page(request, response):
            return not_a_page(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if isinstance(exception, Forbidden):
            return forbidden(request, exception)
        if isinstance(exception, NotFound):
            return page_not_found(request, exception)
        if isinstance(exception, LedgerError):
            busy = isinstance(exception, LedgerBusy)
            page = render(
                request,
                "refused.html",
                {"title": translated(exception.title), "detail": words_of(exception)},
                status=UNAVAILABLE if busy else CONFLICT,
            )
            if busy:
                page.headers["Retry-After"] = str(RETRY_AFTER_S)
            return page
        return None


def _wants_a_page(request: HttpRequest, response: HttpResponse) -> bool:
    return not response.content and "Allow" in response.headers and "text/html" in request.headers.get("Accept", "")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The 403 page: says what was refused and who could do it. Also Django's handler403."""
    detail = translated(str(exception)) if isinstance(exception, PermissionDenied | LedgerError) else ""
    membership: Membership | None = getattr(request, "membership", None)
    context = {"detail": detail, "buyers": buyers_of(membership.contract) if membership else []}
    return render(request, "403.html", context, status=403)


def too_many(request: HttpRequest, wait_s: int) -> HttpResponse:
    """The 429 page, for who tries too often."""
    context = {"minutes": -(-wait_s // 60)}
    response = render(request, "429.html", context, status=TOO_MANY)
    response["Retry-After"] = str(wait_s)
    return response


@contextmanager
def told(request: HttpRequest) -> Iterator[None]:
    """Tell the user about a refusal in a message and go on.

    A missing right, an object that is not theirs to see and a busy ledger stay pages with their own status.
    """
    try:
        yield
    except LedgerError as refusal:
        if type(refusal) in (Forbidden, NotFound, LedgerBusy):
            raise
        messages.error(request, words_of(refusal))
