"""Turns what users order into commands at the rates of their time, and checks their shape. Pure but for `look_up`.

Used by the pipeline and by `ledger.quotes`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from ledger.addresses import NO_SUCH_USER
from ledger.amounts import MAX_DIGITS, MILLI
from ledger.errors import (
    InvalidRequest,
    LedgerError,
    NotEnabled,
    NotFound,
    ProjectRequired,
    QuoteExpired,
    QuoteMismatch,
    SharedUseNotAllowed,
)
from ledger.ids import new_id
from ledger.posting.catalogue import Catalogue, Member, Offer, QuotedPrice, pools_of
from ledger.posting.commands import JobOrder, Refused, StartJob
from ledger.pricing import price_of
from ledger.rights import may_use_shared
from ledger.statements import read
from ledger.texts import check_text

QUANTITY_LIMIT_M: Final = 10**MAX_DIGITS * MILLI
PRICE_LIMIT_MT: Final = 2**63


def look_up(orders: Sequence[JobOrder], *, at: datetime) -> list[StartJob | Refused]:
    """Return a command per order of one instant on one contract; one that is not valid becomes its refusal."""
    users = {order.user_id for order in orders if order.user_id}
    queries = Catalogue.queries(orders, {}, since=at, until=at)
    pools, *found = read(pools_of(orders[0].contract_id, users), *queries.values())
    catalogue = Catalogue(dict(zip(queries, found, strict=True)), dict(pools))
    return [command_for(catalogue, order, at=at) for order in orders]


def command_for(catalogue: Catalogue, order: JobOrder, *, at: datetime) -> StartJob | Refused:
    """Return the command that an order is at an instant, or its refusal if it is not valid."""
    try:
        return _command(catalogue, order, at)
    except LedgerError as refusal:
        return Refused(refusal=refusal)


def _command(catalogue: Catalogue, order: JobOrder, at: datetime) -> StartJob:
    user_id = catalogue.user_of(order)
    if user_id is None:
        raise NotFound(NO_SUCH_USER, field="user")
    member = catalogue.members.get(user_id)
    individual_id = catalogue.individual_pool(user_id)
    # The pool, which is never deleted, stands for a foreign key from the job to its user (decision 12).
    if member is None or member.enabled_at is None or individual_id is None:
        raise NotEnabled
    offer = catalogue.offer(order.service, at=at)
    if offer is None:
        raise NotFound("There is no such service.", field="service")
    if not 0 < order.quantity_m < QUANTITY_LIMIT_M:
        raise InvalidRequest(f"Give a quantity above zero with at most {MAX_DIGITS} digits.", field="quantity")
    project = check_text(order.project, field="project", limit=100)
    if member.project_required and not project:
        raise ProjectRequired(field="project")
    shared_id = catalogue.shared_pool()
    usable = _usable_pools(member, individual_id, shared_id)
    _authorise_pool(order.pool_id, usable, shared_id)
    quote = _quote(catalogue, order, user_id, offer, at)
    if quote and not order.pool_id:
        _authorise_pool(quote.pool_id, usable, shared_id)
    pool_ids, pool_id = _payers(order, quote, member, usable)
    return StartJob(
        job_id=order.job_id or new_id(),
        service_id=offer.service_id,
        service=offer.code,
        user_id=user_id,
        user=member.user,
        pool_ids=pool_ids,
        pool_id=pool_id,
        price_mt=quote.price_mt if quote else _price_mt(order, offer),
        quantity_m=order.quantity_m,
        refund_policy=offer.refund_policy,
        rate_id=quote.rate_id if quote else offer.rate_id,
        quote_id=quote.id if quote else None,
        timeout_s=offer.timeout_s,
        project=project,
        comment=check_text(order.comment, field="comment", limit=500),
        external_id=check_text(order.external_id, field="external_id", limit=200),
    )


def _price_mt(order: JobOrder, offer: Offer) -> int:
    if offer.rate_id is None:
        raise NotFound("This service has no rate at this time.", field="service")
    found_mt = price_of(order.quantity_m, offer.amount_mt, offer.step_m, offer.minimum_mt)
    if found_mt >= PRICE_LIMIT_MT:
        raise InvalidRequest("No pool could ever pay for this quantity.", field="quantity")
    return found_mt


def _usable_pools(member: Member, individual_id: UUID, shared_id: UUID | None) -> tuple[UUID, ...]:
    """Return the pools the member may use, individual first. Source: DOMAIN, "Order of pools"."""
    if shared_id and may_use_shared(member.role, ticked=member.uses_shared):
        return (individual_id, shared_id)
    return (individual_id,)


def _payers(
    order: JobOrder, quote: QuotedPrice | None, member: Member, usable: tuple[UUID, ...]
) -> tuple[tuple[UUID, ...], UUID | None]:
    """Return the pools to try, in order, and the only one that may pay, where the order or its quote says which.

    Where charges may be split, the quote's pool is only the first to pay, because its figures may be of both.
    """
    if order.pool_id or not quote:
        return usable, order.pool_id
    if member.allow_split:
        return tuple(sorted(usable, key=lambda pool_id: pool_id != quote.pool_id)), None
    return usable, quote.pool_id


def _authorise_pool(pool_id: UUID | None, usable: tuple[UUID, ...], shared_id: UUID | None) -> None:
    """Refuse a pool that the member may not use, before any answer could depend on its balance."""
    if pool_id is None or pool_id in usable:
        return
    if pool_id == shared_id:
        raise SharedUseNotAllowed(field="pool")
    raise NotFound("There is no such pool.", field="pool")


def _quote(catalogue: Catalogue, order: JobOrder, user_id: int, offer: Offer, at: datetime) -> QuotedPrice | None:
    if order.quote_id is None:
        return None
    quote = catalogue.quotes.get(order.quote_id)
    if quote is None or (quote.contract_id, quote.user_id) != (order.contract_id, user_id):
        raise NotFound("There is no such quote.", field="quote")
    if (quote.service_id, quote.quantity_m) != (offer.service_id, order.quantity_m):
        raise QuoteMismatch(field="quote")
    if quote.expires_at <= at:
        raise QuoteExpired
    return quote
