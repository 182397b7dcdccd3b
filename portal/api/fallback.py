"""Addresses that are none, and errors that no API view met: still a problem, never HTML."""

import sys
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import MiddlewareNotUsed
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from portal.api.problems import RETRY_AFTER_S, http_problem
from portal.error_pages import bare_page

PREFIX: Final = "/api/"
_FOR_PROGRAMS: Final = (PREFIX, "/identity/o/api/", "/.well-known/")


class PlainHttpMiddleware:
    """Refuses programs that ask without HTTPS where the site insists on it; people are redirected by Django."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.SECURE_SSL_REDIRECT:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_FOR_PROGRAMS) and not request.is_secure():
            return http_problem(403, "Ask by HTTPS, and take what you sent without it for known.").plain_response(
                request
            )
        return self.get_response(request)


@csrf_exempt
@login_not_required
def no_such_address(request: HttpRequest) -> HttpResponse:
    """Answer for every address under /api/ that is none."""
    return http_problem(404, "There is no such address.").plain_response(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django itself found wrong with a request. Named as handler400 in portal.urls."""
    if request.path.startswith(PREFIX):
        return http_problem(400).plain_response(request)
    return bare_page(request, 400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an error that nobody foresaw; a database that is away is not one. Named as handler500 in portal.urls."""
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    if request.path.startswith(PREFIX):
        headers = {"Retry-After": str(RETRY_AFTER_S)} if away else {}
        return http_problem(503 if away else 500, headers=headers).plain_response(request)
    response = bare_page(request, 503 if away else 500)
    if away:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response
