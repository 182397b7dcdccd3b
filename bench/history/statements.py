"""The statements that write a history of jobs, in order. They know the ledger's tables; nobody else runs them.

A job holds its price (two entries) and is settled half an hour later (two more): 96 of 100 are charged, 2 released,
2 charged and refunded. Jobs are spread evenly over the year before now.
"""

from typing import Final

STAGING: Final = """
CREATE UNLOGGED TABLE bench_place (contract_number int, member_number int, contract_id uuid, user_id int, email text,
    own_pool_id uuid, shared_pool_id uuid);
CREATE UNLOGGED TABLE bench_service (number int, service_id uuid, rate_id uuid, code text, price_mt bigint);
CREATE UNLOGGED TABLE bench_lot (pool_id uuid, part int, lot_id uuid);
"""

# One job in ten belongs to contract 0. Hashes stand in for chance, so that the same size gives the same history.
JOBS: Final = """
CREATE UNLOGGED TABLE bench_job AS
WITH sizes AS (SELECT contract_number, count(*)::int AS members FROM bench_place GROUP BY contract_number),
drawn AS (
    SELECT j, %(first)s::timestamptz + j * (%(last)s::timestamptz - %(first)s::timestamptz) / %(jobs)s AS at,
        CASE WHEN j %% 10 = 0 OR %(contracts)s = 1 THEN 0
            ELSE 1 + (hashint8extended(j, 1) & 65535)::int %% greatest(1, %(contracts)s - 1) END AS contract_number,
        (hashint8extended(j, 2) & 65535)::int AS who, (hashint8extended(j, 3) & 65535)::int AS how
    FROM generate_series(1, %(jobs)s) AS j
)
SELECT d.j, uuidv7(d.at - clock_timestamp()) AS id, p.contract_id, p.user_id, p.email,
    CASE WHEN d.how %% 10 < 3 THEN COALESCE(p.own_pool_id, p.shared_pool_id) ELSE p.shared_pool_id END AS pool_id,
    s.service_id, s.rate_id, s.code, s.price_mt, d.at, d.at + interval '30 minutes' AS settled_at,
    CASE d.how %% 50 WHEN 0 THEN 'cancelled' WHEN 1 THEN 'failed' ELSE 'completed' END AS status,
    'project-' || p.member_number %% 4 AS project, 0 AS part
FROM drawn d JOIN sizes USING (contract_number)
JOIN bench_place p ON p.contract_number = d.contract_number AND p.member_number = d.who %% sizes.members
JOIN bench_service s ON s.number = (p.member_number + d.how %% 2) %% (SELECT count(*)::int FROM bench_service)
"""

# Each pool is spent lot by lot: a job's part is the number of its lot.
PARTS: Final = """
CREATE UNLOGGED TABLE bench_parted AS
SELECT j, id, contract_id, user_id, email, pool_id, service_id, rate_id, code, price_mt, at, settled_at, status,
    project, ntile(%(parts)s) OVER (PARTITION BY pool_id ORDER BY j) - 1 AS part
FROM bench_job
"""

NEEDED: Final = """
SELECT contract_id, pool_id, part, sum(price_mt)::bigint FROM bench_parted
GROUP BY contract_id, pool_id, part ORDER BY 1, 2, 3
"""

LOTS: Final = """
INSERT INTO bench_lot
SELECT pool_id, row_number() OVER (PARTITION BY pool_id ORDER BY expires_at) - 1, id FROM ledger_lot
"""

MOVES: Final = """
CREATE UNLOGGED TABLE bench_move AS
SELECT row_number() OVER (PARTITION BY contract_id ORDER BY at, j, step) + 0 AS number, uuidv7(at - clock_timestamp())
    AS id, m.* FROM (
    SELECT job.j, job.id AS job_id, job.contract_id, job.pool_id, lot.lot_id, job.price_mt, step.step,
        job.at + step.step * interval '30 minutes' AS at, step.kind, step.source, step.target
    FROM bench_parted job
    JOIN bench_lot lot ON lot.pool_id = job.pool_id AND lot.part = job.part
    JOIN (VALUES ('any', 0, 'hold', 'available', 'held'), ('completed', 1, 'capture', 'held', 'used'),
        ('failed', 1, 'capture', 'held', 'used'), ('failed', 2, 'refund', 'used', 'available'),
        ('cancelled', 1, 'release', 'held', 'available')) AS step(status, step, kind, source, target)
        ON step.status IN ('any', job.status)
) AS m
"""

SAVE: Final = {
    "jobs": """
INSERT INTO ledger_job (id, contract_id, service_id, rate_id, quote_id, user_id, pool_id, caller, quantity_m, price_mt,
    captured_mt, refunded_mt, draws, status, results, project, comment, external_id, reason, created_at,
    first_result_at, ended_at, hold_expires_at)
SELECT id, contract_id, service_id, rate_id, NULL, user_id, pool_id, 'client:history', 1000, price_mt,
    CASE status WHEN 'cancelled' THEN 0 ELSE price_mt END, CASE status WHEN 'failed' THEN price_mt ELSE 0 END,
    jsonb_build_array(jsonb_build_array(replace(lot_id::text, '-', ''), replace(pool_id::text, '-', ''), price_mt)),
    status, CASE status WHEN 'completed' THEN 1 ELSE 0 END, project, '', 'job-' || j, '', at,
    CASE status WHEN 'completed' THEN settled_at END,
    CASE status WHEN 'failed' THEN settled_at + interval '30 minutes' ELSE settled_at END, at + interval '1 day'
FROM bench_parted JOIN bench_lot USING (pool_id, part) ORDER BY j
""",
    "transactions": """
INSERT INTO ledger_transaction (id, contract_id, kind, job_id, order_id, caller, reason, first_seq, last_seq, at,
    due_at)
SELECT m.id, m.contract_id, kind, job_id, NULL, 'client:history', '', b.last_seq + 2 * number - 1,
    b.last_seq + 2 * number, m.at, NULL
FROM bench_move m JOIN ledger_book b USING (contract_id) ORDER BY m.at
""",
    "entries": """
INSERT INTO ledger_entry (contract_id, seq, transaction_id, account, pool_id, lot_id, amount_mt, balance_after_mt, at)
SELECT contract_id, seq, id, account, pool_id, lot_id, amount_mt,
    CASE account WHEN 'available' THEN granted_mt ELSE 0 END
        + sum(amount_mt) OVER (PARTITION BY pool_id, account ORDER BY seq), at
FROM (
    SELECT m.contract_id, b.last_seq + 2 * m.number - 1 + side.n AS seq, m.id,
        CASE side.n WHEN 0 THEN m.source ELSE m.target END AS account, m.pool_id, m.lot_id,
        CASE side.n WHEN 0 THEN -m.price_mt ELSE m.price_mt END AS amount_mt, p.available_mt AS granted_mt, m.at
    FROM bench_move m JOIN ledger_book b USING (contract_id) JOIN ledger_pool p ON p.id = m.pool_id,
        (VALUES (0), (1)) AS side(n)
) AS moved
""",
    "keys": """
INSERT INTO ledger_idempotencykey (caller, key, part, contract_id, fingerprint, answer, at)
SELECT 'client:history', 'history-' || j, 0, contract_id, md5(j::text) || md5((j + 1)::text),
    format('{"results":[{"job":{"id":"%%s","contract":"%%s","service":"%%s","user":"%%s","pool":"%%s","quantity_m":1000,'
        '"status":"running","price_mt":%%s,"captured_mt":0,"refunded_mt":0,"results":0,"project":"%%s","comment":"",'
        '"external_id":"job-%%s","reason":"","created_at":"%%s","first_result_at":null,"ended_at":null,'
        '"hold_expires_at":"%%s","lots":[["%%s",%%s]]}}],"whole":true,"note":null}',
        replace(id::text, '-', ''), replace(contract_id::text, '-', ''), code, email, replace(pool_id::text, '-', ''),
        price_mt, project, j, to_json(at) #>> '{}', to_json(at + interval '1 day') #>> '{}',
        replace(lot_id::text, '-', ''), price_mt), at
FROM bench_parted JOIN bench_lot USING (pool_id, part) ORDER BY j
""",
    "balances": """
WITH moved AS (
    SELECT pool_id, sum(CASE kind WHEN 'hold' THEN -price_mt WHEN 'capture' THEN 0 ELSE price_mt END) AS available,
        sum(CASE kind WHEN 'capture' THEN price_mt WHEN 'refund' THEN -price_mt ELSE 0 END) AS used
    FROM bench_move GROUP BY pool_id
)
UPDATE ledger_pool p SET available_mt = p.available_mt + available, used_mt = p.used_mt + used
FROM moved WHERE moved.pool_id = p.id
""",
    "lots": """
WITH moved AS (
    SELECT lot_id, sum(CASE kind WHEN 'hold' THEN -price_mt WHEN 'capture' THEN 0 ELSE price_mt END) AS change
    FROM bench_move GROUP BY lot_id
)
UPDATE ledger_lot l SET remaining_mt = l.remaining_mt + change, exhausted = l.remaining_mt + change = 0
FROM moved WHERE moved.lot_id = l.id
""",
    "books": """
WITH moved AS (SELECT contract_id, count(*) AS moves, max(at) AS at FROM bench_move GROUP BY contract_id)
UPDATE ledger_book b SET last_seq = b.last_seq + 2 * moves, last_at = moved.at
FROM moved WHERE moved.contract_id = b.contract_id
""",
}

TIDY: Final = "DROP TABLE bench_place, bench_service, bench_lot, bench_job, bench_parted, bench_move"
