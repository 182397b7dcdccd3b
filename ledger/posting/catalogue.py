"""What orders of jobs name: members and their pools, services and their rates, quotes.

Loaded by the pipeline together with what else a batch needs, and by `ledger.quotes` alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ledger.posting.commands import JobOrder
from ledger.statements import Query, Rows, among, many, one
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
    """The facts that the orders of one call name, made of the rows that its queries found; empty without orders."""

    def __init__(self, rows: Mapping[str, Rows]) -> None:
        self.members = {
            (contract_id, user_id): Member(*values) for contract_id, user_id, *values in rows.get("members", [])
        }
        self._pools = {(contract_id, user_id): pool_id for contract_id, user_id, pool_id in rows.get("pools", [])}
        self.quotes = {row[0]: QuotedPrice(*row) for row in rows.get("quotes", [])}
        self._offers: dict[str, list[Offer]] = {}
        for row in rows.get("offers", []):
            offer = Offer(*row)
            self._offers.setdefault(offer.code, []).append(offer)
            self._offers.setdefault(str(offer.service_id), []).append(offer)

    @staticmethod
    def queries(orders: Sequence[JobOrder], *, since: datetime, until: datetime) -> dict[str, Query]:
        """Return the queries for what orders between two instants name."""
        contract_ids = many({order.contract_id for order in orders})
        user_ids = many({order.user_id for order in orders})
        return {
            "members": _members(contract_ids, user_ids),
            "pools": _pools(contract_ids, user_ids),
            "offers": _offers({order.service for order in orders}, since, until),
            "quotes": _quotes(contract_ids, {order.quote_id for order in orders if order.quote_id}),
        }

    def individual_pool(self, order: JobOrder) -> UUID | None:
        """Return the pool of the order's user on its contract."""
        return self._pools.get((order.contract_id, order.user_id))

    def shared_pool(self, order: JobOrder) -> UUID | None:
        """Return the shared pool of the order's contract."""
        return self._pools.get((order.contract_id, None))

    def offer(self, service: str, *, at: datetime) -> Offer | None:
        """Return the active service with this code or id, at its rate in effect if it has one."""
        offers = self._offers.get(service, [])
        for offer in reversed(offers):
            if offer.is_in_effect(at):
                return offer
        return offers[0]._replace(rate_id=None) if offers else None


def _members(contract_ids: str, user_ids: str) -> Query:
    sql = f"""
        SELECT m.contract_id, m.user_id, m.role, m.uses_shared, m.enabled_at,
            COALESCE(NULLIF(u.email, ''), u.username) AS name, c.project_required, c.allow_split
        FROM ledger_membership m
        JOIN auth_user u ON u.id = m.user_id JOIN ledger_contract c ON c.id = m.contract_id
        WHERE {among("m.contract_id", "uuid")} AND {among("m.user_id", "bigint")}
    """
    return Query(sql, [contract_ids, user_ids], (UUID, int, str, bool, datetime, str, bool, bool))


def _pools(contract_ids: str, user_ids: str) -> Query:
    sql = f"""
        SELECT contract_id, user_id, id FROM ledger_pool
        WHERE kind = 'individual' AND {among("contract_id", "uuid")} AND {among("user_id", "bigint")}
        UNION ALL
        SELECT contract_id, user_id, id FROM ledger_pool WHERE kind = 'shared' AND {among("contract_id", "uuid")}
    """
    return Query(sql, [contract_ids, user_ids, contract_ids], (UUID, int, UUID))


def _offers(services: set[str], since: datetime, until: datetime) -> Query:
    sql = f"""
        SELECT s.id, s.code, s.refund_policy, s.hold_timeout_s, r.id AS rate_id, COALESCE(r.amount_mt, 0) AS amount_mt,
            COALESCE(r.step_m, 1) AS step_m, COALESCE(r.minimum_mt, 0) AS minimum_mt,
            r.effective_from, r.effective_until
        FROM ledger_service s LEFT JOIN ledger_rate r ON r.service_id = s.id
            AND r.effective_from <= %s AND (r.effective_until IS NULL OR r.effective_until > %s)
        WHERE s.active AND ({among("s.code", "text")} OR {among("s.id", "uuid")})
        ORDER BY r.effective_from
    """
    parameters = [one(until), one(since), many(filter(is_storable, services)), many(_ids(services))]
    types = (UUID, str, str, int, UUID, int, int, int, datetime, datetime)
    return Query(sql, parameters, types)


def _quotes(contract_ids: str, quote_ids: set[UUID]) -> Query:
    sql = f"""
        SELECT id, contract_id, user_id, pool_id, service_id, rate_id, quantity_m, price_mt, expires_at
        FROM ledger_quote WHERE {among("contract_id", "uuid")} AND {among("id", "uuid")}
    """
    return Query(sql, [contract_ids, many(quote_ids)], (UUID, UUID, int, UUID, UUID, UUID, int, int, datetime))


def _ids(services: Iterable[str]) -> list[UUID]:
    found = []
    for text in services:
        with suppress(ValueError):
            found.append(UUID(text))
    return found
