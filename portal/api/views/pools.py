"""Balances, and what they are made of."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import DateTimeField, Value
from django.db.models.functions import Coalesce
from rest_framework.request import Request
from rest_framework.response import Response

from ledger import allocations
from ledger.balances import balance, balances, live_lots
from ledger.models import Entry, Lot, Pool
from ledger.rights import Right, require
from portal.api import access
from portal.api.answers import pools as shapes
from portal.api.operations import operation
from portal.api.paging import Order, paged
from portal.api.requests import others as bodies
from portal.api.requests.paging import PageQuery, PeriodQuery
from portal.api.scopes import Scope
from portal.api.views.base import ApiView, answered, conditions

READING = (Scope.TOKENS_READ,)
OLDEST_FIRST: Final = Order(("created_at", "id"))
BY_SEQ: Final = Order(("seq",))
AS_SPENT: Final = Order(("until", "remaining_mt", "granted_at", "id"))
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)


class Pools(ApiView):
    """`/pools`."""

    @operation(
        summary="List balances, now or at a past instant",
        scopes=READING,
        query=bodies.PoolsQuery,
        answers={200: shapes.PoolPage},
    )
    def get(self, request: Request) -> Response:
        """List the pools that the caller may see; all their figures are from one snapshot."""
        query = self.query()
        chosen = conditions(query, {"contract": "contract_id", "kind": "kind", "user": "user__email__iexact"})
        found = access.pools(self.caller).filter(**chosen).select_related("user")

        def write(pools: list[Pool]) -> list[dict[str, Any]]:
            known = balances(pool_ids=[pool.id for pool in pools], as_of=query.get("as_of"))
            return [shapes.pool(pool, known[pool.id]) for pool in pools]

        return paged(request, found, order=OLDEST_FIRST, query=query, write=write)


class OnePool(ApiView):
    """`/pools/{id}`."""

    @operation(
        summary="Look at a balance, now or at a past instant",
        scopes=READING,
        query=bodies.AsOfQuery,
        answers={200: shapes.PoolAnswer},
        refusals=(404,),
    )
    def get(self, request: Request, pool_id: UUID) -> Response:
        """Show one pool."""
        as_of = self.query().get("as_of")
        found = access.pool_of(self.caller, pool_id)
        return Response(shapes.pool(found, balance(pool_id, as_of)))


class PoolLots(ApiView):
    """`/pools/{id}/lots`."""

    @operation(
        summary="List what remains of grants and purchases, in the order in which it will be spent",
        scopes=READING,
        query=PageQuery,
        answers={200: shapes.LotPage},
        refusals=(404,),
    )
    def get(self, request: Request, pool_id: UUID) -> Response:
        """List the pool's lots that have tokens left."""
        query = self.query()
        access.pool_of(self.caller, pool_id)
        until = Coalesce("usable_until", Value(NEVER), output_field=DateTimeField())
        lots = live_lots(pool_id=pool_id).annotate(until=until)
        return paged(request, lots, order=AS_SPENT, query=query, write=_lots)


class PoolEntries(ApiView):
    """`/pools/{id}/entries`."""

    @operation(
        summary="List what moved, in the order of the books",
        scopes=READING,
        query=PeriodQuery,
        answers={200: shapes.EntryPage},
        refusals=(404,),
    )
    def get(self, request: Request, pool_id: UUID) -> Response:
        """List the pool's entries."""
        query = self.query()
        pool = access.pool_of(self.caller, pool_id)
        access.require_entries(self.caller, pool)
        period = conditions(query, {"from": "at__gte", "to": "at__lt"})
        entries = Entry.objects.filter(contract_id=pool.contract_id, pool_id=pool_id, **period)
        return paged(request, entries.values(*shapes.ENTRY_VALUES), order=BY_SEQ, query=query, write=_entries)


class Allocations(ApiView):
    """`/allocations`."""

    @operation(
        summary="Move tokens from the shared pool to a user's individual one, or unused ones back",
        scopes=(Scope.ADMIN,),
        body=bodies.AllocationBody,
        answers={201: shapes.AllocationAnswer},
        keyed=True,
        refusals=(402, 404),
    )
    def post(self, request: Request) -> Response:
        """Give to a user, or take back; lots keep their expiry."""
        values = self.body()
        contract_id = access.contract_of(self.caller, values.get("contract"))
        acting = access.membership_of(self.caller, contract_id)
        require(acting, Right.ALLOCATE)
        member = access.named_member(contract_id, values["user"])
        move = allocations.allocate if values["direction"] == "give" else allocations.take_back
        moved = move(
            idempotency=self.idempotency,
            contract_id=contract_id,
            user_id=member.user_id,
            amount_mt=values["amount"],
            actor=acting.user,
        )
        return answered(shapes.allocation(moved, member), status=201, replayed=moved.replayed)


def _lots(found: list[Lot]) -> list[dict[str, Any]]:
    return [shapes.lot(lot) for lot in found]


def _entries(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [shapes.entry(row) for row in found]
