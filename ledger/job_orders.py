"""Turns what callers order into commands: finds service, rate, quote, member and pools, and checks the order's shape.

Used by `ledger.jobs` and `ledger.quotes`; a constant number of statements for any number of orders.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

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
from ledger.models import Membership, Pool, PoolKind, Quote, Rate, Service
from ledger.posting import Refused, StartJob
from ledger.pricing import price_mt, rates_at


@dataclass(frozen=True, slots=True)
class JobOrder:
    """A job that a user wants: `quantity_m` thousandths of the service's unit, from a pool of theirs or any."""

    contract_id: UUID
    user_id: int
    service: str
    quantity_m: int = 1000
    pool_id: UUID | None = None
    quote_id: UUID | None = None
    project: str = ""
    comment: str = ""
    external_id: str = ""


@dataclass(slots=True)
class _Catalogue:
    """What the orders of one call name, found in a constant number of statements."""

    at: datetime
    memberships: dict[tuple[UUID, int], Membership] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    rates: dict[UUID, Rate] = field(default_factory=dict)
    quotes: dict[UUID, Quote] = field(default_factory=dict)
    pools: dict[UUID, list[Pool]] = field(default_factory=dict)


def prepare(orders: Sequence[JobOrder], *, at: datetime | None = None) -> list[StartJob | Refused]:
    """Return a command per order, in order; an order that is not valid becomes its refusal."""
    catalogue = _load(orders, at or timezone.now())
    commands: list[StartJob | Refused] = []
    for order in orders:
        try:
            commands.append(_command(catalogue, order))
        except LedgerError as refusal:
            commands.append(Refused(refusal=refusal))
    return commands


def _load(orders: Sequence[JobOrder], at: datetime) -> _Catalogue:
    catalogue = _Catalogue(at)
    contract_ids = {order.contract_id for order in orders}
    user_ids = {order.user_id for order in orders}
    members = Membership.objects.filter(contract_id__in=contract_ids, user_id__in=user_ids)
    for member in members.select_related("contract", "user"):
        catalogue.memberships[member.contract_id, member.user_id] = member
    wanted = {order.service for order in orders}
    for service in Service.objects.filter(Q(code__in=wanted) | Q(id__in=_uuids(wanted)), active=True):
        catalogue.services[service.code] = catalogue.services[str(service.id)] = service
    for rate in rates_at(at).filter(service__in=set(catalogue.services.values())).order_by("effective_from"):
        catalogue.rates[rate.service_id] = rate
    if quote_ids := {order.quote_id for order in orders if order.quote_id}:
        catalogue.quotes = {quote.id: quote for quote in Quote.objects.filter(id__in=quote_ids).select_related("rate")}
    mine = Q(kind=PoolKind.SHARED) | Q(user_id__in=user_ids)
    for pool in Pool.objects.filter(mine, contract_id__in=contract_ids).order_by("kind"):
        catalogue.pools.setdefault(pool.contract_id, []).append(pool)
    return catalogue


def _uuids(texts: set[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _command(catalogue: _Catalogue, order: JobOrder) -> StartJob:
    member = catalogue.memberships.get((order.contract_id, order.user_id))
    if member is None or member.enabled_at is None:
        raise NotEnabled
    service = catalogue.services.get(order.service)
    if service is None:
        raise NotFound("There is no such service.", field="service")
    if member.contract.project_required and not order.project:
        raise ProjectRequired(field="project")
    if order.quantity_m <= 0:
        raise InvalidRequest("The quantity must be above zero.", field="quantity")
    pool_ids, pool_id = _pools(catalogue, order, member)
    price, rate, quote = _price(catalogue, order, service)
    return StartJob(
        job_id=new_id(),
        service_id=service.id,
        service=service.code,
        user_id=member.user_id,
        user=member.user.email or member.user.username,
        pool_ids=pool_ids,
        pool_id=pool_id or (quote.pool_id if quote else None),
        price_mt=price,
        quantity_m=order.quantity_m,
        refund_policy=service.refund_policy,
        rate_id=rate.id,
        quote_id=quote.id if quote else None,
        timeout_s=service.hold_timeout_s,
        project=order.project,
        comment=order.comment,
        external_id=order.external_id,
    )


def _pools(catalogue: _Catalogue, order: JobOrder, member: Membership) -> tuple[tuple[UUID, ...], UUID | None]:
    """Return the pools the member may use, individual first, and the chosen one; a named pool is authorised here."""
    pools = [pool for pool in catalogue.pools.get(order.contract_id, []) if pool.user_id in (None, order.user_id)]
    usable = tuple(pool.id for pool in pools if pool.kind == PoolKind.INDIVIDUAL or member.may_use_shared)
    if order.pool_id is None or order.pool_id in usable:
        if not usable:
            raise NotEnabled
        return usable, order.pool_id
    if any(pool.id == order.pool_id for pool in pools):
        raise SharedUseNotAllowed(field="pool")
    raise NotFound("There is no such pool.", field="pool")


def _price(catalogue: _Catalogue, order: JobOrder, service: Service) -> tuple[int, Rate, Quote | None]:
    if order.quote_id is None:
        rate = catalogue.rates.get(service.id)
        if rate is None:
            raise NotFound("This service has no rate at this time.", field="service")
        return price_mt(rate=rate, quantity_m=order.quantity_m), rate, None
    quote = catalogue.quotes.get(order.quote_id)
    if quote is None or (quote.contract_id, quote.user_id) != (order.contract_id, order.user_id):
        raise NotFound("There is no such quote.", field="quote")
    if (quote.service_id, quote.quantity_m) != (service.id, order.quantity_m):
        raise QuoteMismatch(field="quote")
    if quote.expires_at <= catalogue.at:
        raise QuoteExpired
    return quote.price_mt, quote.rate, quote
