"""Tokens that move between a contract's shared pool and a member's individual one, and back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.contrib.auth.models import User

from ledger import audit
from ledger.amounts import check_amount, format_milli
from ledger.contracts import individual_pool, shared_pool
from ledger.errors import NotFound
from ledger.models import Contract, Membership, Pool
from ledger.posting import Allocate, Answer, Idempotency, Posted, Request, TakeBack, post, replay
from ledger.posting.requests import Note


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
    check_amount(amount_mt)
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

    request = Request(commands=[command], idempotency=idempotency, at=at, effect=note if actor else None)
    (answer,) = post(contract_id=contract_id, requests=[request])
    return _allocation(answer, contract_id, user_id, direction)


def _allocation(answer: Answer, contract_id: UUID, user_id: int, direction: Literal["give", "take"]) -> AllocationView:
    (posted,) = answer.require().results
    assert isinstance(posted, Posted), "an allocation answers with what it posted"
    assert posted.transaction is not None, "an allocation is a transaction"
    return AllocationView(
        contract_id, user_id, direction, posted.amount_mt, posted.transaction, posted.at, answer.replayed
    )
