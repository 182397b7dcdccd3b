"""What must hold of idempotency keys: each names effects that are in the books, and no effect has two keys.

An answer that shows a job as `running` is the answer to its start: no other verb leaves a job so.
"""

from typing import Final

from django.db import connection

_EFFECTS_ON_POSTGRESQL: Final = """
    SELECT k.contract_id, k.caller, k.key, k.at, (r -> 'job' ->> 'id')::uuid AS job_id,
        r -> 'job' ->> 'status' AS status, (r -> 'posted' ->> 'transaction')::uuid AS transaction_id
    FROM key k, jsonb_array_elements(k.answer::jsonb -> 'results') AS r
"""
# Cast: without a type SQLite would not look them up by an index of its own, but compare each with each.
_EFFECTS_ON_SQLITE: Final = """
    SELECT k.contract_id, k.caller, k.key, k.at,
        CAST(REPLACE(json_extract(r.value, '$.job.id'), '-', '') AS text) AS job_id,
        json_extract(r.value, '$.job.status') AS status,
        CAST(REPLACE(json_extract(r.value, '$.posted.transaction'), '-', '') AS text) AS transaction_id
    FROM key k, json_each(k.answer, '$.results') AS r
"""

KEYS: Final[dict[str, str]] = {
    "each key's effect is in the books": """
        SELECT f.contract_id, 'key ' || f.key, 'job or transaction is missing' FROM effect f
        LEFT JOIN ledger_job j ON j.id = f.job_id LEFT JOIN ledger_transaction t ON t.id = f.transaction_id
        WHERE f.job_id IS NOT NULL AND j.id IS NULL OR f.transaction_id IS NOT NULL AND t.id IS NULL
            OR j.contract_id <> f.contract_id OR t.contract_id <> f.contract_id
    """,
    "no effect has two keys": """
        SELECT contract_id, 'key ' || MAX(key), COUNT(*) || ' keys started one job' FROM effect
        WHERE status = 'running' GROUP BY contract_id, job_id HAVING COUNT(*) > 1
        UNION ALL SELECT contract_id, 'key ' || MAX(key), COUNT(*) || ' keys moved the same tokens' FROM effect
        WHERE transaction_id IS NOT NULL GROUP BY contract_id, transaction_id HAVING COUNT(*) > 1
    """,
    "each job that somebody started has its key": """
        SELECT t.contract_id, 'job ' || CAST(t.job_id AS text), 'started by ' || t.caller FROM tx t
        LEFT JOIN (SELECT job_id FROM effect WHERE status = 'running') AS f ON f.job_id = t.job_id
        WHERE t.kind = 'hold' AND t.caller <> 'system' AND f.job_id IS NULL
    """,
}


def effects() -> str:
    """Return the query for what each key's stored answer says it did, from the table `key`."""
    return _EFFECTS_ON_POSTGRESQL if connection.vendor == "postgresql" else _EFFECTS_ON_SQLITE
