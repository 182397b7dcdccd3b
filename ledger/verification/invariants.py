"""All invariants of the books by their names, and how one of them is asked of a part of the books."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import Final
from uuid import UUID

from django.db import connection

from ledger.verification import seals
from ledger.verification.balances import BALANCES
from ledger.verification.database import CHECKPOINTS, KEPT, OWNERS, joining_whole_tables
from ledger.verification.difference import Difference
from ledger.verification.jobs import JOBS
from ledger.verification.journal import JOURNAL
from ledger.verification.keys import KEYS
from ledger.verification.tables import Tables

_IN_SQL: Final = {**JOURNAL, **BALANCES, **JOBS, **KEYS}
INVARIANTS: Final[tuple[str, ...]] = (*_IN_SQL, *seals.INVARIANTS, KEPT, CHECKPOINTS, OWNERS)
"""What must hold, by name."""


def broken(invariants: Sequence[str], tables: Tables, *, limit: int) -> Iterator[Difference]:
    """Yield up to `limit` rows of these parts for each invariant that they break; one statement asks for all."""
    asked = " UNION ALL ".join(_limited(number, name, limit) for number, name in enumerate(invariants))
    with nullcontext() if tables.are_copies else joining_whole_tables(), connection.cursor() as cursor:
        cursor.execute(f"{tables.clause} {asked}", tables.parameters)
        found = cursor.fetchall()
    for number, contract_id, row, detail in found:
        yield Difference(invariants[number], str(row), str(detail), _id(contract_id))


def _limited(number: int, invariant: str, limit: int) -> str:
    return f"SELECT * FROM (SELECT {number}, broken.* FROM ({_IN_SQL[invariant]}) AS broken LIMIT {limit}) AS q{number}"


def count_transactions(tables: Tables) -> int:
    """Return how many transactions these parts of the books have."""
    with connection.cursor() as cursor:
        cursor.execute(f"{tables.clause} SELECT COUNT(*) FROM tx", tables.parameters)
        (count,) = cursor.fetchall()[0]
    return int(count)


def queries() -> tuple[tuple[str, ...], ...]:
    """Return the names of the invariants that are queries, those together that share what is costly to make."""
    return (*((name,) for name in _IN_SQL if name not in KEYS), tuple(KEYS))


def _id(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
