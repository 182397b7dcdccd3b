"""Takes the lock on a contract's book. Called by the pipeline alone, first of all that it does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from ledger.addresses import by_address
from ledger.errors import NotFound
from ledger.models import Account
from ledger.posting.commands import JobOrder
from ledger.posting.requests import Request
from ledger.posting.state import BookState
from ledger.statements import Query, on_postgresql, one, read


@dataclass(frozen=True, slots=True)
class Locked:
    """A contract's book, the database's time, and the members whom orders name by e-mail address."""

    book: BookState
    now: datetime
    members: Mapping[str, int]


def lock_book(contract_id: UUID, requests: Sequence[Request]) -> Locked:
    """Lock the contract's book until the end of the database transaction; one statement on PostgreSQL.

    Raises:
        NotFound: there is no such contract.
    """
    orders = (command for request in requests for command in request.commands if isinstance(command, JobOrder))
    emails = {order.email for order in orders if order.email}
    rows, *found = read(_book(contract_id), *([by_address(contract_id, emails)] if emails else []))
    if not rows:
        raise NotFound("There is no such contract.", field="contract")
    last_seq, last_at, issued_mt, sold_mt, adjusted_mt, allow_split, grace_s, ends_at, now, *_ = rows[0]
    sources: dict[str, int] = {Account.ISSUED: issued_mt, Account.SOLD: sold_mt, Account.ADJUSTED: adjusted_mt}
    book = BookState(contract_id, last_seq, last_at, sources, allow_split, grace_s, ends_at)
    return Locked(book, now, dict(found[0]) if found else {})


# Until the end of the database transaction its prepared statements keep one plan each: with a long history PostgreSQL
# takes planning anew for cheaper, each time, and that costs more than running them (decision 22).
_POSTGRESQL_NOW: Final = "statement_timestamp(), set_config('plan_cache_mode', 'force_generic_plan', true)"
_SQLITE_NOW: Final = "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now'), ''"
_BOOK_TYPES: Final = (int, datetime, int, int, int, bool, int, datetime, datetime, str)


def _book(contract_id: UUID) -> Query:
    postgresql = on_postgresql()
    sql = f"""
        SELECT b.last_seq, b.last_at, b.issued_mt, b.sold_mt, b.adjusted_mt,
            c.allow_split, c.refund_grace_s, c.ends_at, {_POSTGRESQL_NOW if postgresql else _SQLITE_NOW}
        FROM ledger_book b JOIN ledger_contract c ON c.id = b.contract_id WHERE b.contract_id = %s
        {"FOR NO KEY UPDATE OF b" if postgresql else ""}
    """
    return Query(sql, [one(contract_id)], _BOOK_TYPES)
