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
_MANY_ENTRIES: Final = 4_000


def broken(invariants: Sequence[str], scopes: Sequence[Scope], *, limit: int) -> Iterator[Difference]:
    """Yield up to `limit` rows of these contracts for each invariant that they break; one statement asks for all."""
    clause, parameters = tables(scopes)
    if KEYS.keys() & set(invariants):
        clause = f"{clause}, {effects()}"
    asked = " UNION ALL ".join(_limited(number, name, limit) for number, name in enumerate(invariants))
    with joining_whole_tables() if _is_much(scopes) else nullcontext(), connection.cursor() as cursor:
        cursor.execute(f"{clause} {asked}", parameters)
        found = cursor.fetchall()
    for number, contract_id, row, detail in found:
        yield Difference(invariants[number], str(row), str(detail), _id(contract_id))


def _is_much(scopes: Sequence[Scope]) -> bool:
    """Say whether looking up row by row would cost more than reading whole tables; PostgreSQL guesses one row here."""
    in_full = not any(scope.since for scope in scopes)
    return in_full or sum(scope.upto - scope.since for scope in scopes) > _MANY_ENTRIES


def _limited(number: int, invariant: str, limit: int) -> str:
    return f"SELECT * FROM (SELECT {number}, broken.* FROM ({_IN_SQL[invariant]}) AS broken LIMIT {limit}) AS q{number}"


def count_transactions(scopes: Sequence[Scope]) -> int:
    """Return how many transactions these parts of the books have."""
    clause, parameters = tables(scopes)
    with connection.cursor() as cursor:
        cursor.execute(f"{clause} SELECT COUNT(*) FROM tx", parameters)
        (count,) = cursor.fetchall()[0]
    return int(count)


def queries() -> tuple[tuple[str, ...], ...]:
    """Return the names of the invariants that are queries, those together that share what is costly to make."""
    return (*((name,) for name in _IN_SQL if name not in KEYS), tuple(KEYS))


def _id(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
