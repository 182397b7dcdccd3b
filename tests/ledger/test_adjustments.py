"""Corrections by operators: small ones at once, others when a second operator has approved them, each one once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.utils import timezone

from ledger import adjustments
from ledger.balances import balance
from ledger.errors import (
    AlreadyDecided,
    IdempotencyKeyReused,
    InsufficientTokens,
    InvalidRequest,
    NotFound,
    OwnDecision,
)
from ledger.ids import new_id
from ledger.models import Adjustment, AdjustmentStatus, AuditEvent, Contract, Pool
from ledger.verification import differences
from tests.cast import make_user

LIMIT_MT = 100_000


@pytest.fixture
def oona(db: None) -> User:
    """The second operator."""
    return make_user("oona")


def ask(olga: User, pool: Pool, amount_mt: int, **other: Any) -> Adjustment:
    given: dict[str, Any] = {"adjustment_id": new_id(), "reason": "Counted wrong.", "limit_mt": LIMIT_MT, **other}
    return adjustments.ask(operator=olga, pool_id=pool.id, amount_mt=amount_mt, **given)


def test_just_the_limit_is_posted_at_once(olga: User, bobs_pool: Pool) -> None:
    done = ask(olga, bobs_pool, LIMIT_MT)
    assert (done.status, done.decided_by) == (AdjustmentStatus.POSTED, None)
    assert balance(bobs_pool.id).available_mt == LIMIT_MT
    assert AuditEvent.objects.get(action="pool.adjusted").actor == olga


def test_more_than_the_limit_waits_and_moves_nothing(olga: User, bobs_pool: Pool) -> None:
    waiting = ask(olga, bobs_pool, LIMIT_MT + 1)
    assert waiting.status == AdjustmentStatus.WAITING
    assert balance(bobs_pool.id).available_mt == 0
    event = AuditEvent.objects.get(action="pool.adjustment_asked")
    assert (event.actor, event.detail) == (olga, "100.001 tokens: Counted wrong.")


def test_cutting_it_into_pieces_gains_nothing(olga: User, oona: User, bobs_pool: Pool, shared_a: Pool) -> None:
    assert ask(olga, bobs_pool, 60_000).status == AdjustmentStatus.POSTED
    assert ask(olga, shared_a, 40_001).status == AdjustmentStatus.WAITING
    assert ask(olga, bobs_pool, -40_000).status == AdjustmentStatus.POSTED
    assert ask(olga, bobs_pool, 1).status == AdjustmentStatus.WAITING
    assert ask(oona, bobs_pool, 60_000).status == AdjustmentStatus.POSTED


def test_another_day_is_another_allowance(olga: User, bobs_pool: Pool) -> None:
    yesterday = timezone.now() - timedelta(hours=24)
    assert ask(olga, bobs_pool, LIMIT_MT, at=yesterday).status == AdjustmentStatus.POSTED
    assert ask(olga, bobs_pool, LIMIT_MT).status == AdjustmentStatus.POSTED


def test_a_second_operator_approves_once(olga: User, oona: User, contract_a: Contract, bobs_pool: Pool) -> None:
    waiting = ask(olga, bobs_pool, 500_000)
    done = adjustments.approve(adjustment_id=waiting.id, operator=oona)
    assert (done.status, done.decided_by) == (AdjustmentStatus.POSTED, oona)
    with pytest.raises(AlreadyDecided):
        adjustments.approve(adjustment_id=waiting.id, operator=oona)
    assert balance(bobs_pool.id).available_mt == 500_000
    event = AuditEvent.objects.get(action="pool.adjusted")
    assert (event.actor, event.contract) == (oona, contract_a)
    assert event.detail == "500 tokens: Counted wrong. (asked for by olga@example.com)"
    assert list(differences()) == []


def test_nobody_approves_their_own(olga: User, bobs_pool: Pool) -> None:
    waiting = ask(olga, bobs_pool, 500_000)
    with pytest.raises(OwnDecision):
        adjustments.approve(adjustment_id=waiting.id, operator=olga)
    assert balance(bobs_pool.id).available_mt == 0
    with pytest.raises(IntegrityError, match="adjustment_not_approved_by_asker"):
        Adjustment.objects.filter(id=waiting.id).update(status=AdjustmentStatus.POSTED, decided_by=olga)


@pytest.mark.parametrize("who", ["olga", "oona"])
def test_a_declined_one_moves_nothing_ever(
    who: str, olga: User, oona: User, bobs_pool: Pool, request: pytest.FixtureRequest
) -> None:
    waiting = ask(olga, bobs_pool, 500_000)
    declined = adjustments.decline(adjustment_id=waiting.id, operator=request.getfixturevalue(who), reason="No.")
    assert declined.status == AdjustmentStatus.DECLINED
    with pytest.raises(AlreadyDecided):
        adjustments.approve(adjustment_id=waiting.id, operator=oona)
    assert balance(bobs_pool.id).available_mt == 0
    assert AuditEvent.objects.get(action="pool.adjustment_declined").detail == "No."


def test_asked_again_it_is_the_same(olga: User, bobs_pool: Pool) -> None:
    key = new_id()
    for amount_mt in (50_000, 50_000):
        assert ask(olga, bobs_pool, amount_mt, adjustment_id=key).id == key
    assert balance(bobs_pool.id).available_mt == 50_000
    with pytest.raises(IdempotencyKeyReused):
        ask(olga, bobs_pool, 50_001, adjustment_id=key)


def test_what_cannot_be_is_refused(
    olga: User, oona: User, bobs_pool: Pool, fund: Callable[..., None], shared_a: Pool
) -> None:
    fund(bobs_pool, "200")
    waiting = ask(olga, bobs_pool, -200_000)
    ask(oona, bobs_pool, -1_000)
    with pytest.raises(InsufficientTokens):
        adjustments.approve(adjustment_id=waiting.id, operator=oona)
    assert Adjustment.objects.get(id=waiting.id).status == AdjustmentStatus.WAITING
    with pytest.raises(InvalidRequest):
        ask(olga, bobs_pool, 1_000, reason=" ")
    with pytest.raises(NotFound):
        adjustments.ask(
            adjustment_id=new_id(), operator=olga, pool_id=UUID(int=1), amount_mt=1, reason="No.", limit_mt=1
        )
