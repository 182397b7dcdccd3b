"""Which ledger entries or events a query string means: kinds, account, instants. For pages and their exports alike."""

from datetime import UTC, datetime

from django.http import QueryDict
from django.utils import timezone

from ledger.instants import is_within_reason
from ledger.models import Account, Kind


def read_kinds(query: QueryDict) -> tuple[str, ...]:
    """Return the kinds of transaction that are asked for; none means all. What is no kind is passed over."""
    return tuple(kind for kind in dict.fromkeys(query.getlist("kind")) if kind in Kind)


def read_account(query: QueryDict) -> str:
    """Return the account that is asked for; empty means all."""
    account = query.get("account", "")
    return account if account in Account else ""


def read_instant(text: str) -> datetime | None:
    """Return an instant, in the reader's zone if it names none; None if there is none.

    Raises:
        ValueError: it is no instant that a page has.
    """
    if not text:
        return None
    if not text.isascii():
        raise ValueError("An instant is written in ASCII.")
    found = datetime.fromisoformat(text)
    if timezone.is_naive(found):
        found = timezone.make_aware(found)
    if not is_within_reason(found):
        raise ValueError("There is nothing at such an instant.")
    return found.astimezone(UTC)
