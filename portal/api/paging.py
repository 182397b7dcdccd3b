"""Lists in pages: a signed cursor names the row to go on from, so that rows added meanwhile shift nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

SALT: Final = "portal.api.paging"
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Order:
    """The names that rows are sorted by, none of them nullable, together unique; `-` sorts downwards."""

    names: tuple[str, ...]

    def sorting(self, *, backwards: bool) -> list[str]:
        """Return what to give to order_by."""
        return [_turned(name) for name in self.names] if backwards else list(self.names)

    def key(self, row: Any) -> list[Any]:
        """Return the row's place in this order."""
        return [_value(row, name.removeprefix("-")) for name in self.names]

    def beyond(self, key: Sequence[Any], *, backwards: bool) -> Q:
        """Return the condition of the rows after `key`, or before it."""
        condition = Q()
        for position, name in enumerate(self.names):
            same = {self._plain(before): key[place] for place, before in enumerate(self.names[:position])}
            way = "lt" if name.startswith("-") != backwards else "gt"
            condition |= Q(**same, **{f"{self._plain(name)}__{way}": key[position]})
        return condition

    def _plain(self, name: str) -> str:
        return name.removeprefix("-")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows, and the cursors of its neighbours."""

    rows: list[Any]
    following: str | None
    preceding: str | None


def page_of(rows: QuerySet[Any, Any], *, order: Order, limit: int, cursor: str | None) -> Page:
    """Return up to `limit` rows from where `cursor` says, with one statement.

    Raises:
        ValidationError: the cursor is not one of this list's.
    """
    salt = f"{SALT}:{rows.model._meta.label}:{','.join(order.names)}"
    key, backwards = _decode(cursor, salt) if cursor else (None, False)
    if key is not None:
        rows = rows.filter(order.beyond(key, backwards=backwards))
    found = list(rows.order_by(*order.sorting(backwards=backwards))[: limit + 1])
    more = len(found) > limit
    found = found[:limit]
    if backwards:
        found.reverse()
    has_next, has_previous = (True, more) if backwards else (more, key is not None)
    return Page(
        found,
        _encode(order.key(found[-1]), salt, backwards=False) if found and has_next else None,
        _encode(order.key(found[0]), salt, backwards=True) if found and has_previous else None,
    )


def paged(
    request: Request,
    rows: QuerySet[Any, Any],
    *,
    order: Order,
    query: dict[str, Any],
    write: Callable[[list[Any]], list[dict[str, Any]]],
) -> Response:
    """Answer with the page of `rows` that the query asks for; `write` gives the JSON of a page's rows."""
    page = page_of(rows, order=order, limit=query["limit"], cursor=query.get("cursor"))
    return Response(
        {
            "results": write(page.rows),
            "next": _link(request, page.following),
            "previous": _link(request, page.preceding),
        }
    )


def _link(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    params = request.query_params.copy()
    params["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{params.urlencode()}")


def _turned(name: str) -> str:
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


def _value(row: Model | dict[str, Any], name: str) -> Any:
    return row[name] if isinstance(row, dict) else getattr(row, name)


def _encode(key: Sequence[Any], salt: str, *, backwards: bool) -> str:
    return signing.dumps([backwards, [_dumped(value) for value in key]], salt=salt, compress=True)


def _decode(cursor: str, salt: str) -> tuple[list[Any], bool]:
    try:
        backwards, key = signing.loads(cursor, salt=salt)
    except signing.BadSignature:
        raise ValidationError({"cursor": ["This is not a cursor of this list."]}) from None
    return [_loaded(value) for value in key], backwards


def _dumped(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    return {"id": str(value)} if isinstance(value, UUID) else value


def _loaded(value: Any) -> Any:
    if isinstance(value, dict):
        return UUID(value["id"]) if "id" in value else parse_datetime(value["at"])
    return value
