"""Pages of a list that people sort as they read it, by number. For lists that are not too long to count."""

from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)
SIZE = 50


@dataclass(frozen=True, slots=True)
class NumberedPage(Generic[Row]):
    """The rows of a page, where it stands, and the addresses of its neighbours (empty: there is none)."""

    rows: list[Row]
    number: int
    pages: int
    count: int
    previous: str
    next: str


def numbered_page(request: HttpRequest, rows: QuerySet[Row], *, size: int = SIZE) -> NumberedPage[Row]:
    """Return the page that `?page=` names, the nearest one where there is none; two statements."""
    found = Paginator(rows, size).get_page(request.GET.get("page"))
    kept = {name: value for name, value in request.GET.items() if name != "page"}

    def address(is_there: bool, number: int) -> str:
        return "?" + urlencode({**kept, "page": number}) if is_there else ""

    return NumberedPage(
        list(found),
        found.number,
        found.paginator.num_pages,
        found.paginator.count,
        address(found.has_previous(), found.number - 1),
        address(found.has_next(), found.number + 1),
    )
