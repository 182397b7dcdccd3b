"""The example of an older allocation manager's handbook, in tokens: a deposit, a hold, a charge, a refund.

It reads like a page of a ledger: after each line, what the pool shows.
"""

import pytest
from django.contrib.auth.models import User

from ledger.models import Contract, Entry, Job, Kind, Pool, Product, Rate, Service, Transaction
from tests.cast import EPOCH
from tests.ledger.steps import fail, figures, put, report, start

pytestmark = pytest.mark.usefixtures("sound_books")


@pytest.fixture
def compute(contract_a: Contract) -> Service:
    """Processor time at one token a second, refunded when a job fails."""
    service = Service.objects.create(
        code="compute", name="Compute", product=Product.objects.first(), unit="s", refund_policy="on_failure_or_cancel"
    )
    Rate.objects.create(service=service, amount_mt=1_000, effective_from=EPOCH)
    return service


@pytest.mark.usefixtures("compute")
def test_a_deposit_a_hold_a_charge_and_its_refund(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    put(bobs_pool, "360000000")
    assert figures(bobs_pool) == (360_000_000, 0, 0, 0)

    job = start(contract_a, bob, "compute", quantity_m=57_600_000)
    assert figures(bobs_pool) == (359_942_400, 57_600, 0, 0)

    report(job, amount_mt=19_744_000)
    assert figures(bobs_pool) == (359_980_256, 0, 19_744, 0)

    refunded = fail(job)
    assert figures(bobs_pool) == (360_000_000, 0, 0, 0)
    assert refunded.captured_mt - refunded.refunded_mt == 0


@pytest.mark.usefixtures("compute")
def test_the_journal_tells_the_same_story(contract_a: Contract, bob: User, bobs_pool: Pool) -> None:
    put(bobs_pool, "360000000")
    fail(report(start(contract_a, bob, "compute", quantity_m=57_600_000), amount_mt=19_744_000))
    lines = [
        (entry.seq, entry.transaction.kind, entry.account, entry.amount_mt // 1000, entry.balance_after_mt // 1000)
        for entry in Entry.objects.select_related("transaction").order_by("seq")
    ]
    assert lines == [
        (1, "grant", "issued", -360_000_000, -360_000_000),
        (2, "grant", "available", 360_000_000, 360_000_000),
        (3, "hold", "available", -57_600, 359_942_400),
        (4, "hold", "held", 57_600, 57_600),
        (5, "capture", "held", -19_744, 37_856),
        (6, "capture", "used", 19_744, 19_744),
        (7, "capture", "held", -37_856, 0),
        (8, "capture", "available", 37_856, 359_980_256),
        (9, "refund", "used", -19_744, 0),
        (10, "refund", "available", 19_744, 360_000_000),
    ]
    kinds = Transaction.objects.filter(job=Job.objects.get()).order_by("first_seq").values_list("kind", flat=True)
    assert list(kinds) == [Kind.HOLD, Kind.CAPTURE, Kind.REFUND]
