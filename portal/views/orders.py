"""The contract's orders: the list, one with its receipt, approval over the limit, and cancelling before it."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from ledger import orders
from ledger.models import Order, OrderStatus
from ledger.rights import Right, rights_of
from portal.access import password_again, requires
from portal.membership import MemberRequest
from portal.once import idempotency
from portal.paging import page_of
from portal.refusals import told


@require_safe
@requires(Right.BUY)
def order_list(request: MemberRequest) -> HttpResponse:
    page = page_of(request, _orders(request), time_field="created_at")
    return render(request, "portal/orders.html", {"page": page})


@require_safe
@requires(Right.BUY)
def order_detail(request: MemberRequest, order_id: UUID) -> HttpResponse:
    order = get_object_or_404(_orders(request), id=order_id)
    waits = order.status == OrderStatus.AWAITING_APPROVAL
    context = {
        "order": order,
        "transaction": order.transactions.first(),
        "may_approve": waits and Right.APPROVE_ORDERS in rights_of(request.membership),
        "may_cancel": waits,
    }
    return render(request, "portal/order.html", context)


@require_POST
@requires(Right.APPROVE_ORDERS)
@password_again
def approve_order(request: MemberRequest, order_id: UUID) -> HttpResponse:
    order = get_object_or_404(_orders(request), id=order_id)
    with told(request):
        # The order's own id is the key: approving it twice buys once.
        orders.approve(idempotency=idempotency(request, order.id), membership=request.membership, order_id=order.id)
        messages.success(request, "Approved: the tokens are in the shared pool.")
    return redirect("portal:order", order_id=order.id)


@require_POST
@requires(Right.BUY)
def cancel_order(request: MemberRequest, order_id: UUID) -> HttpResponse:
    order = get_object_or_404(_orders(request), id=order_id)
    with told(request):
        orders.cancel(membership=request.membership, order_id=order.id)
        messages.success(request, "The order is cancelled; nothing was bought.")
    return redirect("portal:order", order_id=order.id)


def _orders(request: MemberRequest) -> QuerySet[Order]:
    related = Order.objects.select_related("pack", "ordered_by", "approved_by", "contract")
    return related.filter(contract_id=request.membership.contract_id)
