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
    """Render a page below the tabs that the viewer has. `has_shared` in the context saves looking for it.

    Source: DOMAIN, "Shared Tokens (if the contract has any, or you administer it)".
    """
    names = {"individual-tokens", "individual-usage", tab}
    if viewer.sees_everyone or (viewer.sees_shared and _has_shared(viewer, context)):
        names.add("shared-tokens")
    tabs = [(name, label, name == tab) for name, label in TABS if name in names]
    return render(request, f"reporting/{template}.html", {"viewer": viewer, "tabs": tabs, **context}, status=status)


def _has_shared(viewer: Viewer, context: dict[str, Any]) -> bool:
    return context["has_shared"] if "has_shared" in context else has_shared_tokens(viewer.contract_id)


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
