"""Reads reports while a replica keeps up, lags and dies: `python -m tests.processes.replica_reader PID_OF_REPLICA`.

Prints what each report showed and which server it was read from, as JSON. Wants DATABASE_URL and
DATABASE_REPLICA_URL of a migrated database and its replica.
"""

import json
import os
import re
import signal
import sys
import time
from contextlib import nullcontext, suppress
from datetime import datetime
from typing import Any

import django

django.setup()

from django.db import connection, connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from ledger import jobs  # noqa: E402
from ledger.contracts import individual_pool, open_contract  # noqa: E402
from ledger.errors import InsufficientTokens  # noqa: E402
from ledger.grants import grant  # noqa: E402
from ledger.jobs import JobOrder  # noqa: E402
from ledger.posting import one_off  # noqa: E402
from ledger.rate_card import load_rate_card  # noqa: E402
from reporting.replica import RECHECK_S  # noqa: E402
from tests.cast import EPOCH, fresh_key, make_user  # noqa: E402

PAGE = "/management/reporting/individual-usage/"
NOTE = re.compile(r"as of (\d\d:\d\d:\d\d), (\d+) s behind")
replica = connections["replica"]


def prepare() -> tuple[JobOrder, Client]:
    """A contract whose administrator has 12 tokens, enough for two jobs of 5."""
    load_rate_card()
    alice = make_user("alice")
    contract = open_contract(number="A-100", name="Atelier Alpha", starts_at=EPOCH, administrator=alice)
    grant(
        idempotency=one_off(),
        pool_id=individual_pool(contract_id=contract.id, user_id=alice.pk).id,
        amount_mt=12_000,
    )
    client = Client()
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    return JobOrder(contract.id, alice.pk, "analysis"), client


def charge(order: JobOrder) -> list[Any]:
    """Start and complete a job; return what became of it, and how many statements the replica answered for it."""
    with CaptureQueriesContext(replica) as statements:
        try:
            started = jobs.start(idempotency=fresh_key(), order=order)
            became = jobs.complete(idempotency=fresh_key(), job_id=started.job.id).job.status
        except InsufficientTokens as refusal:
            became = refusal.code
    return [became, len(statements)]


def look(client: Client) -> dict[str, Any]:
    """Return what the page says of its age, what the API counts, and how many statements the replica answered."""
    time.sleep(RECHECK_S * 1.2)
    asked_at = time.time()
    with CaptureQueriesContext(replica) if is_up() else nullcontext([]) as statements:
        note = NOTE.search(client.get(PAGE).content.decode())
        report = client.get("/api/v1/usage", {"group_by": "service"}).json()
    return {
        "behind_s": int(note[2]) if note else None,
        "net": report["totals"]["net"],
        "age_s": asked_at - datetime.fromisoformat(report["as_of"]).timestamp(),
        "from_replica": len([each for each in statements if "reporting_usagesum" in each["sql"]]),
    }


def is_up() -> bool:
    with suppress(Exception):
        replica.ensure_connection()
    return replica.is_usable() if replica.connection else False


def ask_replica(sql: str) -> None:
    with replica.cursor() as cursor:
        cursor.execute(sql)


def catch_up() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_flush_lsn()::text")
        (written,) = cursor.fetchone() or ("",)
    with replica.cursor() as cursor:
        for _ in range(200):
            cursor.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", [written])
            if cursor.fetchone() == (True,):
                return
            time.sleep(0.05)
    raise RuntimeError("The replica does not catch up.")


def main(replica_pid: int) -> None:
    order, client = prepare()
    seen: dict[str, Any] = {"first charge": charge(order)}
    catch_up()
    seen["fresh"] = look(client)
    ask_replica("SELECT pg_wal_replay_pause()")
    seen["second charge"] = charge(order)
    seen["a little late"] = look(client)
    time.sleep(3)
    seen["too late"] = look(client)
    seen["third charge"] = charge(order)
    ask_replica("SELECT pg_wal_replay_resume()")
    catch_up()
    seen["again"] = look(client)
    os.kill(replica_pid, signal.SIGKILL)
    time.sleep(0.5)
    replica.close()
    seen["dead"] = look(client)
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main(int(sys.argv[1]))
