"""Orders of tokens."""

from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.db.models import Q
from rest_framework.request import Request
from rest_framework.response import Response

from ledger import orders
from ledger.errors import NotFound
from ledger.models import Membership, Order, Pack
from ledger.rights import Right, require
from portal.api import access
from portal.api.answers import orders as shapes
from portal.api.operations import operation
from portal.api.paging import Order as Sorting
from portal.api.paging import paged
from portal.api.problems import ReauthenticationRequired
from portal.api.requests import others as bodies
from portal.api.requests.base import EmptyBody
from portal.api.scopes import Scope
from portal.api.views.base import ApiView, answered, conditions
from portal.payments.providers import store_provider

SCOPES: Final = (Scope.ORDERS_WRITE,)
NEWEST_FIRST: Final = Sorting(("-created_at", "-id"))
PEOPLE: Final = ("pack", "ordered_by", "approved_by")


class Orders(ApiView):
    """`/orders`."""

    @operation(
        summary="List orders, newest first",
        scopes=SCOPES,
        query=bodies.OrdersQuery,
        answers={200: shapes.OrderPage},
    )
    def get(self, request: Request) -> Response:
        """List the orders of the contracts that the caller buys for."""
        query = self.query()
        chosen = conditions(query, {"contract": "contract_id", "status": "status"})
        found = access.orders(self.caller).filter(**chosen).select_related(*PEOPLE)
        return paged(request, found, order=NEWEST_FIRST, query=query, write=_orders)

    @operation(
        summary="Order packs of tokens",
        scopes=SCOPES,
        body=bodies.OrderBody,
        answers={201: shapes.OrderAnswer},
        keyed=True,
        refusals=(404,),
    )
    def post(self, request: Request) -> Response:
        """Order for a buyer; without an approval to wait for, the tokens arrive at once."""
        values = self.body()
        contract_id = access.contract_of(self.caller, values.get("contract"))
        member = access.acting_member(self.caller, contract_id, values.get("user"))
        require(member, Right.BUY)
        _fresh_password(self, request)
        answer = orders.place(
            idempotency=self.idempotency,
            membership=member,
            pack=_pack(values["pack"]),
            quantity=values["quantity"],
            channel=values["channel"],
            activation_code=values["activation_code"],
            purchase_order=values["purchase_order"],
            provider=store_provider(),
        )
        return answered(shapes.order(answer.order), status=201, replayed=answer.replayed)


class OneOrder(ApiView):
    """`/orders/{id}`."""

    @operation(summary="Look at an order", scopes=SCOPES, answers={200: shapes.OrderAnswer}, refusals=(404,))
    def get(self, request: Request, order_id: UUID) -> Response:
        """Show one order."""
        found = access.orders(self.caller).select_related(*PEOPLE).filter(id=order_id).first()
        if found is None:
            raise NotFound("There is no such order.")
        return Response(shapes.order(found))


class OrderApprove(ApiView):
    """`/orders/{id}/approve`."""

    @operation(
        summary="Approve an order over the contract's limit",
        scopes=SCOPES,
        body=EmptyBody,
        answers={200: shapes.OrderAnswer},
        keyed=True,
        refusals=(404,),
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        """Let the order's tokens arrive."""
        self.body()
        membership = _membership(self, order_id)
        require(membership, Right.APPROVE_ORDERS)
        _fresh_password(self, request)
        answer = orders.approve(idempotency=self.idempotency, membership=membership, order_id=order_id)
        return answered(shapes.order(answer.order), replayed=answer.replayed)


class OrderCancel(ApiView):
    """`/orders/{id}/cancel`."""

    @operation(
        summary="Cancel an order whose tokens have not arrived",
        scopes=SCOPES,
        body=EmptyBody,
        answers={200: shapes.OrderAnswer},
        refusals=(404, 409),
    )
    def post(self, request: Request, order_id: UUID) -> Response:
        """Give the order up; it moves no tokens."""
        self.body()
        return answered(shapes.order(orders.cancel(membership=_membership(self, order_id), order_id=order_id)))


def _fresh_password(view: ApiView, request: Request) -> None:
    """Ask whoever uses the pages' session for their password again, as the pages do before money is spent.

    Raises:
        ReauthenticationRequired: it was not given within the last five minutes.
    """
    if view.caller.by_session and not did_recently_reauthenticate(request):
        raise ReauthenticationRequired


def _membership(view: ApiView, order_id: UUID) -> Membership:
    """Return the caller's membership of the order's contract, if they see the order at all."""
    found = access.orders(view.caller).filter(id=order_id).values_list("contract_id", flat=True).first()
    if found is None:
        raise NotFound("There is no such order.")
    return access.membership_of(view.caller, found)


def _pack(code_or_id: str) -> Pack | None:
    """Return the pack; none without a name, as with an activation code."""
    if not code_or_id:
        return None
    wanted = Q(code=code_or_id)
    with suppress(ValueError):
        wanted |= Q(id=UUID(code_or_id))
    pack = Pack.objects.filter(wanted).first()
    if pack is None:
        raise NotFound("There is no such pack.", field="pack")
    return pack


def _orders(found: list[Order]) -> list[dict[str, Any]]:
    return [shapes.order(order) for order in found]
