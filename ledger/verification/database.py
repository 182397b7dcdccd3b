"""What must hold of the database itself: that it refuses changes of the journal, and what the checkpoints say."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection
from django.db.transaction import atomic

from ledger.statements import select_rows
from ledger.verification.difference import Difference

KEPT: Final = "the database refuses to change the journal"
CHECKPOINTS: Final = "a checkpoint is the sum of what it covers"
OWNERS: Final = "every row is of a contract with books"
_OF_CONTRACTS: Final = ("transaction", "entry", "job", "idempotencykey", "pool", "lot", "seal")
_TABLES: Final = (
    "ledger_transaction",
    "ledger_entry",
    "ledger_idempotencykey",
    "ledger_auditevent",
    "ledger_seal",
    "ledger_signingkey",
    "ledger_dailyroot",
    "ledger_rootpart",
)


@contextmanager
def joining_whole_tables() -> Iterator[None]:
    """Keep PostgreSQL from looking up row by row what it will need all of.

    Right after a restore or an import there are no statistics from which it could know that.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute("SET LOCAL work_mem = '64MB'")
        yield
        cursor.execute("SET LOCAL enable_nestloop = on")


def unprotected() -> Iterator[Difference]:
    """Yield the append-only tables whose triggers are missing or switched off."""
    if connection.vendor == "postgresql":
        sql = """
            SELECT c.relname FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
            JOIN pg_proc p ON p.oid = g.tgfoid
            WHERE p.proname = 'ledger_refuse_change' AND g.tgenabled IN ('O', 'A') AND g.tgtype & 24 = 24
                AND pg_table_is_visible(c.oid)
        """
    else:
        sql = """
            SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name IN
                (tbl_name || '_no_update', tbl_name || '_no_delete') GROUP BY tbl_name HAVING COUNT(*) = 2
        """
    protected = {name for (name,) in select_rows(sql, [], (str,))}
    for table in _TABLES:
        if table not in protected:
            yield Difference(KEPT, table, "no trigger refuses UPDATE and DELETE")


def wrong_checkpoints(limit: int) -> Iterator[Difference]:
    """Yield checkpoints whose sums are not those of the entries they cover. Looks at every entry."""
    sql = """
        SELECT contract_id, CAST(lot_id AS text) || ' ' || account FROM (
            SELECT contract_id, lot_id, account, amount_mt FROM ledger_checkedbalance
            UNION ALL SELECT e.contract_id, e.lot_id, e.account, -e.amount_mt FROM ledger_checkpoint c
                JOIN ledger_entry e ON e.contract_id = c.contract_id AND e.seq <= c.last_seq
                WHERE e.lot_id IS NOT NULL) AS both_sides
        GROUP BY contract_id, lot_id, account HAVING SUM(amount_mt) <> 0
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT {limit}")
        for contract_id, lot in cursor.fetchall():
            yield Difference(CHECKPOINTS, f"contract {contract_id}", f"lot {lot}")


def rows_of_nobody(limit: int) -> Iterator[Difference]:
    """Yield contracts that rows name and that have no books: nothing else would look at such rows. Looks at all."""
    with joining_whole_tables(), connection.cursor() as cursor:
        for table in _OF_CONTRACTS:
            sql = f"""
                SELECT r.contract_id, COUNT(*) FROM ledger_{table} r
                LEFT JOIN ledger_book b ON b.contract_id = r.contract_id
                WHERE b.contract_id IS NULL GROUP BY r.contract_id LIMIT {limit}
            """
            cursor.execute(sql)
            for contract_id, rows in cursor.fetchall():
                yield Difference(OWNERS, f"contract {contract_id}", f"{rows} in ledger_{table}")
