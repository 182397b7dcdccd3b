"""Two workers issue gifts at the same moment, in threads with connections of their own."""

import threading

import pytest
from django.contrib.auth.models import User
from django.db import connection

from ledger.gifts import issue_due_gifts
from ledger.models import Contract, Gift, Pool
from ledger.verification import differences
from tests.ledger.steps import START, figures
from tests.ledger.subscriptions import subscribe


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_give_each_gift_once(contract_a: Contract, bob: User, carol: User, bobs_pool: Pool) -> None:
    subscribe(contract_a, bob, carol)
    gate, issued = threading.Barrier(4), []

    def run() -> None:
        gate.wait()
        issued.append(issue_due_gifts(at=START))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sum(issued), len(issued), Gift.objects.count()) == (2, 4, 2)
    assert figures(bobs_pool)[0] == 100
    assert list(differences()) == []
