"""Quotes: what a job would cost, from which pool, and what would remain. A quote moves nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from ledger.balances import Balance, balances
from ledger.errors import InvalidRequest
from ledger.instants import database_now
from ledger.models import Contract, Quote, Rate
from ledger.posting import JobOrder, Refused
from ledger.posting.draws import best_pool
from ledger.posting.job_orders import look_up

VALID_FOR_S: Final = 15 * 60
COUNT_LIMIT: Final = 1000


@dataclass(frozen=True, slots=True)
class QuoteView:
    """Required, Available and Will remain, in milli-tokens. Source: Fusion seed, "Example 1" and "Example 2"."""

    id: UUID
    service: str
    quantity_m: int
    count: int
    price_mt: int
    required_mt: int
    available_mt: int
    pool: UUID
    rate: UUID
    covered_by: str
    expires_at: datetime
    alternatives: tuple[tuple[UUID, int], ...]

    @property
    def will_remain_mt(self) -> int:
        """Negative where the pool does not suffice."""
        return self.available_mt - self.required_mt

    @property
    def sufficient(self) -> bool:
        return self.will_remain_mt >= 0

    @property
    def max_count(self) -> int:
        """The largest number of such jobs that the pool can pay."""
        return min(COUNT_LIMIT, self.available_mt // self.price_mt) if self.price_mt else COUNT_LIMIT


def quote(
    *,
    contract_id: UUID,
    user_id: int,
    service: str,
    quantity_m: int = 1000,
    count: int = 1,
    pool_id: UUID | None = None,
    at: datetime | None = None,
) -> QuoteView:
    """Freeze the rate in effect for 15 minutes and say what `count` jobs would need of the pool.

    Where the contract lets charges be split, and no pool was chosen, the pools' tokens count together if none suffices.

    Raises:
        NotEnabled, SharedUseNotAllowed, NotFound, InvalidRequest: as for starting the job itself.
    """
    if not 1 <= count <= COUNT_LIMIT:
        raise InvalidRequest(f"Give a number of jobs from 1 to {COUNT_LIMIT}.", field="count")
    now = at or database_now()
    # A project is asked for when the job starts, not for its price.
    order = JobOrder(contract_id, user_id, service, quantity_m, pool_id, project="quote")
    (command,) = look_up([order], at=now)
    if isinstance(command, Refused):
        raise command.refusal
    assert command.rate_id is not None, "a price comes from a rate"
    found = balances(pool_ids=command.pool_ids)
    usable = [found[usable_id] for usable_id in command.pool_ids]
    required_mt = command.price_mt * count
    candidates = [found[command.pool_id]] if command.pool_id else usable
    payer, available_mt = _payer(contract_id, candidates, required_mt)
    saved = Quote.objects.create(
        contract_id=contract_id,
        user_id=user_id,
        pool_id=payer.pool_id,
        service_id=command.service_id,
        rate_id=command.rate_id,
        quantity_m=quantity_m,
        count=count,
        price_mt=command.price_mt,
        created_at=now,
        expires_at=now + timedelta(seconds=VALID_FOR_S),
    )
    return QuoteView(
        id=saved.id,
        service=command.service,
        quantity_m=quantity_m,
        count=count,
        price_mt=command.price_mt,
        required_mt=required_mt,
        available_mt=available_mt,
        pool=payer.pool_id,
        rate=command.rate_id,
        covered_by="" if command.price_mt else _why_free(command.rate_id),
        expires_at=saved.expires_at,
        alternatives=_alternatives(usable, payer, required_mt) if available_mt < required_mt else (),
    )


def _payer(contract_id: UUID, candidates: list[Balance], required_mt: int) -> tuple[Balance, int]:
    """Return the pool that would pay first, and what is available (milli-tokens) in it or in all together."""
    payer = best_pool(candidates, required_mt, available_mt=lambda balance: balance.available_mt)
    if payer.available_mt >= required_mt or not Contract.objects.filter(id=contract_id, allow_split=True).exists():
        return payer, payer.available_mt
    return candidates[0], sum(candidate.available_mt for candidate in candidates)


def _why_free(rate_id: UUID) -> str:
    return Rate.objects.values_list("covered_by", flat=True).get(id=rate_id)


def _alternatives(usable: list[Balance], payer: Balance, required_mt: int) -> tuple[tuple[UUID, int], ...]:
    """Return the user's other pools that would suffice."""
    return tuple(
        (other.pool_id, other.available_mt)
        for other in usable
        if other.pool_id != payer.pool_id and other.available_mt >= required_mt
    )
