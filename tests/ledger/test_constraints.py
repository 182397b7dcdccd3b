"""What the database itself refuses, whoever writes to it."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection
from django.db.models import F
from django.db.transaction import atomic

from ledger.ids import new_id
from ledger.models import Contract, Entry, Job, Kind, Lot, Membership, Pool, PoolKind, Transaction
from tests.ledger.steps import START, complete, fail, put, report, start


@pytest.fixture
def books(contract_a: Contract, bob: User, bobs_pool: Pool) -> Contract:
    """A running job, a completed one and a refunded one."""
    put(bobs_pool, "100")
    start(contract_a, bob)
    complete(start(contract_a, bob))
    fail(report(start(contract_a, bob)))
    return contract_a


def second(kind: Kind) -> None:
    """Write another transaction of this kind for the refunded job."""
    first = Transaction.objects.filter(job__refunded_mt__gt=0).get(kind=kind)
    Transaction.objects.create(
        id=new_id(),
        contract=first.contract,
        kind=kind,
        job=first.job,
        caller="x",
        first_seq=900,
        last_seq=901,
        at=START,
    )


def entry(**changed: object) -> None:
    """Write one more entry like one of the pool's."""
    like = Entry.objects.filter(account="available").first()
    values = {
        "contract": like.contract,
        "seq": 999,
        "transaction": like.transaction,
        "account": "available",
        "pool": like.pool,
        "lot": like.lot,
        "amount_mt": 1,
        "balance_after_mt": 1,
        "at": START,
    }
    Entry.objects.create(**values | changed)


REFUSED: dict[str, Callable[[], object]] = {
    "a pool below zero": lambda: Pool.objects.update(available_mt=-1),
    "a hold below zero": lambda: Pool.objects.update(held_mt=-1),
    "a lot below zero": lambda: Lot.objects.update(remaining_mt=-1),
    "a lot that holds more than was put in": lambda: Lot.objects.update(held_mt=F("amount_mt") + 1),
    "a spent lot with tokens left": lambda: Lot.objects.update(exhausted=True),
    "more refunded than charged": lambda: Job.objects.update(refunded_mt=F("captured_mt") + 1),
    "a running job with results": lambda: Job.objects.filter(status="running").update(results=1),
    "an end without its time": lambda: Job.objects.filter(status="completed").update(ended_at=None),
    "a second hold": lambda: second(Kind.HOLD),
    "a second charge": lambda: second(Kind.CAPTURE),
    "a second refund": lambda: second(Kind.REFUND),
    "a number used twice": lambda: entry(seq=1),
    "a balance below zero": lambda: entry(balance_after_mt=-1),
    "tokens outside a pool": lambda: entry(pool=None),
    "a counter-account in a pool": lambda: entry(account="issued"),
    "a second shared pool": lambda: Pool.objects.create(contract=Contract.objects.get(), kind=PoolKind.SHARED),
    "an individual pool of nobody": lambda: Pool.objects.filter(kind="individual").update(user=None),
    "a second membership": lambda: Membership.objects.create(
        contract=Contract.objects.get(), user=User.objects.get(username="bob")
    ),
    "a contract that ends before it starts": lambda: Contract.objects.update(ends_at=F("starts_at")),
}


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("write", REFUSED.values(), ids=REFUSED)
def test_the_database_refuses(write: Callable[[], object]) -> None:
    with pytest.raises(IntegrityError), atomic():
        write()


@pytest.mark.usefixtures("books")
def test_a_user_who_started_jobs_is_never_deleted(bob: User) -> None:
    Membership.objects.filter(user=bob).delete()
    with pytest.raises(IntegrityError), atomic():
        erase(bob)


def erase(user: User) -> None:
    """Delete the row past Django, and have the database check it now, not at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM auth_user WHERE id = %s", [user.pk])
    connection.check_constraints()
