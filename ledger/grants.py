"""Tokens that enter pools or move between them outside jobs: gifts, allocations, corrections."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from ledger.contracts import individual_pool, shared_pool
from ledger.errors import InvalidAmount, NotFound
from ledger.models import Kind, LotSource, Membership, Pool
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
    *, idempotency: Idempotency, contract_id: UUID, user_id: int, amount_mt: int, at: datetime | None = None
) -> AllocationView:
    """Move shared tokens to a member's individual pool; the lots keep their expiry.

    Raises:
        InsufficientTokens: the shared pool has fewer available.
        NotFound: the user is not a member of the contract.
    """
    return _move(
        idempotency=idempotency, contract_id=contract_id, user_id=user_id, amount_mt=amount_mt, direction="give", at=at
    )


def take_back(
    *, idempotency: Idempotency, contract_id: UUID, user_id: int, amount_mt: int, at: datetime | None = None
) -> AllocationView:
    """Move unused allocated tokens of a member back to the shared pool.

    Raises:
        InsufficientTokens: fewer allocated tokens are unused.
        NotFound: the user is not and never was a member of the contract.
    """
    return _move(
        idempotency=idempotency, contract_id=contract_id, user_id=user_id, amount_mt=amount_mt, direction="take", at=at
    )


def adjust(
    *,
    idempotency: Idempotency,
    pool_id: UUID,
    amount_mt: int,
    reason: str,
    expires_at: datetime | None = None,
    at: datetime | None = None,
) -> Posted:
    """Correct a pool by hand, upwards with a new lot or downwards; operators only, with a reason.

    Raises:
        InvalidAmount: the amount is zero.
        InsufficientTokens: fewer are available to take.
    """
    pool = Pool.objects.get(id=pool_id)
    if amount_mt == 0:
        raise InvalidAmount("A correction is not zero.", field="amount")
    command: Grant | Deduct
    if amount_mt > 0:
        command = Grant(
            pool_id=pool.id,
            amount_mt=amount_mt,
            source=LotSource.ADJUSTMENT,
            kind=Kind.ADJUST,
            expires_at=expires_at,
            reason=reason,
        )
    else:
        command = Deduct(pool_id=pool.id, amount_mt=-amount_mt, reason=reason)
    return _posted(_post(idempotency, pool.contract_id, command, at))


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
    """Give a pool a new lot, free of charge."""
    contract_id = Pool.objects.values_list("contract_id", flat=True).get(id=pool_id)
    command = Grant(
        pool_id=pool_id, amount_mt=amount_mt, source=source, kind=Kind.GRANT, expires_at=expires_at, reason=reason
    )
    return _posted(_post(idempotency, contract_id, command, at))


def _move(
    *,
    idempotency: Idempotency,
    contract_id: UUID,
    user_id: int,
    amount_mt: int,
    direction: Literal["give", "take"],
    at: datetime | None,
) -> AllocationView:
    if answer := replay(idempotency):
        return _allocation(answer, contract_id, user_id, direction)
    if amount_mt <= 0:
        raise InvalidAmount("The amount must be above zero.", field="amount")
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
    return _allocation(_post(idempotency, contract_id, command, at), contract_id, user_id, direction)


def _post(
    idempotency: Idempotency, contract_id: UUID, command: Grant | Deduct | Allocate | TakeBack, at: datetime | None
) -> Answer:
    (answer,) = post(contract_id=contract_id, requests=[Request(commands=[command], idempotency=idempotency, at=at)])
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
