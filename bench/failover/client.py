"""Charges with keys and retries until it is told to stop, then looks what became of every charge.

Run by bench.failover with DATABASE_URL naming all nodes: `python -m bench.failover.client THREADS SECONDS`. Each charge
is repeated with its own key until it is acknowledged, as every client of the API should do.
"""

import json
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import DatabaseError, InterfaceError, connection  # noqa: E402

from ledger import jobs  # noqa: E402
from ledger.contracts import add_member, individual_pool, open_contract  # noqa: E402
from ledger.errors import LedgerBusy  # noqa: E402
from ledger.grants import grant  # noqa: E402
from ledger.ids import new_id  # noqa: E402
from ledger.jobs import Idempotency, JobOrder  # noqa: E402
from ledger.models import Contract, Job  # noqa: E402
from ledger.posting import one_off  # noqa: E402
from ledger.rate_card import load_rate_card  # noqa: E402
from ledger.verification import differences  # noqa: E402

RETRY_S: Final = 0.2
EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)


class Charges:
    """What was acknowledged, and when; shared by the threads."""

    def __init__(self, contract: Contract, user: User, seconds: float) -> None:
        self.contract, self.user = contract, user
        self.until = time.monotonic() + seconds
        self.acknowledged: dict[str, float] = {}
        self.retries = 0
        self.lock = threading.Lock()

    def work(self) -> None:
        """Charge one job after the other; only an answer of the ledger's ends a charge."""
        while time.monotonic() < self.until:
            self.charge(str(new_id()))
        connection.close()

    def charge(self, key: str) -> None:
        order = JobOrder(self.contract.id, self.user.pk, "model_derivative", external_id=key)
        while True:
            try:
                jobs.start(idempotency=Idempotency(f"user:{self.user.pk}", key, key.replace("-", "") * 2), order=order)
            except (LedgerBusy, DatabaseError, InterfaceError):
                connection.close()
                with self.lock:
                    self.retries += 1
                time.sleep(RETRY_S)
            else:
                with self.lock:
                    self.acknowledged[key] = time.time()
                return


def prepare() -> tuple[Contract, User]:
    """A contract of one user with more tokens than can be charged."""
    load_rate_card()
    user = User.objects.create(username=str(new_id()), email="client@example.com")
    contract = open_contract(number=str(new_id()), name="Charged while the leader dies", starts_at=EPOCH)
    add_member(contract=contract, user=user)
    pool = individual_pool(contract_id=contract.id, user_id=user.pk)
    grant(idempotency=one_off(), pool_id=pool.id, amount_mt=10**12)
    return contract, user


def verdict(charges: Charges) -> dict[str, object]:
    """Compare what was acknowledged with what the books say."""
    booked = Counter(Job.objects.filter(contract=charges.contract).values_list("external_id", flat=True))
    times = sorted(charges.acknowledged.values())
    gap_s, after = max(((later - earlier, earlier) for earlier, later in pairwise(times)))
    return {
        "acknowledged": len(charges.acknowledged),
        "lost": len(set(charges.acknowledged) - set(booked)),
        "doubled": sum(count > 1 for count in booked.values()),
        "booked": sum(booked.values()),
        "retries": charges.retries,
        "gap_s": round(gap_s, 1),
        "last_before_gap": after,
        "differences": [str(each) for each in differences()],
    }


def main(threads: int, seconds: float) -> None:
    charges = Charges(*prepare(), seconds)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    workers = [threading.Thread(target=charges.work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    connection.close()  # it led to the leader of the beginning
    sys.stdout.write(json.dumps(verdict(charges)) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
