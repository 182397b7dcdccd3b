"""The left column: which entries a person sees, and which of them is the page they are on.

Hiding an entry is a courtesy; `portal.access` and the ledger's verbs are what refuses.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ledger.models import Membership
from ledger.rights import Right, rights_of
from portal.help.views import help_for_page
from portal.languages import LANGUAGES

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the column. `right` None: for everybody who is signed in. `without`: for those who lack it.

    `also`: pages that belong to it.
    """

    label: "str | StrPromise"
    url_name: str
    right: Right | None = None
    also: tuple[str, ...] = ()
    children: tuple["Entry", ...] = ()
    without: Right | None = None


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    is_current: bool
    children: tuple["Link", ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    items: tuple[Link, ...]


REPORTING: Final = Entry(
    _("Reporting"),
    "reporting:individual-tokens",
    Right.OWN_USE,
    children=(
        Entry(
            _("Individual Tokens"),
            "reporting:individual-tokens",
            Right.OWN_USE,
            also=("reporting:explain-balance",),
        ),
        Entry(_("Shared Tokens"), "reporting:shared-tokens", Right.SHARED_BALANCE),
        Entry(
            _("Individual Usage"),
            "reporting:individual-usage",
            Right.OWN_USE,
            also=("reporting:jobs", "reporting:entries", "reporting:explain-charge"),
        ),
        Entry(_("By user"), "reporting:by-user", Right.CONTRACT_REPORTS),
        Entry(_("By project"), "reporting:by-project", Right.OWN_USE),
        Entry(_("Token events"), "reporting:token-events", Right.OWN_USE),
        Entry(_("Expiring"), "reporting:expiring", Right.OWN_USE),
    ),
)
SECURITY_PAGES: Final = (
    "account_email",
    "account_change_password",
    "account_set_password",
    *(f"mfa_{name}" for name in ("index", "activate_totp", "deactivate_totp", "list_webauthn", "add_webauthn")),
    *(f"mfa_{name}" for name in ("edit_webauthn", "remove_webauthn", "view_recovery_codes", "generate_recovery_codes")),
)
MEMBER_PAGES: Final = ("portal:member", "portal:hand-over", "portal:invite", "portal:invitations")
JOB_PAGES: Final = ("portal:job", "portal:receipt", "portal:request-refund")
COLUMN: Final[tuple[tuple["str | StrPromise", tuple[Entry, ...]], ...]] = (
    ("", (Entry(_("Home"), "portal:home"),)),
    (
        _("PRODUCTS & SERVICES"),
        (
            Entry(_("Subscription benefits"), "portal:benefits"),
            Entry(_("Generate"), "portal:generate", Right.OWN_USE),
            Entry(_("Job status"), "portal:jobs", Right.OWN_USE, also=JOB_PAGES),
        ),
    ),
    (
        _("MANAGEMENT"),
        (
            REPORTING,
            Entry(_("Exports"), "portal:exports", Right.OWN_USE, also=("portal:export",)),
            Entry(_("Buy tokens"), "portal:buy", Right.BUY, also=("portal:confirm-order", "portal:redeem-code")),
            Entry(_("Ask for tokens"), "portal:ask-to-buy", Right.OWN_USE, without=Right.BUY),
            Entry(_("Orders"), "portal:orders", Right.BUY, also=("portal:order",)),
            Entry(_("Refund requests"), "portal:refund-requests", Right.DECIDE_REFUNDS),
            Entry(_("Benefit requests"), "portal:enablings", Right.MANAGE_ENABLING),
            Entry(_("Members and roles"), "portal:members", Right.OWN_USE, also=MEMBER_PAGES),
            Entry(_("Contract options"), "portal:options", Right.CONTRACT_OPTIONS),
            Entry(_("API clients"), "portal:api-clients", Right.API_CLIENTS, also=("portal:new-desktop-application",)),
            Entry(_("Audit log"), "portal:audit-log", Right.AUDIT_LOG),
            Entry(_("Proof of the books"), "portal:verification", Right.VERIFICATION),
        ),
    ),
    (
        _("HELP"),
        (
            Entry(_("Help"), "portal:help", also=("portal:help-chapter",)),
            Entry(_("Contact Support"), "portal:support", also=("portal:support-sent", "portal:support-request")),
        ),
    ),
    (
        _("YOUR ACCOUNT"),
        (
            Entry(_("Preferences"), "portal:preferences"),
            Entry(_("E-mails to you"), "portal:mail-preferences"),
            Entry(_("Security"), "portal:security", also=SECURITY_PAGES),
        ),
    ),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the left column, the contracts to choose from, the chosen theme, the page's help."""
    theme = request.COOKIES.get("theme")
    membership: Membership | None = getattr(request, "membership", None)
    is_signed_in = hasattr(request, "user") and request.user.is_authenticated
    return {
        "theme": theme if theme in ("light", "dark") else "auto",
        "languages": LANGUAGES,
        "memberships": getattr(request, "memberships", []),
        "membership": membership,
        "navigation": list(_groups(request, membership)) if is_signed_in else [],
        **help_for_page(request),
    }


def _groups(request: HttpRequest, membership: Membership | None) -> Iterator[Group]:
    rights = rights_of(membership) if membership else frozenset()
    match = request.resolver_match
    current = match.view_name if match else ""
    for title, entries in COLUMN:
        items = tuple(_links(entries, rights, current))
        if items:
            yield Group(str(title), items)


def _links(entries: Iterable[Entry], rights: Collection[Right], current: str) -> Iterator[Link]:
    """Yield the entries that these rights show."""
    for entry in entries:
        if (entry.right is None or entry.right in rights) and entry.without not in rights:
            children = tuple(_links(entry.children, rights, current))
            is_current = not children and (entry.url_name == current or current in entry.also)
            yield Link(str(entry.label), reverse(entry.url_name), is_current, children)
