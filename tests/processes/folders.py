"""Folds little by little, to be killed: `python -m tests.processes.folders prepare|work`.

`work` first says how far the rollup is and whether reports equal the journal, then folds on, a few entries a step.
Wants a database of its own in DATABASE_URL.
"""

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db.models import Count, F, Q, Sum  # noqa: E402
from django.db.models.functions import Coalesce, TruncDate  # noqa: E402

from ledger import jobs  # noqa: E402
from ledger.contracts import individual_pool, open_contract  # noqa: E402
from ledger.grants import grant  # noqa: E402
from ledger.jobs import JobOrder, Verdict  # noqa: E402
from ledger.models import Account, Book, Contract, Entry, Kind  # noqa: E402
from ledger.posting import one_off  # noqa: E402
from ledger.rate_card import load_rate_card  # noqa: E402
from reporting.models import FoldMark, UsageSum  # noqa: E402
from reporting.rollups import fold_chunk  # noqa: E402
from reporting.usage import UsageScope, usage  # noqa: E402
from tests.cast import EPOCH, fresh_key, make_user  # noqa: E402
from tests.processes.stepped import say, step_done  # noqa: E402

DAYS = 40
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def prepare() -> None:
    """Forty days of work over two months: two services, a refund each fourth day."""
    call_command("migrate", verbosity=0)
    load_rate_card()
    alice = make_user("alice")
    contract = open_contract(number="A-100", name="Atelier Alpha", starts_at=EPOCH, administrator=alice)
    pool = individual_pool(contract_id=contract.id, user_id=alice.pk)
    grant(idempotency=one_off(), pool_id=pool.id, amount_mt=10**9, at=START)
    for day in range(DAYS):
        at = START + timedelta(days=day)
        services = ("analysis", "model_derivative", "analysis")
        orders = [JobOrder(contract.id, alice.pk, service, project=f"P-{day % 3}") for service in services]
        started = jobs.start_batch(idempotency=fresh_key(), orders=orders, mode="each", at=at).results
        ids = [job.id for job in started if isinstance(job, jobs.JobView)]
        jobs.settle(idempotency=fresh_key(), verdicts=[Verdict(job_id, "results") for job_id in ids], at=at)
        if day % 4 == 0:
            jobs.fail(idempotency=fresh_key(), job_id=ids[0], at=at)


def by_hand(contract_id: Any) -> dict[tuple[str, str], list[int]]:
    """Group the journal itself."""
    used = Q(account=Account.USED)
    captured = Q(transaction__kind=Kind.CAPTURE, seq=F("transaction__first_seq"))
    rows = (
        Entry.objects.filter(contract_id=contract_id, transaction__kind__in=[Kind.CAPTURE, Kind.REFUND])
        .order_by()
        .values(day=TruncDate("at", tzinfo=UTC), service=F("transaction__job__service__code"))
        .annotate(
            n_jobs=Count("seq", filter=captured),
            charged=Coalesce(Sum("amount_mt", filter=used & Q(amount_mt__gt=0)), 0),
            refunded=Coalesce(Sum("amount_mt", filter=used & Q(amount_mt__lt=0)), 0),
        )
    )
    return {(str(row["day"]), row["service"]): [row["n_jobs"], row["charged"], -row["refunded"]] for row in rows}


def reported(contract_id: Any) -> dict[tuple[str, str], list[int]]:
    rows = usage(scope=UsageScope((contract_id,)), group_by=["day", "service"]).rows
    return {(row.keys["day"], row.keys["service"]): [row.jobs, row.charged_mt, row.refunded_mt] for row in rows}


def work() -> None:
    contract_id = Contract.objects.get().id
    mark = FoldMark.objects.filter(contract_id=contract_id).values_list("folded_seq", flat=True).first() or 0
    months = usage(scope=UsageScope((contract_id,)), group_by=["month"]).totals
    found = reported(contract_id)
    state = {
        "folded": mark,
        "last": Book.objects.get().last_seq,
        "equal": found == by_hand(contract_id),
        "months equal": months.charged_mt == sum(charged for _, charged, _ in found.values()),
        "jobs": sum(row[0] for row in found.values()),
        "levels": UsageSum.objects.values("level").distinct().count(),
    }
    say(state)
    while fold_chunk(contract_id, entries=3):
        step_done()


if __name__ == "__main__":
    {"prepare": prepare, "work": work}[sys.argv[1]]()
