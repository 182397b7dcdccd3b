"""Several sealers at once, while others post: one chain, nothing left out, nothing sealed twice."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections

from ledger.jobs import JobView
from ledger.models import Contract, Seal, Transaction, VerificationMode
from ledger.sealing import seal_all, unsealed
from ledger.verification import verify

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], object]) -> list[BaseException]:
    """Run the works in threads of their own; return what they raised."""
    raised: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  (it is asserted on)
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


@pytest.mark.usefixtures("books")
def test_sealers_that_race_make_one_chain(contract_a: Contract, start_job: Callable[[], JobView]) -> None:
    def post() -> None:
        for _ in range(10):
            start_job()

    def seal() -> None:
        for _ in range(10):
            seal_all(per_seal=3)

    assert at_once(post, seal, seal, seal) == []
    seal_all()
    assert unsealed() == 0
    seals = list(Seal.objects.filter(contract=contract_a).order_by("number"))
    assert [seal.number for seal in seals] == list(range(1, len(seals) + 1))
    assert sum(len(seal.leaves) // 32 for seal in seals) == Transaction.objects.count() == 20
    assert verify(mode=VerificationMode.FULL).differences == 0


@pytest.mark.usefixtures("books")
def test_verifications_that_race_find_nothing_wrong_and_lose_nothing(start_job: Callable[[], JobView]) -> None:
    def post() -> None:
        for _ in range(10):
            start_job()

    def check() -> None:
        for _ in range(5):
            assert verify(mode=VerificationMode.INCREMENTAL).differences == 0

    assert at_once(post, check, check) == []
    assert verify(mode=VerificationMode.INCREMENTAL).differences == 0
    assert verify(mode=VerificationMode.FULL).differences == 0
