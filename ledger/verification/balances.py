"""What must hold of pools, lots and the counter-accounts. Queries over what `tables` lays out."""

from typing import Final

_WITHIN_LOTS: Final = "('hold', 'capture', 'release', 'refund', 'expire')"

BALANCES: Final[dict[str, str]] = {
    "an entry's balance after it is the running sum of its account": """
        SELECT contract_id, 'entry ' || seq, 'is ' || balance_after_mt || ', sum ' || running FROM
            (SELECT contract_id, seq, balance_after_mt, SUM(amount_mt)
                OVER (PARTITION BY contract_id, pool_id, account ORDER BY seq) AS running
             FROM (SELECT contract_id, seq, pool_id, account, amount_mt, balance_after_mt FROM entry
                UNION ALL SELECT contract_id, 0, pool_id, account, SUM(amount_mt), NULL FROM base
                    GROUP BY contract_id, pool_id, account) AS moves) AS summed
        WHERE seq > 0 AND running <> balance_after_mt
    """,
    "no balance of a pool goes below zero": """
        SELECT contract_id, 'entry ' || seq, account || ' ' || balance_after_mt FROM entry
        WHERE pool_id IS NOT NULL AND balance_after_mt < 0
    """,
    "no lot is overdrawn at any instant": """
        SELECT contract_id, 'entry ' || seq, account || ' of its lot ' || running FROM
            (SELECT contract_id, seq, account, SUM(amount_mt)
                OVER (PARTITION BY contract_id, lot_id, account ORDER BY seq) AS running
             FROM (SELECT contract_id, seq, lot_id, account, amount_mt FROM entry WHERE pool_id IS NOT NULL
                UNION ALL SELECT contract_id, 0, lot_id, account, amount_mt FROM base
                    WHERE pool_id IS NOT NULL) AS moves) AS summed
        WHERE seq > 0 AND running < 0
    """,
    "a pool's balances are the sums of its entries": """
        SELECT p.contract_id, 'pool ' || CAST(p.id AS text), 'available, held, used or expired'
        FROM span n JOIN ledger_pool p ON p.contract_id = n.contract_id LEFT JOIN
            (SELECT pool_id,
                SUM(CASE WHEN account = 'available' THEN amount_mt ELSE 0 END) AS available,
                SUM(CASE WHEN account = 'held' THEN amount_mt ELSE 0 END) AS held,
                SUM(CASE WHEN account = 'used' THEN amount_mt ELSE 0 END) AS used,
                SUM(CASE WHEN account = 'expired' THEN amount_mt ELSE 0 END) AS expired
             FROM moved WHERE pool_id IS NOT NULL GROUP BY pool_id) AS s ON s.pool_id = p.id
        WHERE p.available_mt <> COALESCE(s.available, 0) OR p.held_mt <> COALESCE(s.held, 0)
            OR p.used_mt <> COALESCE(s.used, 0) OR p.expired_mt <> COALESCE(s.expired, 0)
    """,
    "a pool is the sum of its lots": """
        SELECT p.contract_id, 'pool ' || CAST(p.id AS text), 'lots differ'
        FROM span n JOIN ledger_pool p ON p.contract_id = n.contract_id LEFT JOIN
            (SELECT l.pool_id, SUM(l.remaining_mt) AS remaining, SUM(l.held_mt) AS held
             FROM span m JOIN ledger_lot l ON l.contract_id = m.contract_id GROUP BY l.pool_id) AS s ON s.pool_id = p.id
        WHERE p.available_mt <> COALESCE(s.remaining, 0) OR p.held_mt <> COALESCE(s.held, 0)
    """,
    "a lot is the sum of its entries": """
        SELECT l.contract_id, 'lot ' || CAST(l.id AS text), 'amount, remaining or held'
        FROM span n JOIN ledger_lot l ON l.contract_id = n.contract_id LEFT JOIN
            (SELECT lot_id, SUM(amount_mt) AS amount,
                SUM(CASE WHEN account = 'available' THEN amount_mt ELSE 0 END) AS remaining,
                SUM(CASE WHEN account = 'held' THEN amount_mt ELSE 0 END) AS held
             FROM moved WHERE pool_id IS NOT NULL GROUP BY lot_id) AS s ON s.lot_id = l.id
        WHERE l.remaining_mt <> COALESCE(s.remaining, 0) OR l.held_mt <> COALESCE(s.held, 0)
            OR l.amount_mt <> COALESCE(s.amount, 0)
    """,
    "the counter-accounts are the sums of their entries": """
        SELECT b.contract_id, 'book', 'issued, sold or adjusted'
        FROM span n JOIN ledger_book b ON b.contract_id = n.contract_id LEFT JOIN
            (SELECT contract_id,
                SUM(CASE WHEN account = 'issued' THEN amount_mt ELSE 0 END) AS issued,
                SUM(CASE WHEN account = 'sold' THEN amount_mt ELSE 0 END) AS sold,
                SUM(CASE WHEN account = 'adjusted' THEN amount_mt ELSE 0 END) AS adjusted
             FROM moved WHERE pool_id IS NULL GROUP BY contract_id) AS s ON s.contract_id = b.contract_id
        WHERE b.issued_mt <> COALESCE(s.issued, 0) OR b.sold_mt <> COALESCE(s.sold, 0)
            OR b.adjusted_mt <> COALESCE(s.adjusted, 0)
    """,
    "what a job moves stays in its lots": f"""
        SELECT e.contract_id, 'transaction ' || CAST(t.id AS text), t.kind || ' changes a lot by ' || SUM(e.amount_mt)
        FROM entry e JOIN ledger_transaction t ON t.id = e.transaction_id WHERE t.kind IN {_WITHIN_LOTS}
        GROUP BY e.contract_id, t.id, t.kind, e.lot_id HAVING SUM(e.amount_mt) <> 0
    """,
    # After its agreed end a lot is spent from only in the days of grace that tokens given back to it began.
    "nothing is spent from an expired lot": """
        SELECT e.contract_id, 'entry ' || e.seq, t.kind FROM entry e
        JOIN ledger_lot l ON l.id = e.lot_id JOIN ledger_transaction t ON t.id = e.transaction_id
        WHERE e.account = 'available' AND e.amount_mt < 0 AND t.kind <> 'expire' AND e.at >= l.expires_at
            AND (e.at >= l.usable_until OR NOT EXISTS (
                SELECT 1 FROM ledger_entry g WHERE g.pool_id = e.pool_id AND g.account = 'available'
                    AND g.at >= l.expires_at AND g.at <= e.at AND g.seq < e.seq
                    AND g.lot_id = e.lot_id AND g.amount_mt > 0))
    """,
    "no lot expires before its time": """
        SELECT e.contract_id, 'entry ' || e.seq, 'expired' FROM entry e
        JOIN ledger_lot l ON l.id = e.lot_id JOIN ledger_transaction t ON t.id = e.transaction_id
        WHERE t.kind = 'expire' AND (l.expires_at IS NULL OR e.at < l.expires_at OR t.due_at IS NULL
            OR t.due_at > e.at OR t.due_at < l.expires_at)
    """,
    "a lot lasts as long as was agreed": """
        SELECT l.contract_id, 'lot ' || CAST(l.id AS text), 'expiry'
        FROM span n JOIN ledger_lot l ON l.contract_id = n.contract_id LEFT JOIN ledger_lot p ON p.id = l.parent_id
        WHERE (l.expires_at IS NULL) <> (l.usable_until IS NULL) OR l.usable_until < l.expires_at
            OR l.parent_id IS NOT NULL AND (p.id IS NULL OR p.contract_id <> l.contract_id
                OR COALESCE(p.expires_at <> l.expires_at, (p.expires_at IS NULL) <> (l.expires_at IS NULL)))
    """,
}
