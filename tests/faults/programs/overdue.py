"""Makes contracts that a worker has not looked after for years: `python -m tests.faults.programs.overdue`.

Reads how many from standard input, a number a line; for each contract it prints what is due there as a line of JSON,
and an empty line after the last. Each has two dead lots, a hold that nobody settled, and a seat that three years of
gifts are due for.
"""

import json
import sys
from datetime import datetime, timedelta
from typing import Any

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.utils import timezone  # noqa: E402

from ledger import jobs  # noqa: E402
from ledger.contracts import add_member, individual_pool, open_contract  # noqa: E402
from ledger.grants import grant  # noqa: E402
from ledger.ids import new_id  # noqa: E402
from ledger.jobs import Idempotency, JobOrder  # noqa: E402
from ledger.models import GiftRule, LotSource, Product, Rate, RefundPolicy, Seat, Service, Subscription  # noqa: E402
from ledger.posting import one_off  # noqa: E402

DAY = timedelta(days=1)


def kept() -> tuple[Service, GiftRule]:
    """The service and the gift table's row, made once."""
    product, _ = Product.objects.get_or_create(name="Overdue")
    service, made = Service.objects.get_or_create(
        code="overdue",
        defaults={
            "name": "Overdue",
            "product": product,
            "unit": "job",
            "hold_timeout_s": 86_400,
            "refund_policy": RefundPolicy.ON_FAILURE_OR_CANCEL,
        },
    )
    if made:
        Rate.objects.create(service=service, amount_mt=3000, effective_from=timezone.now() - 5000 * DAY)
    defaults = {"name": "Overdue", "amount_mt": 7000, "term_months": 12}
    return service, GiftRule.objects.get_or_create(length="overdue", defaults=defaults)[0]


def neglect(service: Service, rule: GiftRule) -> dict[str, Any]:
    """Make one such contract; return its id and what is due there: gifts, the job, lots with their instants."""
    now, name = timezone.now(), str(new_id())
    began = now - 900 * DAY
    contract = open_contract(number=name, name="Neglected", starts_at=began)
    user = User.objects.create(username=name)
    add_member(contract=contract, user=user)
    pool = individual_pool(contract_id=contract.id, user_id=user.pk)
    lots = [dying(pool.id, at=began, expires_at=began + days * DAY) for days in (10, 400)]
    grant(idempotency=one_off(), pool_id=pool.id, amount_mt=50_000, at=began)
    key = Idempotency(f"user:{user.pk}", name, "f" * 64)
    job = jobs.start(idempotency=key, order=JobOrder(contract.id, user.pk, service.code), at=began + 5 * DAY).job
    subscription = Subscription.objects.create(
        contract=contract, product=service.product, rule=rule, serial_number="1", starts_at=began
    )
    Seat.objects.create(subscription=subscription, number=1, user=user)
    return {"contract": str(contract.id), "pool": str(pool.id), "job": str(job.id), "lots": lots, "gifts": 3}


def dying(pool_id: Any, *, at: datetime, expires_at: datetime) -> str:
    """Grant four tokens that expire, and return when."""
    given = {"idempotency": one_off(), "pool_id": pool_id, "amount_mt": 4000, "source": LotSource.GIFT}
    grant(**given, at=at, expires_at=expires_at)
    return expires_at.isoformat()


def main() -> None:
    service, rule = kept()
    for line in sys.stdin:
        for _ in range(int(line)):
            sys.stdout.write(json.dumps(neglect(service, rule)) + "\n")
        sys.stdout.write("\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
