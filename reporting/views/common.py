"""What the reporting pages share: tabs, saved views, paging, limits on what a query string may say."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.balances import has_shared_tokens
from reporting.access import Viewer
from reporting.entry_filters import read_instant
from reporting.kept import Kept, read_kept

_LARGEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of Reporting. `for_all`: everybody has it; else who sees everyone's usage, or shared tokens."""

    name: str
    label: Promise
    for_all: bool = True


TABS: Final = (
    Tab("individual-tokens", _("Individual Tokens")),
    Tab("shared-tokens", _("Shared Tokens"), for_all=False),
    Tab("individual-usage", _("Individual Usage")),
    Tab("by-user", _("By user"), for_all=False),
    Tab("by-project", _("By project")),
    Tab("token-events", _("Token events")),
    Tab("expiring", _("Expiring")),
)
TAB_NAMES: Final = frozenset(tab.name for tab in TABS)


@dataclass(frozen=True, slots=True)
class TabLink:
    """A tab as this viewer has it."""

    name: str
    label: Promise
    is_current: bool


def page(
    request: HttpRequest,
    viewer: Viewer,
    template: str,
    context: dict[str, Any],
    *,
    tab: str,
    status: int = 200,
    kept: Kept | None = None,
) -> HttpResponse:
    """Render a page below the tabs that the viewer has. `has_shared` in the context saves looking for it.

    With `kept`, the page shows the viewer's saved views and offers to save this one.

    Source: DOMAIN, "Shared Tokens (if the contract has any, or you administer it)".
    """
    shows = {tab: True, "by-user": viewer.sees_everyone, "shared-tokens": viewer.sees_everyone}
    if not viewer.sees_everyone and viewer.sees_shared:
        shows["shared-tokens"] = tab == "shared-tokens" or _has_shared(viewer, context)
    shared = {
        "viewer": viewer,
        "tab": tab,
        "tabs": [
            TabLink(each.name, each.label, each.name == tab) for each in TABS if shows.get(each.name, each.for_all)
        ],
        "kept": kept,
        "asked": asked(request),
    }
    return render(request, f"reporting/{template}.html", {**shared, **context}, status=status)


def kept_by(viewer: Viewer) -> Kept:
    """Return what the viewer keeps of this contract's reports."""
    return read_kept(user_id=viewer.user_id, contract_id=viewer.contract_id)


def _has_shared(viewer: Viewer, context: dict[str, Any]) -> bool:
    return context["has_shared"] if "has_shared" in context else has_shared_tokens(viewer.contract_id)


def asked(request: HttpRequest, *without: str) -> str:
    """Return the query string without what belongs to one moment: pages, and what is named."""
    parameters = request.GET.copy()
    for name in ("page", "before", *without):
        parameters.pop(name, None)
    return parameters.urlencode()


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


def uuid(request: HttpRequest, name: str) -> UUID | None:
    """Return an id of the query string, None if it is not given.

    Raises:
        Http404: it is none that anything has.
    """
    text = request.GET.get(name, "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Http404 from None


def instant(request: HttpRequest, name: str) -> datetime | None:
    """Return an instant of the query string, in the reader's zone if it names none; None if it is not given.

    Raises:
        Http404: it is no instant that a page has.
    """
    try:
        return read_instant(request.GET.get(name, ""))
    except ValueError:
        raise Http404 from None
