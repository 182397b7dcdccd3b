"""The statements that make a history: people, jobs, lots, then the journal numbered and summed by window functions.

Every transaction has two entries, so the numbers of a contract's n-th transaction are 2n - 1 and 2n.
"""

SETTINGS = """
-- The keys between tables hold by construction.
SET LOCAL session_replication_role = replica;
SET LOCAL work_mem = '512MB';
SET LOCAL maintenance_work_mem = '512MB';
SELECT setseed(0.25);
CREATE FUNCTION pg_temp.id_at(at timestamptz) RETURNS uuid VOLATILE LANGUAGE sql AS $$
    -- UUID version 7, as ledger.ids makes it
    SELECT (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(r, 1, 3)
        || '8' || substr(r, 4, 15))::uuid FROM md5(random()::text) AS r
$$;
"""

PEOPLE = """
CREATE TEMP TABLE h_contract ON COMMIT DROP AS
    SELECT n, pg_temp.id_at(%(start)s) AS id,
        CASE n WHEN 1 THEN %(large_members)s ELSE %(members)s END AS members,
        CASE n WHEN 1 THEN %(large_jobs)s ELSE %(jobs)s END AS jobs
    FROM generate_series(1, %(contracts)s) AS n;
INSERT INTO ledger_contract (id, number, name, starts_at, allow_split, project_required, refund_grace_s, created_at)
    SELECT id, 'BENCH-' || n, 'Bench contract ' || n, %(start)s, false, false, 2592000, %(start)s FROM h_contract;
CREATE TEMP TABLE h_member ON COMMIT DROP AS
    SELECT c.id AS contract_id, c.n, m, nextval(pg_get_serial_sequence('auth_user', 'id'))::int AS user_id,
        pg_temp.id_at(%(start)s) AS pool_id
    FROM h_contract c, generate_series(0, c.members - 1) AS m ORDER BY c.n, m;
INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff, is_active,
        date_joined)
    SELECT user_id, '!', false, 'bench-' || n || '-' || m, 'Member', n || '-' || m,
        'bench-' || n || '-' || m || '@example.com', false, true, %(start)s FROM h_member;
INSERT INTO ledger_membership (id, contract_id, user_id, role, uses_shared, enabled_at, created_at)
    SELECT pg_temp.id_at(%(start)s), contract_id, user_id, CASE m WHEN 0 THEN 'administrator' ELSE 'end_user' END,
        true, %(start)s, %(start)s FROM h_member;
CREATE TEMP TABLE h_pool ON COMMIT DROP AS
    SELECT pool_id AS id, contract_id, user_id, m FROM h_member
    UNION ALL SELECT pg_temp.id_at(%(start)s), id, NULL, -1 FROM h_contract;
ANALYZE h_pool;
"""

JOBS = """
CREATE TEMP TABLE h_rate ON COMMIT DROP AS
    SELECT DISTINCT ON (s.code) s.id AS service_id, r.id AS rate_id, r.amount_mt AS price_mt, s.code,
        s.refund_policy = 'on_failure_or_cancel' AS refundable
    FROM ledger_service s JOIN ledger_rate r ON r.service_id = s.id WHERE r.amount_mt > 0 ORDER BY s.code;
ALTER TABLE h_rate ADD n serial;
CREATE TEMP TABLE h_draw ON COMMIT DROP AS
    SELECT c.id AS contract_id, c.n AS c, floor(power(random(), 1.5) * c.members)::int AS m,
        %(start)s::timestamptz + (i + random() * 0.5) * (make_interval(days => %(days)s) / (c.jobs + 1)) AS at,
        random() AS r_service, random() AS r_project, random() AS r_pool, random() AS r_outcome
    FROM h_contract c, generate_series(1, c.jobs) AS i;
-- Away from the ends of months, so that each job is settled while its lot lives.
UPDATE h_draw SET at = at - interval '20 s' WHERE date_trunc('month', at) <> date_trunc('month', at + interval '10 s');
CREATE TEMP TABLE h_job ON COMMIT DROP AS
    SELECT pg_temp.id_at(d.at) AS id, d.contract_id, d.at, u.user_id, p.id AS pool_id, r.service_id, r.rate_id,
        r.price_mt, date_trunc('month', d.at) AS month,
        CASE WHEN r_project < 0.1 THEN '' ELSE 'P-' || ((d.m * 3 + floor(r_project * 2)::int) %% 20) END AS project,
        CASE WHEN r_outcome < 0.05 THEN 'failed' WHEN r_outcome < 0.1 AND r.refundable THEN 'refunded'
            ELSE 'completed' END AS outcome
    FROM h_draw d
    JOIN h_member u ON u.contract_id = d.contract_id AND u.m = d.m
    JOIN h_pool p ON p.contract_id = d.contract_id AND p.m = CASE WHEN r_pool < 0.3 THEN -1 ELSE d.m END
    JOIN h_rate r ON r.n = 1 + (d.m * 5 + CASE WHEN r_service < 0.7 THEN 0 ELSE floor(r_service * 20)::int END)
        %% (SELECT count(*)::int FROM h_rate);
ANALYZE h_job;
"""

LOTS = """
CREATE TEMP TABLE h_lot ON COMMIT DROP AS
    SELECT pg_temp.id_at(month) AS id, pool_id, contract_id, month,
        greatest(month, %(start)s) AS granted_at,
        CASE WHEN month < date_trunc('month', %(end)s::timestamptz) THEN month + interval '1 month'
            ELSE month + interval '13 months' END AS expires_at,
        used_mt, used_mt + 1000000 AS amount_mt
    FROM (
        SELECT pool_id, contract_id, month, sum(price_mt) FILTER (WHERE outcome = 'completed') AS used_mt
        FROM h_job GROUP BY pool_id, contract_id, month
        UNION ALL SELECT id, contract_id, date_trunc('month', %(end)s::timestamptz), 0 FROM h_pool p WHERE NOT EXISTS
            (SELECT FROM h_job j WHERE j.pool_id = p.id AND j.month = date_trunc('month', %(end)s::timestamptz))
    ) AS months;
UPDATE h_lot SET used_mt = 0, amount_mt = 1000000 WHERE used_mt IS NULL;
ALTER TABLE h_lot ADD order_id uuid;
UPDATE h_lot l SET order_id = pg_temp.id_at(l.granted_at) FROM h_pool p WHERE p.id = l.pool_id AND p.user_id IS NULL;
CREATE UNIQUE INDEX ON h_lot (pool_id, month);
ANALYZE h_lot;
INSERT INTO ledger_lot (id, contract_id, pool_id, source, amount_mt, remaining_mt, held_mt, granted_at, expires_at,
        usable_until, exhausted)
    SELECT id, contract_id, pool_id, CASE WHEN order_id IS NULL THEN 'gift' ELSE 'purchase' END, amount_mt,
        CASE WHEN expires_at <= %(end)s THEN 0 ELSE amount_mt - used_mt END, 0, granted_at, expires_at, expires_at,
        expires_at <= %(end)s
    FROM h_lot ORDER BY granted_at;
INSERT INTO ledger_order (id, contract_id, pack_id, quantity, amount_mt, price_cents, currency, channel,
        purchase_order, status, ordered_by_id, created_at, fulfilled_at)
    SELECT order_id, l.contract_id, (SELECT id FROM ledger_pack ORDER BY amount_mt LIMIT 1), 1, amount_mt, 10000,
        'USD', 'store', '', 'fulfilled', m.user_id, granted_at, granted_at
    FROM h_lot l JOIN h_member m ON m.contract_id = l.contract_id AND m.m = 0 WHERE order_id IS NOT NULL
    ORDER BY granted_at;
INSERT INTO ledger_job (id, contract_id, service_id, rate_id, user_id, pool_id, caller, quantity_m, price_mt,
        captured_mt, refunded_mt, draws, status, results, project, comment, external_id, reason, created_at,
        first_result_at, ended_at, hold_expires_at)
    SELECT j.id, j.contract_id, service_id, rate_id, user_id, j.pool_id, 'user:' || user_id, 1000, price_mt,
        CASE outcome WHEN 'failed' THEN 0 ELSE price_mt END, CASE outcome WHEN 'refunded' THEN price_mt ELSE 0 END,
        to_jsonb(ARRAY[ARRAY[to_jsonb(replace(l.id::text, '-', '')), to_jsonb(replace(j.pool_id::text, '-', '')),
            to_jsonb(price_mt)]]),
        CASE outcome WHEN 'completed' THEN 'completed' ELSE 'failed' END,
        CASE outcome WHEN 'failed' THEN 0 ELSE 1 END, project, '', '', '', at,
        CASE outcome WHEN 'failed' THEN NULL ELSE at + interval '2 s' END, at + interval '4 s', at + interval '1 day'
    FROM h_job j JOIN h_lot l ON l.pool_id = j.pool_id AND l.month = j.month ORDER BY at;
"""

TRANSACTIONS = """
CREATE TEMP TABLE h_move (contract_id uuid, at timestamptz, step int, kind text, job_id uuid, order_id uuid, pool_id uuid,
    lot_id uuid, amount_mt bigint, source text, target text, caller text, due_at timestamptz) ON COMMIT DROP;
INSERT INTO h_move
    SELECT contract_id, granted_at, 0, CASE WHEN order_id IS NULL THEN 'grant' ELSE 'purchase' END,
        NULL::uuid, order_id, pool_id, id, amount_mt, CASE WHEN order_id IS NULL THEN 'issued' ELSE 'sold' END,
        'available', 'system', NULL::timestamptz
    FROM h_lot
    UNION ALL SELECT contract_id, expires_at, 1, 'expire', NULL, NULL, pool_id, id, amount_mt - used_mt, 'available',
        'expired', 'system', expires_at FROM h_lot WHERE expires_at <= %(end)s;
INSERT INTO h_move
    SELECT j.contract_id, at + s.after, 2, s.kind, j.id, NULL, j.pool_id, l.id, price_mt, s.source, s.target,
        'user:' || user_id, NULL
    FROM h_job j JOIN h_lot l ON l.pool_id = j.pool_id AND l.month = j.month
    JOIN (VALUES ('hold', 'available', 'held', interval '0', 'any'),
        ('capture', 'held', 'used', interval '2 s', 'captured'),
        ('release', 'held', 'available', interval '4 s', 'failed'),
        ('refund', 'used', 'available', interval '4 s', 'refunded')) AS s (kind, source, target, after, whose)
    ON s.whose IN ('any', outcome) OR s.whose = 'captured' AND outcome <> 'failed';
ANALYZE h_move;
CREATE TEMP TABLE h_transaction ON COMMIT DROP AS
    SELECT pg_temp.id_at(at) AS id, *,
        row_number() OVER (PARTITION BY contract_id ORDER BY at, step, job_id, lot_id) AS n FROM h_move;
INSERT INTO ledger_transaction (id, contract_id, kind, job_id, order_id, caller, reason, first_seq, last_seq, at,
        due_at)
    SELECT id, contract_id, kind, job_id, order_id, caller, '', 2 * n - 1, 2 * n, at, due_at
    FROM h_transaction ORDER BY at, n;
"""

ENTRIES = """
INSERT INTO ledger_entry (contract_id, seq, transaction_id, account, pool_id, lot_id, amount_mt, balance_after_mt, at)
    SELECT contract_id, seq, id, account, pool_id, lot_id, amount_mt,
        sum(amount_mt) OVER (PARTITION BY contract_id, pool_id, account ORDER BY seq), at
    FROM (
        SELECT contract_id, 2 * n - 1 AS seq, id, source AS account,
            CASE WHEN source IN ('issued', 'sold') THEN NULL ELSE pool_id END AS pool_id, lot_id,
            -amount_mt AS amount_mt, at FROM h_transaction
        UNION ALL SELECT contract_id, 2 * n, id, target, pool_id, lot_id, amount_mt, at FROM h_transaction
    ) AS sides ORDER BY at, seq;
"""

BALANCES = """
INSERT INTO ledger_pool (id, contract_id, kind, user_id, available_mt, held_mt, used_mt, expired_mt, created_at)
    SELECT p.id, p.contract_id, CASE WHEN p.user_id IS NULL THEN 'shared' ELSE 'individual' END, p.user_id,
        coalesce(sum(e.amount_mt) FILTER (WHERE account = 'available'), 0),
        coalesce(sum(e.amount_mt) FILTER (WHERE account = 'held'), 0),
        coalesce(sum(e.amount_mt) FILTER (WHERE account = 'used'), 0),
        coalesce(sum(e.amount_mt) FILTER (WHERE account = 'expired'), 0), %(start)s
    FROM h_pool p LEFT JOIN ledger_entry e ON e.pool_id = p.id GROUP BY p.id, p.contract_id, p.user_id;
INSERT INTO ledger_book (contract_id, last_seq, last_at, issued_mt, sold_mt, adjusted_mt)
    SELECT c.id, coalesce(max(seq), 0), max(at), coalesce(sum(amount_mt) FILTER (WHERE account = 'issued'), 0),
        coalesce(sum(amount_mt) FILTER (WHERE account = 'sold'), 0), 0
    FROM h_contract c LEFT JOIN ledger_entry e ON e.contract_id = c.id GROUP BY c.id;
"""

STEPS = [
    ("people", SETTINGS + PEOPLE),
    ("jobs", JOBS),
    ("lots and orders", LOTS),
    ("transactions", TRANSACTIONS),
    ("entries", ENTRIES),
    ("balances", BALANCES),
]

KEYS = [
    (
        "idempotency keys",
        """
        INSERT INTO ledger_idempotencykey (caller, key, part, contract_id, fingerprint, answer, at)
            SELECT t.caller, gen_random_uuid()::text, 0, t.contract_id,
                md5(t.id::text) || md5(t.job_id::text), json_build_object('results', json_build_array(
                    json_build_object('job', to_jsonb(j) - 'draws')), 'whole', true, 'note', NULL)::text, t.at
            FROM h_transaction t JOIN ledger_job j ON j.id = t.job_id ORDER BY t.at
        """,
    )
]
