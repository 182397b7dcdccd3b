"""Pages for answers that no view gave: a request nobody can read, a broken site, a method an address does not take."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from portal.references import reference_of

BARE: Final = {400: "400.html", 500: "500.html", 503: "503.html"}


def bare_page(request: HttpRequest, status: int) -> HttpResponse:
    """Return a page that asks neither the session nor the database, since one of them may be what is broken."""
    return HttpResponse(render_to_string(BARE[status], {"reference": reference_of(request)}), status=status)


def not_a_page(request: HttpRequest, refusal: HttpResponse) -> HttpResponse:
    """Return words for a browser that asks with a method the address does not take; Django's own answer is empty."""
    page = render(request, "405.html", status=refusal.status_code)
    page.headers["Allow"] = refusal.headers["Allow"]
    return page
