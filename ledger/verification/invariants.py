"""All invariants of the books by their names, and how one of them is asked of a part of the books."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import Final
from uuid import UUID

from django.db import connection

from ledger.verification import seals
from ledger.verification.balances import BALANCES
from ledger.verification.database import CHECKPOINTS, KEPT, joining_whole_tables
from ledger.verification.difference import Difference
from ledger.verification.jobs import JOBS
from ledger.verification.journal import JOURNAL
from ledger.verification.keys import KEYS, effects
from ledger.verification.scope import Scope, tables

_IN_SQL: Final = {**JOURNAL, **BALANCES, **JOBS, **KEYS}
INVARIANTS: Final[tuple[str, ...]] = (*_IN_SQL, *seals.INVARIANTS, KEPT, CHECKPOINTS)
"""What must hold, by name."""


def broken(invariant: str, scopes: Sequence[Scope], *, limit: int) -> Iterator[Difference]:
    """Yield up to `limit` rows of these contracts that break an invariant that is a query."""
    clause, parameters = tables(scopes)
    if invariant in KEYS:
        clause = f"{clause}, {effects()}"
    everything = not any(scope.since for scope in scopes)
    with joining_whole_tables() if everything else nullcontext(), connection.cursor() as cursor:
        cursor.execute(f"{clause} {_IN_SQL[invariant]} LIMIT {limit}", parameters)
        found = cursor.fetchall()
    for contract_id, row, detail in found:
        yield Difference(invariant, str(row), str(detail), _id(contract_id))


def count_transactions(scopes: Sequence[Scope]) -> int:
    """Return how many transactions these parts of the books have."""
    clause, parameters = tables(scopes)
    with connection.cursor() as cursor:
        cursor.execute(f"{clause} SELECT COUNT(*) FROM tx", parameters)
        (count,) = cursor.fetchall()[0]
    return int(count)


def queries() -> tuple[str, ...]:
    """Return the names of the invariants that are queries."""
    return tuple(_IN_SQL)


def _id(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
