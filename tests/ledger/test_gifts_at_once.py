"""Two workers issue gifts at the same moment, in threads with connections of their own."""

import pytest
from django.contrib.auth.models import User

from ledger.gifts import issue_due_gifts
from ledger.models import Contract, Gift, Pool
from ledger.verification import differences
from tests.ledger.at_once import at_once
from tests.ledger.steps import START, figures
from tests.ledger.subscriptions import subscribe


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_give_each_gift_once(contract_a: Contract, bob: User, carol: User, bobs_pool: Pool) -> None:
    subscribe(contract_a, bob, carol)
    issued = at_once(*[lambda: issue_due_gifts(at=START)] * 4)
    assert (sum(issued), Gift.objects.count()) == (2, 2)
    assert figures(bobs_pool)[0] == 100
    assert list(differences()) == []
