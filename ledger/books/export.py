"""Tells one contract's journal in a chosen format, piece by piece, so that its length needs no memory."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from ledger.books import beancount, hledger
from ledger.books.beancount import BeancountBooks
from ledger.books.hledger import HledgerBooks
from ledger.books.read import Counted, count, events, opening

Format = Literal["hledger", "beancount"]
FORMATS: Final[tuple[Format, ...]] = ("hledger", "beancount")


def heading(book_format: Format) -> str:
    """Return what stands once at the top of a file, before the books of its contracts."""
    return hledger.HEADING if book_format == "hledger" else beancount.HEADING


def lines(*, contract_id: UUID, book_format: Format, from_seq: int = 1) -> Iterator[str]:
    """Return one contract's books as text, in pieces of whole lines, to be written after `heading(book_format)`.

    They hold every transaction from the one with entry `from_seq` on, what was before it as one sum per account and
    lot, and assertions of what every pool and lot holds now. Entries that are posted meanwhile are left out.

    Raises:
        NotFound: there is no such contract.
    """
    return _told(count(contract_id), book_format, from_seq)


def _told(counted: Counted, book_format: Format, from_seq: int) -> Iterator[str]:
    head = counted.head
    start = opening(head, from_seq=from_seq)
    opening_at: datetime | None = start.at if start.first_seq > 1 else None
    books = HledgerBooks(head) if book_format == "hledger" else BeancountBooks(head)
    yield books.begin(opening_at)
    for leg in start.legs:
        yield books.opening(leg, start.at)
    for event, legs in events(head, first_seq=start.first_seq):
        yield books.event(event, legs)
    for pool, lots in counted.pools:
        yield books.pool(pool)
        for lot in lots:
            yield books.lot(pool, lot)
        yield books.pool_end(pool)
    yield books.end(opening_at)
