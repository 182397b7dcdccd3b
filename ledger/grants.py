"""Tokens that operators and the vendor put into a pool or take out of it: grants and corrections."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User

from ledger import audit
from ledger.amounts import check_amount, format_milli
from ledger.errors import NotFound
from ledger.models import Contract, Kind, LotSource
from ledger.posting import Answer, Deduct, Grant, Idempotency, Posted, Request, post
from ledger.posting.requests import Note
from ledger.texts import REASON_LIMIT, check_text, require_text


def adjust(
    *,
    idempotency: Idempotency,
    pool_id: UUID,
    amount_mt: int,
    reason: str,
    actor: User | None = None,
    detail: str = "",
    expires_at: datetime | None = None,
    at: datetime | None = None,
    keep: Callable[[datetime], None] | None = None,
) -> Posted:
    """Correct a pool by hand, upwards with a new lot or downwards; operators only, with a reason.

    `actor` is the operator who does; the audit log of the contract names them, with `detail` or else the reason.
    `keep` writes what belongs to the same database transaction.

    Raises:
        InvalidAmount: the amount is zero, or has more than 12 digits.
        InvalidRequest: no reason, or the tokens would have expired already.
        InsufficientTokens: fewer are available to take.
        NotFound: there is no such pool.
    """
    reason = check_adjustment(amount_mt=amount_mt, reason=reason)
    command: Grant | Deduct
    if amount_mt > 0:
        command = Grant(
            pool_id=pool_id,
            amount_mt=amount_mt,
            source=LotSource.ADJUSTMENT,
            kind=Kind.ADJUST,
            expires_at=expires_at,
            reason=reason,
        )
    else:
        command = Deduct(pool_id=pool_id, amount_mt=-amount_mt, reason=reason)
    contract = _contract_of(pool_id)

    def note(now: datetime) -> Note:
        if keep:
            keep(now)
        said = f"{format_milli(amount_mt)} tokens: {detail or reason}"
        audit.record(contract=contract, actor=actor, action="pool.adjusted", subject=pool_id, detail=said, at=now)
        return {}

    return _posted(_post(idempotency, contract.id, command, at, effect=note if actor else None))


def check_adjustment(*, amount_mt: int, reason: str) -> str:
    """Return the reason of a correction as it will be kept.

    Raises:
        InvalidAmount, InvalidRequest.
    """
    check_amount(abs(amount_mt))
    return require_text(reason, field="reason", limit=REASON_LIMIT, missing="Say why the pool is corrected.")


def grant(
    *,
    idempotency: Idempotency,
    pool_id: UUID,
    amount_mt: int,
    source: LotSource = LotSource.GIFT,
    expires_at: datetime | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> Posted:
    """Give a pool a new lot, free of charge.

    Raises:
        InvalidAmount: the amount is not above zero, or has more than 12 digits.
        InvalidRequest: the tokens would have expired already.
        NotFound: there is no such pool.
    """
    check_amount(amount_mt)
    command = Grant(
        pool_id=pool_id,
        amount_mt=amount_mt,
        source=source,
        kind=Kind.GRANT,
        expires_at=expires_at,
        reason=check_text(reason, field="reason", limit=REASON_LIMIT),
    )
    return _posted(_post(idempotency, _contract_of(pool_id).id, command, at))


def _contract_of(pool_id: UUID) -> Contract:
    contract = Contract.objects.filter(pools=pool_id).first()
    if contract is None:
        raise NotFound("There is no such pool.", field="pool")
    return contract


def _post(
    idempotency: Idempotency,
    contract_id: UUID,
    command: Grant | Deduct,
    at: datetime | None,
    *,
    effect: Callable[[datetime], Note] | None = None,
) -> Answer:
    request = Request(commands=[command], idempotency=idempotency, at=at, effect=effect)
    (answer,) = post(contract_id=contract_id, requests=[request])
    return answer


def _posted(answer: Answer) -> Posted:
    (result,) = answer.require().results
    assert isinstance(result, Posted), "a pool command answers with what it posted"
    return result
