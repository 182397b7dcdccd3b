"""One measured process of tests.exports.measure: fills the database, or makes one export and says what it took."""

import json
import os
import resource
import sys
import time
from pathlib import Path
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.contrib.auth.models import User  # noqa: E402  (needs the lines above)
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from ledger.contracts import individual_pool, open_contract  # noqa: E402
from ledger.models import Contract  # noqa: E402
from portal.exports import making  # noqa: E402
from portal.models import Export  # noqa: E402
from reporting.exports.question import Question  # noqa: E402
from tests.cast import EPOCH  # noqa: E402

FILL = """
WITH new AS (
    INSERT INTO ledger_job (id, contract_id, service_id, user_id, pool_id, caller, quantity_m, price_mt,
        captured_mt, refunded_mt, draws, status, results, project, comment, external_id, reason,
        created_at, first_result_at, ended_at)
    SELECT gen_random_uuid(), c.contract_id, s.id, c.user_id, c.id, 'user:1', 1000, 5000, 5000, 0, '[]', 'completed', 1,
        'project ' || n %% 500, 'a comment of usual length ' || n, 'run-' || n, '', t.at, t.at, t.at
    FROM generate_series(1, %s) AS n,
        LATERAL (SELECT timestamptz '2026-01-01Z' + n * interval '10 seconds' AS at) AS t,
        (SELECT * FROM ledger_pool WHERE user_id IS NOT NULL LIMIT 1) AS c,
        (SELECT id FROM ledger_service WHERE code = 'analysis') AS s
    RETURNING id, contract_id, created_at
)
INSERT INTO ledger_transaction (id, contract_id, kind, job_id, caller, reason, first_seq, last_seq, at)
SELECT gen_random_uuid(), contract_id, 'capture', id, 'user:1', '', n * 2 - 1, n * 2, created_at
FROM (SELECT *, row_number() OVER (ORDER BY created_at) AS n FROM new) AS numbered
"""


def fill(rows: int) -> None:
    """Make a contract with so many charged jobs of one user."""
    call_command("migrate", verbosity=0)
    call_command("load_rate_card", verbosity=0)
    alice = User.objects.create_user("alice", "alice@example.com")
    contract = open_contract(number="A-100", name="Atelier Alpha", starts_at=EPOCH, administrator=alice)
    individual_pool(contract_id=contract.id, user_id=alice.pk)
    with connection.cursor() as cursor:
        cursor.execute(FILL, [rows])
        cursor.execute("ANALYZE")


def measure(dataset: str, format_: str) -> dict[str, object]:
    """Make the export and return what it took; `none` only starts, for comparison."""
    contract, rows, first_s, size = Contract.objects.get(), 0, 0.0, 0
    began = time.monotonic()
    if dataset != "none":
        question = Question(contract_id=contract.id, user_id=None, as_of=timezone.now())
        export = Export(
            contract=contract, dataset=dataset, format=format_, question=question.as_json(), caller="user:1"
        )
        export.user = User.objects.get()
        path = Path(os.environ["EXPORT_DIR"]) / str(uuid4())
        if format_ != "xlsx":
            sent = making.pieces(export, done=lambda *_: None)
            next(sent)
            first_s = time.monotonic() - began
            sent.close()
        began = time.monotonic()
        rows = making.make_file(export, path, tell=lambda _rows: None)
        size = path.stat().st_size
    return {
        "export": f"{dataset} {format_}",
        "rows": rows,
        "seconds": round(time.monotonic() - began, 1),
        "first_byte_s": round(first_s, 3),
        "mb": round(size / 1e6, 1),
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(int(sys.argv[2]))
    else:
        sys.stdout.write(json.dumps(measure(sys.argv[1], sys.argv[2])) + "\n")
