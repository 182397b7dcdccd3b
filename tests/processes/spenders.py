"""Many processes spend from one pool at once: `python -m tests.processes.spenders PROCESSES TOKENS [SAME_KEY]`.

Prints what each of them met and what the pool has left, as JSON. Wants a migrated database in DATABASE_URL.
"""

import json
import multiprocessing
import sys
from collections import Counter
from datetime import UTC, datetime

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import connections  # noqa: E402

from ledger import jobs  # noqa: E402
from ledger.balances import balance  # noqa: E402
from ledger.contracts import add_member, individual_pool, open_contract  # noqa: E402
from ledger.errors import LedgerError  # noqa: E402
from ledger.grants import grant  # noqa: E402
from ledger.ids import new_id  # noqa: E402
from ledger.jobs import Idempotency, JobOrder  # noqa: E402
from ledger.models import Product, Rate, RefundPolicy, Service  # noqa: E402
from ledger.posting import one_off  # noqa: E402
from ledger.verification import differences  # noqa: E402

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def prepare(tokens: int) -> JobOrder:
    """A contract with one user whose pool has just these tokens, and a service that costs one."""
    name = str(new_id())
    product = Product.objects.create(name=name)
    policy = RefundPolicy.ON_FAILURE_OR_CANCEL
    service = Service.objects.create(code=name, name="One token", product=product, unit="job", refund_policy=policy)
    Rate.objects.create(service=service, amount_mt=1000, effective_from=EPOCH)
    contract = open_contract(number=name, name="Crowded", starts_at=EPOCH)
    user = User.objects.create(username=name)
    add_member(contract=contract, user=user)
    pool = individual_pool(contract_id=contract.id, user_id=user.pk)
    grant(idempotency=one_off(), pool_id=pool.id, amount_mt=tokens * 1000)
    return JobOrder(contract.id, user.pk, service.code)


def spend(order: JobOrder, key: str, gate: "multiprocessing.synchronize.Barrier") -> str:
    """Start and complete one job without ever retrying; return what happened."""
    gate.wait()
    caller = f"user:{order.user_id}"
    try:
        started = jobs.start(idempotency=Idempotency(caller, key, "f" * 64), order=order)
        jobs.complete(idempotency=Idempotency(caller, f"{key}:end", "f" * 64), job_id=started.job.id)
    except LedgerError as refusal:
        return refusal.code
    return "replayed" if started.replayed else "spent"


def main(processes: int, tokens: int, same_key: bool) -> None:
    order = prepare(tokens)
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    gate, outcomes = fork.Barrier(processes), fork.Queue()
    keys = ["one" if same_key else str(number) for number in range(processes)]
    children = [fork.Process(target=lambda key: outcomes.put(spend(order, key, gate)), args=(key,)) for key in keys]
    for child in children:
        child.start()
    met = Counter(outcomes.get(timeout=120) for _ in children)
    for child in children:
        child.join()
    pool = individual_pool(contract_id=order.contract_id, user_id=order.user_id)
    found = balance(pool.id)
    left = {"available_mt": found.available_mt, "held_mt": found.held_mt, "used_mt": found.used_mt}
    sys.stdout.write(json.dumps({"met": met, **left, "differences": [str(item) for item in differences()]}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), len(sys.argv) > 3)
