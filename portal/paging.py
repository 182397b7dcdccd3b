"""Pages of a list in the order of its index: the next page starts after a row, so page 1,000 costs what page 1 does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from ledger.instants import is_within_reason

Row = TypeVar("Row", bound=Model)
SIZE = 25


@dataclass(frozen=True, slots=True)
class PageOf(Generic[Row]):
    """The rows of one page, and the addresses of its neighbours (empty: there is none)."""

    rows: list[Row]
    older: str
    newest: str


def page_of(request: HttpRequest, rows: QuerySet[Row], *, time_field: str, size: int = SIZE) -> PageOf[Row]:
    """Return the page that the address asks for, of rows ordered by (`time_field`, id), newest first.

    `?before=<time>~<id>` names the row after which it starts; nonsense there means the first page.
    """
    start = _position(request.GET.get("before", ""))
    kept = {name: value for name, value in request.GET.items() if name != "before"}
    if start:
        at, row_id = start
        rows = rows.filter(Q(**{f"{time_field}__lt": at}) | Q(**{time_field: at, "id__lt": row_id}))
    found = list(rows.order_by(f"-{time_field}", "-id")[: size + 1])
    older = ""
    if len(found) > size:
        last = found[size - 1]
        older = "?" + urlencode({**kept, "before": f"{getattr(last, time_field).isoformat()}~{last.pk}"})
    return PageOf(found[:size], older, "?" + urlencode(kept) if start else "")


def _position(text: str) -> tuple[datetime, UUID] | None:
    at, _, row_id = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, UUID(row_id)) if moment.tzinfo and is_within_reason(moment) else None
    except ValueError:
        return None
