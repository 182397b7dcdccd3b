"""What must hold of jobs and orders. Queries over what `tables` lays out; a job is looked at with all of its past."""

from typing import Final

JOBS: Final[dict[str, str]] = {
    "what a job names exists": """
        SELECT j.contract_id, 'job ' || CAST(j.id AS text), 'user, pool, service, rate or quote' FROM job j
        LEFT JOIN auth_user u ON u.id = j.user_id
        LEFT JOIN ledger_pool p ON p.id = j.pool_id LEFT JOIN ledger_service s ON s.id = j.service_id
        LEFT JOIN ledger_rate r ON r.id = j.rate_id LEFT JOIN ledger_quote q ON q.id = j.quote_id
        WHERE u.id IS NULL OR p.id IS NULL OR s.id IS NULL OR j.rate_id IS NOT NULL AND r.id IS NULL
            OR j.quote_id IS NOT NULL AND q.id IS NULL
            OR p.contract_id <> j.contract_id OR q.contract_id <> j.contract_id
    """,
    "a job's charge, refund and hold are those of its entries": """
        SELECT j.contract_id, 'job ' || CAST(j.id AS text), 'status ' || j.status FROM job j LEFT JOIN
            (SELECT e.job_id,
                SUM(CASE WHEN e.account = 'used' AND e.kind = 'capture' THEN e.amount_mt ELSE 0 END) AS captured,
                SUM(CASE WHEN e.account = 'used' AND e.kind = 'refund' THEN -e.amount_mt ELSE 0 END) AS refunded,
                SUM(CASE WHEN e.account = 'held' AND e.kind = 'hold' THEN e.amount_mt ELSE 0 END) AS price,
                SUM(CASE WHEN e.account = 'held' THEN e.amount_mt ELSE 0 END) AS held
             FROM job_entry e GROUP BY e.job_id) AS s ON s.job_id = j.id
        WHERE j.captured_mt <> COALESCE(s.captured, 0) OR j.refunded_mt <> COALESCE(s.refunded, 0)
            OR j.price_mt <> COALESCE(s.price, 0)
            OR COALESCE(s.held, 0) <> CASE WHEN j.status = 'running' THEN j.price_mt ELSE 0 END
    """,
    "a refund gives back the charge to its own lots, once": """
        SELECT j.contract_id, 'job ' || CAST(j.id AS text), e.account || ' of a lot ' || SUM(e.amount_mt)
        FROM job_entry e JOIN ledger_job j ON j.id = e.job_id WHERE e.account IN ('held', 'used')
        GROUP BY j.contract_id, j.id, j.refunded_mt, j.captured_mt, e.lot_id, e.account
        HAVING SUM(e.amount_mt) < 0 OR e.account = 'used' AND j.refunded_mt > 0 AND SUM(e.amount_mt) <> 0
            OR j.refunded_mt > j.captured_mt
    """,
    "a job knows what it drew on each lot": """
        SELECT j.contract_id, 'job ' || CAST(j.id AS text), 'draws' FROM job j
        JOIN job_entry e ON e.job_id = j.id
        WHERE e.lot_id IS NOT NULL AND e.amount_mt > 0
            AND (e.kind = 'capture' AND e.account = 'used'
                OR e.kind = 'hold' AND e.account = 'held' AND j.status = 'running')
            AND CAST(j.draws AS text) NOT LIKE '%%"' || REPLACE(CAST(e.lot_id AS text), '-', '') || '", "'
                || REPLACE(CAST(e.pool_id AS text), '-', '') || '", ' || e.amount_mt || ']%%'
    """,
    "a job's life is legal": """
        SELECT j.contract_id, 'job ' || CAST(j.id AS text), 'status ' || j.status FROM job j LEFT JOIN
            (SELECT job_id,
                COUNT(CASE WHEN kind = 'hold' THEN 1 END) AS holds,
                COUNT(CASE WHEN kind = 'capture' THEN 1 END) AS captures,
                COUNT(CASE WHEN kind = 'release' THEN 1 END) AS releases,
                COUNT(CASE WHEN kind = 'refund' THEN 1 END) AS refunds,
                MIN(first_seq) AS first_seq,
                MIN(CASE WHEN kind = 'hold' THEN first_seq END) AS hold_seq,
                MIN(CASE WHEN kind = 'hold' THEN at END) AS hold_at,
                MIN(CASE WHEN kind = 'capture' THEN first_seq END) AS capture_seq,
                MIN(CASE WHEN kind = 'refund' THEN first_seq END) AS refund_seq
             FROM job_tx GROUP BY job_id) AS s ON s.job_id = j.id
        WHERE s.job_id IS NULL OR s.holds <> 1 OR s.hold_seq <> s.first_seq OR s.hold_at <> j.created_at
            OR s.captures + s.releases <> CASE WHEN j.status = 'running' THEN 0 ELSE 1 END
            OR s.refunds > s.captures OR s.refund_seq < s.capture_seq
            OR (j.status IN ('producing', 'completed') AND s.captures = 0)
            OR (j.status = 'expired' AND (s.releases = 0 OR j.hold_expires_at IS NULL))
            OR (j.status IN ('running', 'producing')) <> (j.ended_at IS NULL)
            OR (j.results > 0) <> (j.first_result_at IS NOT NULL) OR (j.results > 0 AND s.captures = 0)
            OR j.first_result_at < j.created_at OR j.ended_at < j.created_at OR j.ended_at < j.first_result_at
    """,
    "every fulfilled order is one purchase of its amount": """
        SELECT o.contract_id, 'order ' || CAST(o.id AS text), 'purchased ' || COALESCE(s.amount, 0)
        FROM span n JOIN ledger_order o ON o.contract_id = n.contract_id LEFT JOIN
            (SELECT t.order_id, SUM(e.amount_mt) AS amount FROM span m JOIN ledger_order q
                ON q.contract_id = m.contract_id JOIN ledger_transaction t ON t.order_id = q.id
             JOIN ledger_entry e ON e.contract_id = t.contract_id AND e.seq BETWEEN t.first_seq AND t.last_seq
                AND e.transaction_id = t.id AND e.account = 'available' GROUP BY t.order_id) AS s ON s.order_id = o.id
        WHERE COALESCE(s.amount, 0) <> CASE WHEN o.status = 'fulfilled' THEN o.amount_mt ELSE 0 END
    """,
}
