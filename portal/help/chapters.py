"""Which chapters the help has, in the order of reading, and which pages each of them is about."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Chapter:
    """A file of docs/help. `pages` are the names of the addresses it explains, or the beginnings of such names."""

    slug: str
    pages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """Chapters that stand together in the table of contents."""

    title: Promise
    chapters: tuple[Chapter, ...]


FIGURES: Final = "figures"
"""The chapter that ends with what each figure means, in the words of the pages."""

BUYING: Final = (
    "portal:buy",
    "portal:confirm-order",
    "portal:redeem-code",
    "portal:order",
    "portal:pay-",
    "portal:ask-to-buy",
    "portal:dummy-payment",
)
PARTS: Final = (
    Part(
        _("Begin"),
        (
            Chapter("getting-started", ("portal:home", "portal:choose-contract", "portal:help")),
            Chapter("signing-in", ("account_", "mfa_", "usersessions_", "portal:security", "portal:first-operator")),
            Chapter("benefits", ("portal:benefits", "portal:enable-benefits", "portal:request-enabling")),
            Chapter("preferences", ("portal:preferences", "portal:mail-preferences", "portal:stop-mails")),
        ),
    ),
    Part(
        _("Work"),
        (
            Chapter("generate", ("portal:generate",)),
            Chapter("jobs", ("portal:job", "portal:receipt", "portal:cancel-job", "portal:request-refund")),
            Chapter("tokens", ("reporting:individual-tokens", "reporting:shared-tokens", "reporting:expiring")),
        ),
    ),
    Part(
        _("Understand"),
        (
            Chapter("reporting", ("reporting:",)),
            Chapter("explain", ("reporting:explain-", "reporting:entries")),
            Chapter("exports", ("portal:export", "portal:ask-export", "portal:schedule")),
            Chapter(FIGURES),
        ),
    ),
    Part(
        _("Manage"),
        (
            Chapter("buying", BUYING),
            Chapter("refunds", ("portal:refund-requests",)),
            Chapter("members", ("portal:member", "portal:hand-over", "portal:invit", "portal:enablings")),
            Chapter("options", ("portal:options",)),
            Chapter("audit-log", ("portal:audit-log",)),
            Chapter("api-clients", ("portal:api-clients", "portal:new-", "idp:", "api-docs")),
            Chapter("proof", ("portal:verification",)),
            Chapter("operators", ("admin:",)),
        ),
    ),
    Part(_("Get help"), (Chapter("support", ("portal:support",)),)),
)
CHAPTERS: Final = {chapter.slug: chapter for part in PARTS for chapter in part.chapters}


def chapter_of(view_name: str) -> str:
    """Return the slug of the chapter about an address, by the longest beginning of its name; empty if there is none."""
    found = [
        (len(beginning), chapter.slug)
        for chapter in CHAPTERS.values()
        for beginning in chapter.pages
        if view_name.startswith(beginning)
    ]
    return max(found)[1] if found else ""
