"""What the reporting pages share: tabs, paging, limits on what a query string may say."""

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from ledger.balances import has_shared_tokens
from reporting.access import Viewer

TABS: Final = (
    ("individual-tokens", "Individual Tokens"),
    ("shared-tokens", "Shared Tokens"),
    ("individual-usage", "Individual Usage"),
)
_LARGEST: Final = 2**63 - 1


def page(
    request: HttpRequest, viewer: Viewer, template: str, context: dict[str, Any], *, tab: str, status: int = 200
) -> HttpResponse:
    """Render a page below the tabs that the viewer has. Source: DOMAIN, "Shared Tokens (if the contract has any)"."""
    shared = tab == "shared-tokens" or viewer.sees_everyone
    shared = shared or (viewer.sees_shared and has_shared_tokens(viewer.contract_id))
    tabs = [(name, label, name == tab) for name, label in TABS if shared or name != "shared-tokens"]
    return render(request, f"reporting/{template}.html", {"viewer": viewer, "tabs": tabs, **context}, status=status)


def number(request: HttpRequest, name: str) -> int | None:
    """Return a whole number of the query string, None if it is not given.

    Raises:
        Http404: it is no number that any page has.
    """
    text = request.GET.get(name, "")
    if not text:
        return None
    if len(text) > 19 or not (text.isascii() and text.isdigit()) or int(text) > _LARGEST:
        raise Http404
    return int(text)
