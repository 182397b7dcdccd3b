"""`python -m bench.peers.openedx_ledger`: a worker (`bench.loop`) in the neighbours' environment."""

import time
import uuid
from functools import partial

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from openedx_ledger import api, models  # noqa: E402

from bench.loop import Repeated, serve  # noqa: E402

PRICE = 11
RETRY_AFTER_S = 0.002


def charge(ledger: models.Ledger) -> int:
    """Charge the price under a fresh key; the lock refuses instead of waiting, so a client tries again."""
    key = str(uuid.uuid4())
    while True:
        try:
            api.create_transaction(ledger, -PRICE, key, state=models.TransactionStateChoices.COMMITTED)
        except models.LedgerLockAttemptFailed:
            time.sleep(RETRY_AFTER_S)
        else:
            return 1


def main() -> None:
    """Make a ledger with a balance, measure."""
    call_command("migrate", verbosity=0)
    ledger = api.create_ledger(idempotency_key="bench")
    api.create_transaction(ledger, 2_000_000_000, "opening", state=models.TransactionStateChoices.COMMITTED)
    serve({"charge": partial(Repeated, partial(charge, ledger), connections.close_all)}, {})


if __name__ == "__main__":
    main()
