"""Recomputes the books from their entries and names every difference. Reads only; run by `manage.py verify_ledger`.

Each invariant is a query that returns the rows that break it, so that verifying a large ledger needs little memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.transaction import atomic

INVARIANTS: Final[dict[str, str]] = {
    "every transaction's entries sum to zero": """
        SELECT transaction_id, 'sum ' || SUM(amount_mt) FROM ledger_entry
        GROUP BY transaction_id HAVING SUM(amount_mt) <> 0
    """,
    "a transaction has just the entries of its range": """
        SELECT t.id, 'entries ' || COUNT(e.seq) FROM ledger_transaction t
        LEFT JOIN ledger_entry e ON e.transaction_id = t.id
        GROUP BY t.id, t.first_seq, t.last_seq HAVING COUNT(e.seq) <> t.last_seq - t.first_seq + 1
            OR MIN(e.seq) <> t.first_seq OR MAX(e.seq) <> t.last_seq
    """,
    "a contract's entries are numbered without gaps": """
        SELECT b.contract_id, 'book at ' || b.last_seq || ', entries ' || COUNT(e.seq) FROM ledger_book b
        LEFT JOIN ledger_entry e ON e.contract_id = b.contract_id GROUP BY b.contract_id, b.last_seq
        HAVING COUNT(e.seq) <> b.last_seq OR COALESCE(MAX(e.seq), 0) <> b.last_seq OR COALESCE(MIN(e.seq), 1) <> 1
    """,
    "business time never goes back": """
        SELECT contract_id, 'entry ' || seq FROM
            (SELECT contract_id, seq, at, LAG(at) OVER (PARTITION BY contract_id ORDER BY seq) AS before
             FROM ledger_entry) AS ordered WHERE before > at
    """,
    "balance_after is the running sum of its account": """
        SELECT contract_id, 'entry ' || seq FROM
            (SELECT contract_id, seq, balance_after_mt, SUM(amount_mt)
                OVER (PARTITION BY contract_id, pool_id, account ORDER BY seq) AS running
             FROM ledger_entry) AS summed WHERE running <> balance_after_mt
    """,
    "a pool's balances are the sums of its entries": """
        SELECT p.id, 'available, held, used or expired' FROM ledger_pool p LEFT JOIN
            (SELECT pool_id,
                SUM(CASE WHEN account = 'available' THEN amount_mt ELSE 0 END) AS available,
                SUM(CASE WHEN account = 'held' THEN amount_mt ELSE 0 END) AS held,
                SUM(CASE WHEN account = 'used' THEN amount_mt ELSE 0 END) AS used,
                SUM(CASE WHEN account = 'expired' THEN amount_mt ELSE 0 END) AS expired
             FROM ledger_entry WHERE pool_id IS NOT NULL GROUP BY pool_id) AS s ON s.pool_id = p.id
        WHERE p.available_mt <> COALESCE(s.available, 0) OR p.held_mt <> COALESCE(s.held, 0)
            OR p.used_mt <> COALESCE(s.used, 0) OR p.expired_mt <> COALESCE(s.expired, 0)
    """,
    "a pool is the sum of its lots": """
        SELECT p.id, 'lots differ' FROM ledger_pool p LEFT JOIN
            (SELECT pool_id, SUM(remaining_mt) AS remaining, SUM(held_mt) AS held FROM ledger_lot GROUP BY pool_id)
            AS s ON s.pool_id = p.id
        WHERE p.available_mt <> COALESCE(s.remaining, 0) OR p.held_mt <> COALESCE(s.held, 0)
    """,
    "a lot is the sum of its entries": """
        SELECT l.id, 'remaining or held' FROM ledger_lot l LEFT JOIN
            (SELECT lot_id,
                SUM(CASE WHEN account = 'available' THEN amount_mt ELSE 0 END) AS remaining,
                SUM(CASE WHEN account = 'held' THEN amount_mt ELSE 0 END) AS held
             FROM ledger_entry WHERE lot_id IS NOT NULL AND pool_id IS NOT NULL GROUP BY lot_id) AS s ON s.lot_id = l.id
        WHERE l.remaining_mt <> COALESCE(s.remaining, 0) OR l.held_mt <> COALESCE(s.held, 0)
    """,
    "an entry is in its lot's pool": """
        SELECT e.contract_id, 'entry ' || e.seq FROM ledger_entry e JOIN ledger_lot l ON l.id = e.lot_id
        WHERE e.pool_id IS NOT NULL AND e.pool_id <> l.pool_id OR e.contract_id <> l.contract_id
    """,
    "the counter-accounts are the sums of their entries": """
        SELECT b.contract_id, 'issued, sold or adjusted' FROM ledger_book b LEFT JOIN
            (SELECT contract_id,
                SUM(CASE WHEN account = 'issued' THEN amount_mt ELSE 0 END) AS issued,
                SUM(CASE WHEN account = 'sold' THEN amount_mt ELSE 0 END) AS sold,
                SUM(CASE WHEN account = 'adjusted' THEN amount_mt ELSE 0 END) AS adjusted
             FROM ledger_entry WHERE pool_id IS NULL GROUP BY contract_id) AS s ON s.contract_id = b.contract_id
        WHERE b.issued_mt <> COALESCE(s.issued, 0) OR b.sold_mt <> COALESCE(s.sold, 0)
            OR b.adjusted_mt <> COALESCE(s.adjusted, 0)
    """,
    "a job's charge, refund and hold are those of its entries": """
        SELECT j.id, 'status ' || j.status FROM ledger_job j LEFT JOIN
            (SELECT t.job_id,
                SUM(CASE WHEN e.account = 'used' AND t.kind = 'capture' THEN e.amount_mt ELSE 0 END) AS captured,
                SUM(CASE WHEN e.account = 'used' AND t.kind = 'refund' THEN -e.amount_mt ELSE 0 END) AS refunded,
                SUM(CASE WHEN e.account = 'held' THEN e.amount_mt ELSE 0 END) AS held
             FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
             WHERE t.job_id IS NOT NULL GROUP BY t.job_id) AS s ON s.job_id = j.id
        WHERE j.captured_mt <> COALESCE(s.captured, 0) OR j.refunded_mt <> COALESCE(s.refunded, 0)
            OR COALESCE(s.held, 0) <> CASE WHEN j.status = 'running' THEN j.price_mt ELSE 0 END
    """,
    "a job gives back no more than it took, lot by lot": """
        SELECT t.job_id, 'lot ' || CAST(e.lot_id AS text)
        FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
        WHERE t.job_id IS NOT NULL AND e.account IN ('held', 'used')
        GROUP BY t.job_id, e.lot_id, e.account HAVING SUM(e.amount_mt) < 0
    """,
    "a job knows what it drew on each lot": """
        SELECT j.id, 'draws ' || CAST(j.draws AS text) FROM ledger_job j
        JOIN ledger_transaction t ON t.job_id = j.id JOIN ledger_entry e ON e.transaction_id = t.id
        WHERE e.lot_id IS NOT NULL AND e.amount_mt > 0
            AND (t.kind = 'capture' AND e.account = 'used'
                OR t.kind = 'hold' AND e.account = 'held' AND j.status = 'running')
            AND CAST(j.draws AS text) NOT LIKE '%"' || REPLACE(CAST(e.lot_id AS text), '-', '') || '", "'
                || REPLACE(CAST(e.pool_id AS text), '-', '') || '", ' || e.amount_mt || ']%'
    """,
    "a job's life is legal": """
        SELECT j.id, 'status ' || j.status FROM ledger_job j LEFT JOIN
            (SELECT job_id, MAX(CASE WHEN kind = 'hold' THEN 1 ELSE 0 END) AS hold,
                MAX(CASE WHEN kind = 'capture' THEN 1 ELSE 0 END) AS capture,
                MAX(CASE WHEN kind = 'release' THEN 1 ELSE 0 END) AS release,
                MAX(CASE WHEN kind = 'refund' THEN 1 ELSE 0 END) AS refund
             FROM ledger_transaction WHERE job_id IS NOT NULL GROUP BY job_id) AS s ON s.job_id = j.id
        WHERE COALESCE(s.hold, 0) = 0
            OR (j.status = 'running') <> (s.capture + s.release = 0) OR s.capture + s.release > 1
            OR (j.status IN ('producing', 'completed') AND s.capture = 0)
            OR (j.status = 'expired' AND s.release = 0) OR s.refund > s.capture
    """,
    "nothing is spent from an expired lot": """
        SELECT e.contract_id, 'entry ' || e.seq FROM ledger_entry e
        JOIN ledger_lot l ON l.id = e.lot_id JOIN ledger_transaction t ON t.id = e.transaction_id
        WHERE e.account = 'available' AND e.amount_mt < 0 AND t.kind <> 'expire' AND e.at >= l.usable_until
    """,
    "no lot expires before its time": """
        SELECT e.contract_id, 'entry ' || e.seq FROM ledger_entry e
        JOIN ledger_lot l ON l.id = e.lot_id JOIN ledger_transaction t ON t.id = e.transaction_id
        WHERE t.kind = 'expire' AND (l.expires_at IS NULL OR e.at < l.expires_at)
    """,
    "every fulfilled order is one purchase of its amount": """
        SELECT o.id, 'purchased ' || COALESCE(s.amount, 0) FROM ledger_order o LEFT JOIN
            (SELECT t.order_id, SUM(e.amount_mt) AS amount FROM ledger_transaction t
             JOIN ledger_entry e ON e.transaction_id = t.id AND e.account = 'available'
             WHERE t.order_id IS NOT NULL GROUP BY t.order_id) AS s ON s.order_id = o.id
        WHERE COALESCE(s.amount, 0) <> CASE WHEN o.status = 'fulfilled' THEN o.amount_mt ELSE 0 END
    """,
}
"""What must hold, and a query for the rows (identifier, what is wrong) where it does not."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that breaks an invariant."""

    invariant: str
    row: str
    detail: str


def differences(limit_per_invariant: int = 20) -> Iterator[Difference]:
    """Yield what does not add up; nothing for sound books."""
    for invariant, sql in INVARIANTS.items():
        with atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                # Whole tables are joined. Right after a restore or an import there are no statistics that would say so.
                cursor.execute("SET LOCAL enable_nestloop = off")
            cursor.execute(sql)
            found = cursor.fetchmany(limit_per_invariant)
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL enable_nestloop = on")
        for row, detail in found:
            yield Difference(invariant, str(row), str(detail))
