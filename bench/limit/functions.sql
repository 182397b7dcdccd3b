-- One hold as a single call: replay by key, a plain row lock, never below zero, the lots in their order, the same rows
-- in the same tables with the same indexes as the ledger writes. Only the benchmark creates these functions.
CREATE OR REPLACE FUNCTION bench_hold(p_contract uuid, p_pool uuid, p_user int, p_service uuid, p_rate uuid, p_price bigint,
    p_key text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_answer text;
    v_seq bigint;
    v_available bigint;
    v_held bigint;
    v_left bigint := p_price;
    v_part bigint;
    v_lot record;
    v_at timestamptz;
    v_job uuid := uuidv7();
    v_transaction uuid := uuidv7();
    v_draws jsonb := '[]';
    v_lots uuid[] := '{}';
    v_parts bigint[] := '{}';
BEGIN
    SELECT last_seq INTO v_seq FROM ledger_book WHERE contract_id = p_contract FOR NO KEY UPDATE;
    SELECT answer INTO v_answer FROM ledger_idempotencykey WHERE caller = 'client:limit' AND key = p_key AND part = 0;
    IF FOUND THEN
        RETURN v_answer;
    END IF;
    v_at := clock_timestamp();
    SELECT available_mt, held_mt INTO v_available, v_held FROM ledger_pool WHERE id = p_pool;
    IF v_available < p_price THEN
        RAISE EXCEPTION 'insufficient tokens';
    END IF;
    FOR v_lot IN
        SELECT id, remaining_mt FROM ledger_lot WHERE pool_id = p_pool AND NOT exhausted AND usable_until > v_at
        ORDER BY usable_until, remaining_mt, granted_at, id
    LOOP
        v_part := least(v_left, v_lot.remaining_mt);
        UPDATE ledger_lot SET remaining_mt = remaining_mt - v_part, held_mt = held_mt + v_part,
            exhausted = remaining_mt = v_part WHERE id = v_lot.id;
        v_lots := v_lots || v_lot.id;
        v_parts := v_parts || v_part;
        v_draws := v_draws || jsonb_build_array(jsonb_build_array(replace(v_lot.id::text, '-', ''),
            replace(p_pool::text, '-', ''), v_part));
        v_left := v_left - v_part;
        EXIT WHEN v_left = 0;
    END LOOP;
    v_answer := json_build_object('results',
        json_build_array(json_build_object('job', json_build_object('id', v_job, 'status', 'running'))));
    INSERT INTO ledger_idempotencykey (caller, key, part, contract_id, fingerprint, answer, at)
        VALUES ('client:limit', p_key, 0, p_contract, repeat('0', 64), v_answer, v_at);
    INSERT INTO ledger_job (id, contract_id, service_id, rate_id, quote_id, user_id, pool_id, caller, quantity_m,
        price_mt, captured_mt, refunded_mt, draws, status, results, project, comment, external_id, reason, created_at,
        first_result_at, ended_at, hold_expires_at)
        VALUES (v_job, p_contract, p_service, p_rate, NULL, p_user, p_pool, 'client:limit', 1000,
        p_price, 0, 0, v_draws, 'running', 0, '', '', '', '', v_at, NULL, NULL, v_at + interval '1 day');
    INSERT INTO ledger_transaction (id, contract_id, kind, job_id, order_id, caller, reason, first_seq, last_seq, at,
        due_at)
        VALUES (v_transaction, p_contract, 'hold', v_job, NULL, 'client:limit', '', v_seq + 1,
        v_seq + 2 * cardinality(v_lots), v_at, NULL);
    FOR i IN 1 .. cardinality(v_lots) LOOP
        v_available := v_available - v_parts[i];
        v_held := v_held + v_parts[i];
        INSERT INTO ledger_entry (contract_id, seq, transaction_id, account, pool_id, lot_id, amount_mt,
            balance_after_mt, at)
            VALUES (p_contract, v_seq + 1, v_transaction, 'available', p_pool, v_lots[i], -v_parts[i], v_available, v_at),
                (p_contract, v_seq + 2, v_transaction, 'held', p_pool, v_lots[i], v_parts[i], v_held, v_at);
        v_seq := v_seq + 2;
    END LOOP;
    UPDATE ledger_pool SET available_mt = v_available, held_mt = v_held WHERE id = p_pool;
    UPDATE ledger_book SET last_seq = v_seq, last_at = v_at WHERE contract_id = p_contract;
    RETURN v_answer;
END
$$;

-- Any number of equal holds set-based: one key, one lot (there must be one that has enough), one insert per table.
CREATE OR REPLACE FUNCTION bench_hold_batch(p_contract uuid, p_pool uuid, p_user int, p_service uuid, p_rate uuid, p_price bigint,
    p_key text, p_count int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_seq bigint;
    v_available bigint;
    v_held bigint;
    v_lot uuid;
    v_at timestamptz;
    v_jobs uuid[];
    v_transactions uuid[];
    v_answer text;
BEGIN
    SELECT last_seq INTO v_seq FROM ledger_book WHERE contract_id = p_contract FOR NO KEY UPDATE;
    PERFORM 1 FROM ledger_idempotencykey WHERE caller = 'client:limit' AND key = p_key AND part = 0;
    IF FOUND THEN
        RETURN;
    END IF;
    v_at := clock_timestamp();
    SELECT available_mt, held_mt INTO v_available, v_held FROM ledger_pool WHERE id = p_pool;
    SELECT id INTO STRICT v_lot FROM ledger_lot
        WHERE pool_id = p_pool AND NOT exhausted AND usable_until > v_at AND remaining_mt > p_price * p_count
        ORDER BY usable_until, remaining_mt, granted_at, id LIMIT 1;
    SELECT array_agg(uuidv7()), array_agg(uuidv7()) INTO v_jobs, v_transactions FROM generate_series(1, p_count);
    SELECT json_build_object('results', json_agg(json_build_object('job', json_build_object('id', job, 'status',
        'running')))) INTO v_answer FROM unnest(v_jobs) AS job;
    INSERT INTO ledger_idempotencykey (caller, key, part, contract_id, fingerprint, answer, at)
        VALUES ('client:limit', p_key, 0, p_contract, repeat('0', 64), v_answer, v_at);
    INSERT INTO ledger_job (id, contract_id, service_id, rate_id, quote_id, user_id, pool_id, caller, quantity_m,
        price_mt, captured_mt, refunded_mt, draws, status, results, project, comment, external_id, reason, created_at,
        first_result_at, ended_at, hold_expires_at)
        SELECT job, p_contract, p_service, p_rate, NULL, p_user, p_pool, 'client:limit', 1000, p_price, 0, 0,
            jsonb_build_array(jsonb_build_array(replace(v_lot::text, '-', ''), replace(p_pool::text, '-', ''), p_price)),
            'running', 0, '', '', '', '', v_at, NULL, NULL, v_at + interval '1 day'
        FROM unnest(v_jobs) AS job;
    INSERT INTO ledger_transaction (id, contract_id, kind, job_id, order_id, caller, reason, first_seq, last_seq, at,
        due_at)
        SELECT transaction, p_contract, 'hold', job, NULL, 'client:limit', '', v_seq + 2 * n - 1, v_seq + 2 * n, v_at,
            NULL
        FROM unnest(v_transactions, v_jobs) WITH ORDINALITY AS new(transaction, job, n);
    INSERT INTO ledger_entry (contract_id, seq, transaction_id, account, pool_id, lot_id, amount_mt, balance_after_mt,
        at)
        SELECT p_contract, v_seq + 2 * n - 1 + side, transaction, CASE side WHEN 0 THEN 'available' ELSE 'held' END,
            p_pool, v_lot, CASE side WHEN 0 THEN -p_price ELSE p_price END,
            CASE side WHEN 0 THEN v_available - n * p_price ELSE v_held + n * p_price END, v_at
        FROM unnest(v_transactions) WITH ORDINALITY AS new(transaction, n), (VALUES (0), (1)) AS sides(side);
    UPDATE ledger_lot SET remaining_mt = remaining_mt - p_price * p_count, held_mt = held_mt + p_price * p_count
        WHERE id = v_lot;
    UPDATE ledger_pool SET available_mt = v_available - p_price * p_count, held_mt = v_held + p_price * p_count
        WHERE id = p_pool;
    UPDATE ledger_book SET last_seq = v_seq + 2 * p_count, last_at = v_at WHERE contract_id = p_contract;
END
$$;
