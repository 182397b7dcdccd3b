"""Which member of a contract has an e-mail address: for programs, which name people so."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from ledger.statements import Query, among, many, one, read

NO_SUCH_USER: Final = "There is no such user on this contract."


def members_at(contract_id: UUID, emails: Collection[str]) -> dict[str, int]:
    """Return the ids of the active members with these addresses (in lower case), by address."""
    (rows,) = read(by_address(contract_id, emails))
    return dict(rows)


def by_address(contract_id: UUID, emails: Collection[str]) -> Query:
    """Return the query of (address, user's id) for these addresses, to be asked together with others."""
    # Where two people have one address, nobody may guess who pays.
    sql = f"""
        SELECT LOWER(u.email), MIN(u.id)
        FROM auth_user u JOIN ledger_membership m ON m.user_id = u.id
        WHERE {among("LOWER(u.email)", "text")} AND u.is_active AND m.contract_id = %s
        GROUP BY LOWER(u.email) HAVING COUNT(*) = 1
    """
    return Query(sql, [many(emails), one(contract_id)], (str, int))
