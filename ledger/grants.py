"""Tokens that enter pools or move between them outside jobs: gifts, allocations, corrections."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from django.contrib.auth.models import User

from ledger import audit
from ledger.amounts import MAX_DIGITS, MILLI, format_milli
from ledger.contracts import individual_pool, shared_pool
from ledger.errors import InvalidAmount, NotFound
from ledger.models import Contract, Kind, LotSource, Membership, Pool
from ledger.posting import (
    Allocate,
    Answer,
    Deduct,
    Grant,
    Idempotency,
    Posted,
    Request,
    TakeBack,
    post,
    replay,
)
from ledger.posting.requests import Note
from ledger.texts import REASON_LIMIT, check_text, require_text

LIMIT_MT: Final = 10**MAX_DIGITS * MILLI


@dataclass(frozen=True, slots=True)
class AllocationView:
    """Tokens (milli-tokens) that moved between the shared pool and a user's individual one."""

    contract: UUID
    user_id: int
    direction: Literal["give", "take"]
    amount_mt: int
    transaction: UUID
    at: datetime
    replayed: bool


def allocate(
    *,
    idempotency: Idempotency,
    contract_id: UUID,
    user_id: int,
    amount_mt: int,
    actor: User | None = None,
    at: datetime | None = None,
) -> AllocationView:
    """Move shared tokens to a member's individual pool; the lots keep their expiry. The audit log names `actor`.

    Raises:
        InsufficientTokens: the shared pool has fewer available.
        NotFound: the user is not a member of the contract.
    """
    return _move(
        idempotency=idempotency,
        contract_id=contract_id,
        user_id=user_id,
        amount_mt=amount_mt,
        direction="give",
        actor=actor,
        at=at,
    )


def take_back(
    *,
    idempotency: Idempotency,
    contract_id: UUID,
    user_id: int,
    amount_mt: int,
    actor: User | None = None,
    at: datetime | None = None,
) -> AllocationView:
    """Move unused allocated tokens of a member back to the shared pool.

    Raises:
        InsufficientTokens: fewer allocated tokens are unused.
        NotFound: the user is not and never was a member of the contract.
    """
    return _move(
        idempotency=idempotency,
        contract_id=contract_id,
        user_id=user_id,
        amount_mt=amount_mt,
        direction="take",
        actor=actor,
        at=at,
    )


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
    _check_amount(abs(amount_mt))
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
    _check_amount(amount_mt)
    command = Grant(
        pool_id=pool_id,
        amount_mt=amount_mt,
        source=source,
        kind=Kind.GRANT,
        expires_at=expires_at,
        reason=check_text(reason, field="reason", limit=REASON_LIMIT),
    )
    return _posted(_post(idempotency, _contract_of(pool_id).id, command, at))


def _check_amount(amount_mt: int) -> None:
    if not 0 < amount_mt < LIMIT_MT:
        raise InvalidAmount(f"Give an amount above zero with at most {MAX_DIGITS} digits.", field="amount")


def _contract_of(pool_id: UUID) -> Contract:
    contract = Contract.objects.filter(pools=pool_id).first()
    if contract is None:
        raise NotFound("There is no such pool.", field="pool")
    return contract


def _move(
    *,
    idempotency: Idempotency,
    contract_id: UUID,
    user_id: int,
    amount_mt: int,
    direction: Literal["give", "take"],
    actor: User | None,
    at: datetime | None,
) -> AllocationView:
    if answer := replay(idempotency):
        return _allocation(answer, contract_id, user_id, direction)
    _check_amount(amount_mt)
    # What somebody who left did not use can still be taken back.
    known = Membership if direction == "give" else Pool
    if not known.objects.filter(contract_id=contract_id, user_id=user_id).exists():
        raise NotFound("There is no such user on this contract.", field="user")
    command_type = Allocate if direction == "give" else TakeBack
    command = command_type(
        shared_id=shared_pool(contract_id).id,
        individual_id=individual_pool(contract_id=contract_id, user_id=user_id).id,
        amount_mt=amount_mt,
    )

    def note(now: datetime) -> Note:
        audit.record(
            contract=Contract.objects.get(id=contract_id),
            actor=actor,
            action=f"tokens.{'allocated' if direction == 'give' else 'taken_back'}",
            subject=User.objects.get(pk=user_id),
            detail=f"{format_milli(amount_mt)} tokens",
            at=now,
        )
        return {}

    effect = note if actor else None
    return _allocation(_post(idempotency, contract_id, command, at, effect=effect), contract_id, user_id, direction)


def _post(
    idempotency: Idempotency,
    contract_id: UUID,
    command: Grant | Deduct | Allocate | TakeBack,
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


def _allocation(answer: Answer, contract_id: UUID, user_id: int, direction: Literal["give", "take"]) -> AllocationView:
    posted = _posted(answer)
    assert posted.transaction is not None, "an allocation is a transaction"
    return AllocationView(
        contract_id, user_id, direction, posted.amount_mt, posted.transaction, posted.at, answer.replayed
    )
