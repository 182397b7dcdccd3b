"""Corrections by operators: small ones are posted at once, others when a second operator has approved them.

For the operators' pages. Who is an operator is for their site to know; here nobody approves their own.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Sum
from django.db.models.functions import Abs
from django.db.transaction import atomic
from django.utils import timezone

from ledger import audit
from ledger.amounts import format_milli
from ledger.errors import AlreadyDecided, IdempotencyKeyReused, NotFound, OwnDecision
from ledger.grants import adjust, check_adjustment
from ledger.models import Adjustment, AdjustmentStatus, Pool
from ledger.posting import Idempotency
from ledger.texts import REASON_LIMIT, check_text

DAY: Final = timedelta(days=1)


class _OverTheLimit(Exception):
    """Raised where a correction would be posted, to undo it and let it wait instead."""


def ask(
    *,
    adjustment_id: UUID,
    operator: User,
    pool_id: UUID,
    amount_mt: int,
    reason: str,
    limit_mt: int,
    at: datetime | None = None,
) -> Adjustment:
    """Correct a pool, or let the correction wait when the operator's of one day would exceed `limit_mt`.

    `adjustment_id` is the key: asked again it is the same correction. What the operator posted alone on the
    contract within a day counts towards the limit (milli-tokens), so that cutting it into pieces gains nothing.

    Raises:
        InvalidAmount, InvalidRequest, InsufficientTokens, NotFound: as `ledger.grants.adjust`.
        IdempotencyKeyReused: the id is another correction's.
    """
    reason = check_adjustment(amount_mt=amount_mt, reason=reason)
    pool = Pool.objects.filter(id=pool_id).first()
    if pool is None:
        raise NotFound("There is no such pool.", field="pool")
    if before := Adjustment.objects.filter(id=adjustment_id).first():
        return _same(before, operator, pool, amount_mt, reason)
    wanted = Adjustment(
        id=adjustment_id,
        contract_id=pool.contract_id,
        pool=pool,
        amount_mt=amount_mt,
        reason=reason,
        requested_by=operator,
    )

    def keep(now: datetime) -> None:
        if _posted_alone(operator, pool.contract_id, now) + abs(amount_mt) > limit_mt:
            raise _OverTheLimit
        _keep(wanted, AdjustmentStatus.POSTED, now)

    try:
        adjust(
            idempotency=_key(wanted), pool_id=pool_id, amount_mt=amount_mt, reason=reason, actor=operator, at=at,
            keep=keep,
        )  # fmt: skip
    except _OverTheLimit:
        _wait(wanted, at or timezone.now())
    return Adjustment.objects.get(id=adjustment_id)


def approve(*, adjustment_id: UUID, operator: User, at: datetime | None = None) -> Adjustment:
    """Post a correction that another operator asked for.

    Raises:
        NotFound: there is none.
        OwnDecision: the operator asked for it.
        AlreadyDecided: it does not wait any more.
        InsufficientTokens: there are not that many to take any more.
    """
    found = _find(adjustment_id)
    if found.requested_by_id == operator.pk:
        raise OwnDecision
    if found.status != AdjustmentStatus.WAITING:
        raise AlreadyDecided
    detail = f"{found.reason} (asked for by {found.requested_by.email})"

    def keep(now: datetime) -> None:
        _decide(found, AdjustmentStatus.POSTED, operator, now)

    adjust(
        idempotency=_key(found), pool_id=found.pool_id, amount_mt=found.amount_mt, reason=found.reason,
        actor=operator, detail=detail[:REASON_LIMIT], at=at, keep=keep,
    )  # fmt: skip
    return _find(adjustment_id)


def decline(*, adjustment_id: UUID, operator: User, reason: str = "", at: datetime | None = None) -> Adjustment:
    """Give a correction up; who asked for it may do that as well.

    Raises:
        NotFound, AlreadyDecided, InvalidRequest.
    """
    reason = check_text(reason, field="reason", limit=REASON_LIMIT)
    found = _find(adjustment_id)
    now = at or timezone.now()
    with atomic():
        _decide(found, AdjustmentStatus.DECLINED, operator, now)
        audit.record(
            contract=found.contract, actor=operator, action="pool.adjustment_declined", subject=found.pool_id,
            detail=reason, at=now,
        )  # fmt: skip
    return _find(adjustment_id)


def _same(before: Adjustment, operator: User, pool: Pool, amount_mt: int, reason: str) -> Adjustment:
    asked = (before.requested_by_id, before.pool_id, before.amount_mt, before.reason)
    if asked != (operator.pk, pool.id, amount_mt, reason):
        raise IdempotencyKeyReused
    return before


def _find(adjustment_id: UUID) -> Adjustment:
    found = Adjustment.objects.select_related("contract", "requested_by").filter(id=adjustment_id).first()
    if found is None:
        raise NotFound("There is no such adjustment.")
    return found


def _key(wanted: Adjustment) -> Idempotency:
    content = f"{wanted.pool_id}:{wanted.amount_mt}:{wanted.reason}"
    return Idempotency(
        f"user:{wanted.requested_by_id}", f"adjustment:{wanted.id}", sha256(content.encode()).hexdigest()
    )


def _posted_alone(operator: User, contract_id: UUID, now: datetime) -> int:
    """Return the milli-tokens that the operator moved on the contract within a day, without a second operator."""
    mine = Adjustment.objects.filter(contract_id=contract_id, requested_by=operator, decided_by=None)
    posted = mine.filter(status=AdjustmentStatus.POSTED, requested_at__gt=now - DAY)
    total: int | None = posted.aggregate(total=Sum(Abs("amount_mt")))["total"]
    return total or 0


def _keep(wanted: Adjustment, status: AdjustmentStatus, now: datetime) -> None:
    wanted.status, wanted.requested_at = status, now
    wanted.save(force_insert=True)


@atomic
def _wait(wanted: Adjustment, now: datetime) -> None:
    _keep(wanted, AdjustmentStatus.WAITING, now)
    audit.record(
        contract=wanted.contract, actor=wanted.requested_by, action="pool.adjustment_asked", subject=wanted.pool_id,
        detail=f"{format_milli(wanted.amount_mt)} tokens: {wanted.reason}", at=now,
    )  # fmt: skip


def _decide(found: Adjustment, status: AdjustmentStatus, operator: User, now: datetime) -> None:
    waiting = Adjustment.objects.filter(id=found.id, status=AdjustmentStatus.WAITING)
    if not waiting.update(status=status, decided_by=operator, decided_at=now):
        raise AlreadyDecided
