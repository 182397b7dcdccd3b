"""A reference for every answer: people read it on error pages and quote it, and every line of the log carries it."""

import secrets
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponseBase
from structlog.contextvars import bind_contextvars, unbind_contextvars

HEADER: Final = "X-Request-ID"
LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without those that are taken for another when they are read out."""


class ReferenceMiddleware:
    """Gives each request a reference: on the request, in the answer's header, and in what is logged meanwhile."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        reference = new_reference()
        request.reference = reference  # type: ignore[attr-defined]
        bind_contextvars(reference=reference)
        try:
            response = self.get_response(request)
        finally:
            unbind_contextvars("reference")
        response.headers[HEADER] = reference
        return response


def new_reference() -> str:
    """Return a reference that is short enough to be read out: 39 random bits in two groups of four."""
    drawn = [LETTERS[byte % len(LETTERS)] for byte in secrets.token_bytes(8)]
    return "".join(drawn[:4]) + "-" + "".join(drawn[4:])


def reference_of(request: HttpRequest) -> str:
    """Return the request's reference; empty where the middleware did not run, as in a test of a view alone."""
    return str(getattr(request, "reference", ""))
