"""What must hold of transactions and entries by themselves. Queries over what `tables` lays out.

Each returns the rows (contract, row, detail) that break its invariant, so that a large ledger needs little memory.
"""

from typing import Final

_MAY_MOVE: Final = {
    "grant": "issued- available+",
    "purchase": "sold- available+",
    "adjust": "adjusted- adjusted+ available- available+",
    "allocate": "available- available+",
    "take_back": "available- available+",
    "hold": "available- held+ available0 held0",
    "capture": "held- used+ available+ available- expired+ held0 used0",
    "release": "held- available+ expired+ held0 available0",
    "refund": "used- available+ expired+ used0 available0",
    "expire": "available- expired+",
}
_LEGAL_MOVES: Final = ", ".join(f"'{kind} {move}'" for kind, moves in _MAY_MOVE.items() for move in moves.split())
_OF_JOBS: Final = "('hold', 'capture', 'release', 'refund')"

JOURNAL: Final[dict[str, str]] = {
    "every transaction's entries sum to zero": """
        SELECT contract_id, 'transaction ' || CAST(transaction_id AS text), 'sum ' || SUM(amount_mt) FROM entry
        GROUP BY contract_id, transaction_id HAVING SUM(amount_mt) <> 0
    """,
    "a transaction has just the entries of its range": """
        SELECT t.contract_id, 'transaction ' || CAST(t.id AS text), 'entries ' || COALESCE(c.entries, 0) FROM tx t
        LEFT JOIN (SELECT e.transaction_id, COUNT(*) AS entries FROM later e GROUP BY e.transaction_id) AS c
            ON c.transaction_id = t.id
        WHERE COALESCE(c.entries, 0) <> t.last_seq - t.first_seq + 1
    """,
    "an entry is of its transaction's contract, range and time": """
        SELECT e.contract_id, 'entry ' || e.seq, 'transaction ' || CAST(e.transaction_id AS text) FROM entry e
        LEFT JOIN ledger_transaction t ON t.id = e.transaction_id
        WHERE t.id IS NULL OR t.contract_id <> e.contract_id OR e.at <> t.at
            OR e.seq < t.first_seq OR e.seq > t.last_seq
    """,
    "a contract's entries are numbered without gaps": """
        SELECT b.contract_id, 'book', 'at ' || b.last_seq || ', entries to ' || COALESCE(n.high, s.since)
        FROM span s JOIN ledger_book b ON b.contract_id = s.contract_id
        LEFT JOIN (SELECT contract_id, COUNT(*) AS entries, MIN(seq) AS low, MAX(seq) AS high
            FROM later GROUP BY contract_id) AS n ON n.contract_id = b.contract_id
        WHERE COALESCE(n.entries, 0) <> b.last_seq - s.since OR COALESCE(n.high, s.since) <> b.last_seq
            OR COALESCE(n.low, s.since + 1) <> s.since + 1
    """,
    "business time never goes back": """
        SELECT contract_id, 'entry ' || seq, 'earlier than the entry before' FROM
            (SELECT contract_id, seq, at, LAG(at) OVER (PARTITION BY contract_id ORDER BY seq) AS before
             FROM entry) AS ordered WHERE before > at
        UNION ALL SELECT e.contract_id, 'entry ' || e.seq, 'earlier than the last one verified'
            FROM span s JOIN ledger_entry e ON e.contract_id = s.contract_id AND e.seq = s.since + 1
            WHERE e.at < s.since_at
        UNION ALL SELECT b.contract_id, 'book', 'not at the time of its last entry'
            FROM span s JOIN ledger_book b ON b.contract_id = s.contract_id
            JOIN ledger_entry e ON e.contract_id = b.contract_id AND e.seq = b.last_seq WHERE e.at <> b.last_at
    """,
    "a transaction moves tokens between the accounts of its kind": f"""
        SELECT e.contract_id, 'entry ' || e.seq, t.kind || ' ' || e.account FROM entry e
        JOIN ledger_transaction t ON t.id = e.transaction_id
        WHERE t.kind || ' ' || e.account ||
            CASE WHEN e.amount_mt > 0 THEN '+' WHEN e.amount_mt < 0 THEN '-' ELSE '0' END NOT IN ({_LEGAL_MOVES})
    """,
    "what a transaction names exists": f"""
        SELECT t.contract_id, 'transaction ' || CAST(t.id AS text), t.kind FROM tx t
        LEFT JOIN ledger_job j ON j.id = t.job_id LEFT JOIN ledger_order o ON o.id = t.order_id
        WHERE (t.job_id IS NULL) = (t.kind IN {_OF_JOBS}) OR t.job_id IS NOT NULL AND j.id IS NULL
            OR t.order_id IS NOT NULL AND o.id IS NULL
            OR j.contract_id <> t.contract_id OR o.contract_id <> t.contract_id
    """,
    "what an entry names exists": """
        SELECT e.contract_id, 'entry ' || e.seq, 'lot or pool' FROM entry e
        LEFT JOIN ledger_lot l ON l.id = e.lot_id LEFT JOIN ledger_pool p ON p.id = e.pool_id
        WHERE e.lot_id IS NULL AND e.amount_mt <> 0 OR e.lot_id IS NOT NULL AND l.id IS NULL
            OR e.pool_id IS NOT NULL AND p.id IS NULL
            OR l.contract_id <> e.contract_id OR p.contract_id <> e.contract_id
    """,
    "an entry is in its lot's pool": """
        SELECT e.contract_id, 'entry ' || e.seq, 'another pool than its lot' FROM entry e
        JOIN ledger_lot l ON l.id = e.lot_id WHERE e.pool_id IS NOT NULL AND e.pool_id <> l.pool_id
    """,
}
