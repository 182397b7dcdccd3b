"""Turns what users order into commands: finds service, rate, quote, member and pools, and checks the order's shape.

Used by the pipeline and by `ledger.quotes`; a constant number of statements for any number of orders.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

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
from ledger.models import PoolKind, Quote, Role
from ledger.posting.commands import JobOrder, Refused, StartJob
from ledger.pricing import price_of
from ledger.statements import among, many, one, select_rows
from ledger.texts import check_text, is_storable

QUANTITY_LIMIT_M: Final = 10**MAX_DIGITS * MILLI
PRICE_LIMIT_MT: Final = 2**63


class _Member(NamedTuple):
    """A member as orders need them; `pools` are the contract's shared pool and the member's own, by kind."""

    role: str
    uses_shared: bool
    enabled_at: datetime | None
    user: str
    project_required: bool
    allow_split: bool
    pools: dict[str, UUID]


class _Offer(NamedTuple):
    """A service at its rate in effect; the rate's columns are empty where there is none."""

    service_id: UUID
    code: str
    refund_policy: str
    timeout_s: int | None
    rate_id: UUID | None
    amount_mt: int
    step_m: int
    minimum_mt: int


@dataclass(slots=True)
class _Catalogue:
    """What the orders of one call name."""

    at: datetime
    members: dict[tuple[UUID, int], _Member] = field(default_factory=dict)
    offers: dict[str, _Offer] = field(default_factory=dict)
    quotes: dict[UUID, Quote] = field(default_factory=dict)


def look_up(orders: Sequence[JobOrder], *, at: datetime) -> list[StartJob | Refused]:
    """Return a command per order, in order; an order that is not valid becomes its refusal."""
    if not orders:
        return []
    catalogue = _Catalogue(at)
    catalogue.members = _load_members(orders)
    catalogue.offers = _load_offers({order.service for order in orders}, at)
    if quote_ids := {order.quote_id for order in orders if order.quote_id}:
        catalogue.quotes = {quote.id: quote for quote in Quote.objects.filter(id__in=quote_ids)}
    return [_command_or_refusal(catalogue, order) for order in orders]


def _command_or_refusal(catalogue: _Catalogue, order: JobOrder) -> StartJob | Refused:
    try:
        return _command(catalogue, order)
    except LedgerError as refusal:
        return Refused(refusal=refusal)


def _load_members(orders: Sequence[JobOrder]) -> dict[tuple[UUID, int], _Member]:
    sql = f"""
        SELECT m.contract_id, m.user_id, m.role, m.uses_shared, m.enabled_at,
            COALESCE(NULLIF(u.email, ''), u.username), c.project_required, c.allow_split, p.kind, p.id
        FROM ledger_membership m
        JOIN auth_user u ON u.id = m.user_id JOIN ledger_contract c ON c.id = m.contract_id
        JOIN ledger_pool p ON p.contract_id = m.contract_id AND (p.user_id = m.user_id OR p.user_id IS NULL)
        WHERE {among("m.contract_id", "uuid")} AND {among("m.user_id", "bigint")}
    """
    parameters = [many({order.contract_id for order in orders}), many({order.user_id for order in orders})]
    members: dict[tuple[UUID, int], _Member] = {}
    for contract_id, user_id, *values, kind, pool_id in select_rows(
        sql, parameters, (UUID, int, str, bool, datetime, str, bool, bool, str, UUID)
    ):
        member = members.setdefault((contract_id, user_id), _Member(*[*values, {}]))
        member.pools[kind] = pool_id
    return members


def _load_offers(services: set[str], at: datetime) -> dict[str, _Offer]:
    """Return the active services with these codes or ids, by both."""
    sql = f"""
        SELECT s.id, s.code, s.refund_policy, s.hold_timeout_s,
            r.id, COALESCE(r.amount_mt, 0), COALESCE(r.step_m, 1), COALESCE(r.minimum_mt, 0)
        FROM ledger_service s LEFT JOIN ledger_rate r ON r.service_id = s.id
            AND r.effective_from <= %s AND (r.effective_until IS NULL OR r.effective_until > %s)
        WHERE s.active AND ({among("s.code", "text")} OR {among("s.id", "uuid")})
        ORDER BY r.effective_from
    """
    parameters = [one(at), one(at), many(filter(is_storable, services)), many(_ids(services))]
    offers: dict[str, _Offer] = {}
    for row in select_rows(sql, parameters, (UUID, str, str, int, UUID, int, int, int)):
        offer = _Offer(*row)
        offers[offer.code] = offers[str(offer.service_id)] = offer
    return offers


def _ids(services: set[str]) -> list[UUID]:
    found = []
    for text in services:
        with suppress(ValueError):
            found.append(UUID(text))
    return found


def _command(catalogue: _Catalogue, order: JobOrder) -> StartJob:
    member = catalogue.members.get((order.contract_id, order.user_id))
    if member is None or member.enabled_at is None:
        raise NotEnabled
    offer = catalogue.offers.get(order.service)
    if offer is None:
        raise NotFound("There is no such service.", field="service")
    if not 0 < order.quantity_m < QUANTITY_LIMIT_M:
        raise InvalidRequest(f"Give a quantity above zero with at most {MAX_DIGITS} digits.", field="quantity")
    project = check_text(order.project, field="project", limit=100)
    if member.project_required and not project:
        raise ProjectRequired(field="project")
    usable = _usable_pools(member)
    _authorise_pool(order.pool_id, member, usable)
    quote = _quote(catalogue, order, offer)
    pool_ids, pool_id = _payers(order, quote, member, usable)
    return StartJob(
        job_id=order.job_id or new_id(),
        service_id=offer.service_id,
        service=offer.code,
        user_id=order.user_id,
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


def _price_mt(order: JobOrder, offer: _Offer) -> int:
    if offer.rate_id is None:
        raise NotFound("This service has no rate at this time.", field="service")
    found_mt = price_of(order.quantity_m, offer.amount_mt, offer.step_m, offer.minimum_mt)
    if found_mt >= PRICE_LIMIT_MT:
        raise InvalidRequest("No pool could ever pay for this quantity.", field="quantity")
    return found_mt


def _usable_pools(member: _Member) -> tuple[UUID, ...]:
    """Return the pools the member may use, individual first. Source: DOMAIN, "Order of pools"."""
    may_use_shared = member.uses_shared or member.role != Role.END_USER
    kinds = (PoolKind.INDIVIDUAL, PoolKind.SHARED) if may_use_shared else (PoolKind.INDIVIDUAL,)
    return tuple(member.pools[kind] for kind in kinds if kind in member.pools)


def _payers(
    order: JobOrder, quote: Quote | None, member: _Member, usable: tuple[UUID, ...]
) -> tuple[tuple[UUID, ...], UUID | None]:
    """Return the pools to try, in order, and the only one that may pay, where the order or its quote says which.

    Where charges may be split, the quote's pool is only the first to pay, because its figures may be of both.
    """
    if order.pool_id or not quote:
        return usable, order.pool_id
    _authorise_pool(quote.pool_id, member, usable)
    if member.allow_split:
        return tuple(sorted(usable, key=lambda pool_id: pool_id != quote.pool_id)), None
    return usable, quote.pool_id


def _authorise_pool(pool_id: UUID | None, member: _Member, usable: tuple[UUID, ...]) -> None:
    """Refuse a pool that the member may not use, before any answer could depend on its balance."""
    if not usable:
        raise NotEnabled
    if pool_id is None or pool_id in usable:
        return
    if pool_id == member.pools.get(PoolKind.SHARED):
        raise SharedUseNotAllowed(field="pool")
    raise NotFound("There is no such pool.", field="pool")


def _quote(catalogue: _Catalogue, order: JobOrder, offer: _Offer) -> Quote | None:
    if order.quote_id is None:
        return None
    quote = catalogue.quotes.get(order.quote_id)
    if quote is None or (quote.contract_id, quote.user_id) != (order.contract_id, order.user_id):
        raise NotFound("There is no such quote.", field="quote")
    if (quote.service_id, quote.quantity_m) != (offer.service_id, order.quantity_m):
        raise QuoteMismatch(field="quote")
    if quote.expires_at <= catalogue.at:
        raise QuoteExpired
    return quote
