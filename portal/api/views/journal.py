"""A contract's books, for those who keep them."""

from itertools import chain
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponseBase, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from ledger.books import heading, lines
from ledger.models import Entry, Transaction
from ledger.rights import Right, require
from portal.api import access
from portal.api.answers import journal as shapes
from portal.api.operations import operation
from portal.api.paging import Order, paged
from portal.api.requests.journal import JournalQuery
from portal.api.scopes import Scope
from portal.api.views.base import ApiView

IN_ORDER: Final = Order(("first_seq",))
PLAIN: Final = "text/plain; charset=utf-8"


class Journal(ApiView):
    """`/journal`."""

    @operation(
        summary="Read a contract's books as JSON, or as plain-text accounting",
        scopes=(Scope.REPORTS_READ,),
        query=JournalQuery,
        answers={(200, "application/json"): shapes.JournalPage, (200, "text/plain"): OpenApiTypes.STR},
        refusals=(404,),
    )
    def get(self, request: Request) -> HttpResponseBase:
        """List transactions from the one with entry `from_seq` on; the text formats hold all of them, streamed."""
        query = self.query()
        contract_id = access.contract_of(self.caller, query.get("contract"))
        if self.caller.client_id is None:
            require(access.membership_of(self.caller, contract_id), Right.JOURNAL)
        if query["format"] != "json":
            return _text(contract_id, query)
        found = Transaction.objects.filter(contract_id=contract_id, last_seq__gte=query["from_seq"])
        return paged(request, found, order=IN_ORDER, query=query, write=_written)


def _text(contract_id: UUID, query: dict[str, Any]) -> StreamingHttpResponse:
    """Return the books as text, piece by piece, so that their length needs no memory."""
    told = lines(contract_id=contract_id, book_format=query["format"], from_seq=query["from_seq"])
    pieces = chain([heading(query["format"])], told)
    name = f'attachment; filename="journal.{query["format"]}"'
    return StreamingHttpResponse(pieces, content_type=PLAIN, headers={"Content-Disposition": name})


def _written(found: list[Transaction]) -> list[dict[str, Any]]:
    if not found:
        return []
    numbers = (found[0].first_seq, found[-1].last_seq)
    entries = Entry.objects.filter(contract_id=found[0].contract_id, seq__range=numbers).order_by("seq")
    return shapes.journal(found, entries)
