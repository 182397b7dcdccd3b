"""What orders of jobs name: members and their pools, services and their rates, quotes.

Loaded by the pipeline together with what else a batch needs, and by `ledger.quotes` alone.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ledger.posting.commands import JobOrder
from ledger.statements import Query, Rows, among, many, named, one, pairs
from ledger.texts import is_storable


class Member(NamedTuple):
    """A member of a contract, with what the contract says about orders."""

    role: str
    uses_shared: bool
    enabled_at: datetime | None
    user: str
    project_required: bool
    allow_split: bool


class Offer(NamedTuple):
    """A service at one of its rates; the rate's columns are empty where it has none."""

    service_id: UUID
    code: str
    refund_policy: str
    timeout_s: int | None
    rate_id: UUID | None
    amount_mt: int
    step_m: int
    minimum_mt: int
    effective_from: datetime | None
    effective_until: datetime | None

    def is_in_effect(self, at: datetime) -> bool:
        """Return whether the rate is the service's rate at an instant."""
        begun = self.effective_from is None or self.effective_from <= at
        return begun and (self.effective_until is None or at < self.effective_until)


class QuotedPrice(NamedTuple):
    """A quote, as far as the start of its job depends on it."""

    id: UUID
    contract_id: UUID
    user_id: int
    pool_id: UUID
    service_id: UUID
    rate_id: UUID
    quantity_m: int
    price_mt: int
    expires_at: datetime


class Catalogue:
    """The facts that the orders of one call name: the rows that its queries found, and the pools by their users."""

    def __init__(
        self, rows: Mapping[str, Rows], pools: Mapping[int | None, UUID], addresses: Mapping[str, int] | None = None
    ) -> None:
        self._addresses = addresses or {}
        self.members = {user_id: Member(*values) for user_id, *values in rows.get("members", [])}
        self._pools = pools
        self.quotes = {row[0]: QuotedPrice(*row) for row in rows.get("quotes", [])}
        self._offers: dict[str, list[Offer]] = {}
        for row in rows.get("offers", []):
            offer = Offer(*row)
            self._offers.setdefault(offer.code, []).append(offer)
            self._offers.setdefault(str(offer.service_id), []).append(offer)

    @staticmethod
    def queries(
        orders: Sequence[JobOrder], addresses: Mapping[str, int], *, since: datetime, until: datetime
    ) -> dict[str, Query]:
        """Return the queries for what orders on one contract, between two instants, name."""
        contract_id = orders[0].contract_id
        user_ids = {user_of(order, addresses) for order in orders} - {None}
        queries = {
            "members": _members(contract_id, user_ids),
            "offers": _offers({order.service for order in orders}, since, until),
        }
        if quote_ids := {order.quote_id for order in orders if order.quote_id}:
            queries["quotes"] = _quotes(contract_id, quote_ids)
        return queries

    def user_of(self, order: JobOrder) -> int | None:
        """Return the id of the order's user; None where nobody, or no single member, has the address."""
        return user_of(order, self._addresses)

    def individual_pool(self, user_id: int) -> UUID | None:
        """Return the pool of a user."""
        return self._pools.get(user_id)

    def shared_pool(self) -> UUID | None:
        """Return the pool that belongs to no user."""
        return self._pools.get(None)

    def offer(self, service: str, *, at: datetime) -> Offer | None:
        """Return the active service with this code or id, at its rate in effect if it has one."""
        offers = self._offers.get(service, [])
        for offer in reversed(offers):
            if offer.is_in_effect(at):
                return offer
        return offers[0]._replace(rate_id=None) if offers else None


def user_of(order: JobOrder, addresses: Mapping[str, int]) -> int | None:
    """Return the id of the user whom an order names, by id or by one of the addresses that were looked up."""
    return addresses.get(order.email) if order.email else order.user_id


def _members(contract_id: UUID, user_ids: set[int | None]) -> Query:
    sql = f"""
        SELECT m.user_id, m.role, m.uses_shared, m.enabled_at,
            COALESCE(NULLIF(u.email, ''), u.username), c.project_required, c.allow_split
        FROM {named("bigint")} JOIN ledger_membership m ON m.contract_id = named.contract_id AND m.user_id = named.id
        JOIN auth_user u ON u.id = m.user_id JOIN ledger_contract c ON c.id = %s
    """
    return Query(sql, [*pairs(contract_id, user_ids), one(contract_id)], (int, str, bool, datetime, str, bool, bool))


def pools_of(contract_id: UUID, user_ids: Collection[int]) -> Query:
    """Return the query of (user's id, pool's id) for these users' pools and the shared one, which is no user's."""
    sql = f"""
        SELECT p.user_id, p.id FROM {named("bigint")}
        JOIN ledger_pool p ON p.contract_id = named.contract_id AND p.user_id = named.id AND p.kind = 'individual'
        UNION ALL
        SELECT user_id, id FROM ledger_pool WHERE kind = 'shared' AND contract_id = %s
    """
    return Query(sql, [*pairs(contract_id, user_ids), one(contract_id)], (int, UUID))


def _offers(services: set[str], since: datetime, until: datetime) -> Query:
    sql = f"""
        SELECT s.id, s.code, s.refund_policy, s.hold_timeout_s, r.id, COALESCE(r.amount_mt, 0),
            COALESCE(r.step_m, 1), COALESCE(r.minimum_mt, 0), r.effective_from, r.effective_until
        FROM ledger_service s LEFT JOIN ledger_rate r ON r.service_id = s.id
            AND r.effective_from <= %s AND (r.effective_until IS NULL OR r.effective_until > %s)
        WHERE s.active AND ({among("s.code", "text")} OR {among("s.id", "uuid")})
        ORDER BY r.effective_from
    """
    parameters = [one(until), one(since), many(filter(is_storable, services)), many(_ids(services))]
    types = (UUID, str, str, int, UUID, int, int, int, datetime, datetime)
    return Query(sql, parameters, types)


def _quotes(contract_id: UUID, quote_ids: set[UUID]) -> Query:
    sql = f"""
        SELECT q.id, q.contract_id, q.user_id, q.pool_id, q.service_id, q.rate_id, q.quantity_m, q.price_mt,
            q.expires_at
        FROM {named()} JOIN ledger_quote q ON q.contract_id = named.contract_id AND q.id = named.id
    """
    return Query(sql, pairs(contract_id, quote_ids), (UUID, UUID, int, UUID, UUID, UUID, int, int, datetime))


def _ids(services: Iterable[str]) -> list[UUID]:
    found = []
    for text in services:
        with suppress(ValueError):
            found.append(UUID(text))
    return found
