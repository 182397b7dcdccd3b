"""A hand that tampers with the books past everything that keeps it from doing so, for tests of what notices it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def tampering() -> Iterator[None]:
    """Let the block change what the triggers keep, and write what the constraints forbid; all of it in one transaction.

    On PostgreSQL the checks that are dropped stay dropped until the test's transaction is rolled back.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("ALTER TABLE ledger_entry DROP CONSTRAINT IF EXISTS entry_pool_balance_never_negative")
            yield
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers: list[Any] = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        yield
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
        for _, definition in triggers:
            cursor.execute(definition)
